import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Checkpoint, Clock, RegionLease, Store, StoreOutcome } from '../ports.ts';
import { keepHouse } from './housekeeping.ts';
import type { Journal } from './journal.ts';
import { daysToMs, JOURNAL_DAYS } from './retention.ts';
import { STATE_SCHEMA_HASH } from './state-layout.ts';

export const CHECKPOINT_INTERVAL_MS = 60_000;
const RETRY_INTERVAL_MS = 5000;
/**
 * Stepping time that a start may have to make good: with reading, unpacking and comparing hashes
 * some 4 s, of the 5 in which a world must be back. A busy one gets there before its minute is up.
 */
export const REPLAY_MAX_MS = 2500;
/** However busy: keeping must not become the load. */
const INTERVAL_MIN_MS = 10_000;

/** What a checkpoint is taken from. */
export type CheckpointSource = Pick<Core, 'module' | 'tick' | 'frame' | 'stateHash' | 'snapshot'>;

export interface CheckpointerOptions {
  readonly store: Pick<
    Store,
    'saveCheckpoint' | 'readCheckpoint' | 'checkpointMarks' | 'thinCheckpoints' | 'pruneJournal'
  >;
  readonly lease: RegionLease;
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'nextFrame' | 'seal' | 'flush'>;
  readonly core: CheckpointSource;
  readonly intervalMs?: number;
  /** For how long any tick can be restored. */
  readonly journalDays?: number | undefined;
  /** Hears how long each checkpoint took, from the copy until it was read back. */
  readonly onSaved?: (durationMs: number) => void;
  /** Hears of each one that failed, and of a retention that could not be applied. */
  readonly onTrouble?: (trouble: { readonly kind: string }) => void;
}

export type CheckpointOutcome =
  | StoreOutcome
  /** The store gave back other bytes than it was given, or none. */
  | { readonly kind: 'unverified'; readonly why: string };

/** Due at once, so that a fresh start never has to be replayed twice. */
export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  return new Checkpointer(options);
}

/**
 * Takes a checkpoint a minute, and sooner of a world that takes long to replay. The caller decides
 * when: only between two frames.
 */
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
  private capturedMs = Number.NEGATIVE_INFINITY;
  /** What it took to step the frames since the newest one. */
  private steppedMs = 0;
  /** Of the one that is being saved; nothing captures before it was read back. */
  private buffer: Uint8Array = new Uint8Array(0);

  constructor(options: CheckpointerOptions) {
    this.options = options;
    this.dueMs = options.clock.nowMs();
  }

  /** Whether `save` should be called at the next frame boundary. */
  due(): boolean {
    if (this.saving !== null) return false;
    const nowMs = this.options.clock.nowMs();
    const isLong = this.steppedMs >= REPLAY_MAX_MS;
    return nowMs >= this.dueMs || (isLong && nowMs >= this.capturedMs + INTERVAL_MIN_MS);
  }

  /** A frame was stepped in so long. */
  stepped(durationMs: number): void {
    this.steppedMs += durationMs;
  }

  /**
   * Copies the state before it returns, everything else happens off the tick: first the journal
   * is written up to the checkpoint's frame, so that the journal never has a hole behind it; then
   * the checkpoint, which is read back and compared; then the retention is applied.
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

  /** For the drain, after the last tick: waits for one under way, then saves the final state. */
  async saveLast(): Promise<CheckpointOutcome> {
    await this.saving;
    return this.save();
  }

  private capture(): Checkpoint {
    const { core, journal, clock } = this.options;
    if (core.tick !== core.frame * TICKS_PER_FRAME) throw new Error('a checkpoint within a frame');
    if (journal.nextFrame !== core.frame) {
      throw new Error(`journal at frame ${journal.nextFrame}, core at ${core.frame}`);
    }
    this.capturedMs = clock.nowMs();
    this.steppedMs = 0;
    this.dueMs = this.capturedMs + (this.options.intervalMs ?? CHECKPOINT_INTERVAL_MS);
    this.buffer = core.snapshot(this.buffer);
    return {
      frame: core.frame,
      takenMs: clock.wallMs(),
      coreHash: core.module.hash,
      schemaHash: STATE_SCHEMA_HASH,
      stateHash: core.stateHash(),
      state: this.buffer,
      chain: journal.seal(),
    };
  }

  private async write(checkpoint: Checkpoint): Promise<CheckpointOutcome> {
    const { clock, onSaved, onTrouble } = this.options;
    const beganMs = clock.nowMs();
    const outcome = await this.saveAndVerify(checkpoint);
    if (outcome.kind === 'committed') {
      this.savedFrame = checkpoint.frame;
      this.savedCount++;
      this.stateBytes = checkpoint.state.length;
      onSaved?.(clock.nowMs() - beganMs);
      await this.applyRetention();
    } else {
      this.failedCount++;
      this.dueMs = Math.min(this.dueMs, clock.nowMs() + RETRY_INTERVAL_MS);
      onTrouble?.(outcome);
    }
    return outcome;
  }

  private async saveAndVerify(checkpoint: Checkpoint): Promise<CheckpointOutcome> {
    const { store, lease, journal } = this.options;
    const journalled = await journal.flush();
    if (journalled.kind !== 'committed') return journalled;
    const saved = await store.saveCheckpoint(lease, checkpoint);
    if (saved.kind !== 'committed') return saved;
    try {
      const read = await store.readCheckpoint(lease.region, checkpoint.frame);
      if (read.kind === 'sound' && isSame(read.checkpoint, checkpoint)) return saved;
      const how = read.kind === 'absent' ? 'absent' : 'altered';
      return { kind: 'unverified', why: `checkpoint ${checkpoint.frame} was read back ${how}` };
    } catch (error) {
      return { kind: 'unavailable', cause: String(error) };
    }
  }

  /** What stays too long harms nobody: a failure is told, and the next minute tries again. */
  private async applyRetention(): Promise<void> {
    const { store, lease, clock, journalDays, onTrouble } = this.options;
    const journalMs = daysToMs(journalDays ?? JOURNAL_DAYS);
    try {
      const outcome = await keepHouse({ store, lease, journalMs }, clock.wallMs());
      if (outcome.kind !== 'done') onTrouble?.(outcome);
    } catch (error) {
      onTrouble?.({ kind: `retention: ${error}` });
    }
  }
}

function isSame(read: Checkpoint, given: Checkpoint): boolean {
  return (
    read.takenMs === given.takenMs &&
    read.coreHash === given.coreHash &&
    read.schemaHash === given.schemaHash &&
    read.stateHash === given.stateHash &&
    Buffer.compare(read.chain, given.chain) === 0 &&
    Buffer.compare(read.state, given.state) === 0
  );
}
