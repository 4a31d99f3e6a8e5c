import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Checkpoint, Clock, RegionLease, Store, StoreOutcome } from '../ports.ts';
import type { Journal } from './journal.ts';

export const CHECKPOINT_INTERVAL_MS = 60_000;
const RETRY_INTERVAL_MS = 5000;

/** What a checkpoint is taken from. */
export type CheckpointSource = Pick<Core, 'module' | 'tick' | 'frame' | 'stateHash' | 'snapshot'>;

export interface CheckpointerOptions {
  readonly store: Pick<Store, 'saveCheckpoint' | 'checkpoints'>;
  readonly lease: RegionLease;
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'nextFrame' | 'seal' | 'flush'>;
  readonly core: CheckpointSource;
  readonly intervalMs?: number;
  /** Hears how long each checkpoint took, from the copy to the commit. */
  readonly onSaved?: (durationMs: number) => void;
}

export type CheckpointOutcome =
  | StoreOutcome
  /** The store gave back other bytes than it was given, or none. */
  | { readonly kind: 'unverified'; readonly why: string };

/** Due at once, so that a fresh start never has to be replayed twice. */
export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  return new Checkpointer(options);
}

/** Takes a checkpoint a minute. The caller decides when: only between two frames. */
export class Checkpointer {
  /** The frame of the newest saved checkpoint; −1 before the first. */
  savedFrame = -1;
  savedCount = 0;
  failedCount = 0;
  /** Uncompressed size of the newest one. */
  stateBytes = 0;

  private readonly options: CheckpointerOptions;
  private saving: Promise<CheckpointOutcome> | null = null;
  private dueMs: number;
  private buffer: Uint8Array = new Uint8Array(0);

  constructor(options: CheckpointerOptions) {
    this.options = options;
    this.dueMs = options.clock.nowMs();
  }

  /** Whether `save` should be called at the next frame boundary. */
  due(): boolean {
    return this.saving === null && this.options.clock.nowMs() >= this.dueMs;
  }

  /**
   * Copies the state before it returns, everything else happens off the tick: first the journal
   * is written up to the checkpoint's frame, so that the journal never has a hole behind it.
   * Throws when the world stands within a frame or a save is under way (`due` says so).
   */
  save(): Promise<CheckpointOutcome> {
    if (this.saving !== null) throw new Error('a checkpoint is being saved');
    const checkpoint = this.capture();
    this.saving = this.write(checkpoint).finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  /** For the drain, after the last tick: saves the final state and reads it back. */
  async saveVerified(): Promise<CheckpointOutcome> {
    await this.saving;
    const frame = this.options.core.frame;
    const outcome = await this.save();
    if (outcome.kind !== 'committed') return outcome;
    try {
      return await this.verify(frame);
    } catch (error) {
      return { kind: 'unavailable', cause: String(error) };
    }
  }

  private capture(): Checkpoint {
    const { core, journal, clock } = this.options;
    if (core.tick !== core.frame * TICKS_PER_FRAME) throw new Error('a checkpoint within a frame');
    if (journal.nextFrame !== core.frame) {
      throw new Error(`journal at frame ${journal.nextFrame}, core at ${core.frame}`);
    }
    this.dueMs = clock.nowMs() + (this.options.intervalMs ?? CHECKPOINT_INTERVAL_MS);
    this.buffer = core.snapshot(this.buffer);
    return {
      frame: core.frame,
      coreHash: core.module.hash,
      stateHash: core.stateHash(),
      state: this.buffer,
      chain: journal.seal(),
    };
  }

  private async write(checkpoint: Checkpoint): Promise<StoreOutcome> {
    const { store, lease, journal, clock } = this.options;
    const beganMs = clock.nowMs();
    const journalled = await journal.flush();
    const outcome =
      journalled.kind === 'committed' ? await store.saveCheckpoint(lease, checkpoint) : journalled;
    if (outcome.kind === 'committed') {
      this.savedFrame = checkpoint.frame;
      this.savedCount++;
      this.stateBytes = checkpoint.state.length;
      this.options.onSaved?.(clock.nowMs() - beganMs);
    } else {
      this.failedCount++;
      this.dueMs = Math.min(this.dueMs, clock.nowMs() + RETRY_INTERVAL_MS);
    }
    return outcome;
  }

  /** The buffer still holds what was saved: nothing captures between save and this. */
  private async verify(frame: number): Promise<CheckpointOutcome> {
    const { store, lease, core, journal } = this.options;
    for await (const read of store.checkpoints(lease.region)) {
      if (read.frame !== frame) break;
      const same =
        read.coreHash === core.module.hash &&
        read.stateHash === core.stateHash() &&
        Buffer.compare(read.chain, journal.seal()) === 0 &&
        Buffer.compare(read.state, this.buffer) === 0;
      if (same) return { kind: 'committed' };
      return { kind: 'unverified', why: `checkpoint ${frame} was read back altered` };
    }
    return { kind: 'unverified', why: `checkpoint ${frame} is not the newest` };
  }
}
