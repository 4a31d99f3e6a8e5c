import type {
  Clock,
  JournalGroup,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../ports.ts';
import { nextChain, packedSize, packFrames } from './chain.ts';

export const FLUSH_INTERVAL_MS = 250;
/** A frame of 200 busy players is some 8 KB, so this holds about 6 minutes of a lost store. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** Frames that piled up are written in groups of about this size. */
const GROUP_BYTES_MAX = 256 * 1024;
/** A write that takes longer counts as being behind. */
const SLOW_WRITE_MS = 1000;
const RETRY_DELAY_MIN_MS = 250;
const RETRY_DELAY_MAX_MS = 4000;

/**
 * `ok`: what players see is durable within about an interval.
 * `behind`: the store fails or is slow; frames wait in memory.
 * `full`: no more frames are taken, so the world must stand still until some are written.
 */
export type JournalState = 'ok' | 'behind' | 'full';

export interface JournalOptions {
  readonly store: Pick<Store, 'appendGroup'>;
  readonly lease: RegionLease;
  readonly clock: Clock;
  /** The first frame that will be appended. */
  readonly firstFrame: number;
  /** The chain value just before `firstFrame`. */
  readonly chain: Uint8Array;
  readonly flushIntervalMs?: number;
  readonly queueBytesMax?: number;
  /** The relational picture of the world after the last appended frame. */
  readonly project: () => Projection;
  /** Another server took the region over. Called once; the journal takes nothing afterwards. */
  readonly onLeaseLost: () => void;
  /** `cause` says why the store failed; null when it did not. */
  readonly onState: (state: JournalState, cause: string | null) => void;
}

/** Starts writing every `flushIntervalMs`, until `stop`. */
export function createJournal(options: JournalOptions): Journal {
  return new Journal(options);
}

interface SealedGroup {
  readonly group: JournalGroup;
  readonly projection: Projection;
}

const NOTHING_CHANGED: Projection = { players: [] };

/**
 * Frames on their way to the store: pending (appended), sealed (in a chained group), durable.
 * One write is in flight at a time and a failed group is retried as it is, so order needs no care.
 */
export class Journal {
  state: JournalState = 'ok';
  leaseLost = false;
  /** The last frame that a crash cannot take away any more. */
  durableFrame: number;
  /** The frame that `append` takes next. */
  nextFrame: number;
  queuedBytes = 0;
  groupsCommitted = 0;
  bytesCommitted = 0;
  writesFailed = 0;
  lastWriteMs = 0;

  private readonly options: JournalOptions;
  private readonly flushIntervalMs: number;
  private readonly queueBytesMax: number;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private readonly sealed: SealedGroup[] = [];
  /** After the newest sealed group. */
  private chain: Uint8Array;
  private writing: Promise<StoreOutcome> | null = null;
  private writingSinceMs = 0;
  private retryDelayMs = 0;
  private retryAtMs = 0;
  private cause: string | null = null;
  private cancelTimer: () => void = () => {};

  constructor(options: JournalOptions) {
    this.options = options;
    this.flushIntervalMs = options.flushIntervalMs ?? FLUSH_INTERVAL_MS;
    this.queueBytesMax = options.queueBytesMax ?? QUEUE_BYTES_MAX;
    this.chain = options.chain;
    this.nextFrame = options.firstFrame;
    this.durableFrame = options.firstFrame - 1;
    this.schedule();
  }

  /**
   * Takes a copy of the next frame; never waits. False when it was not taken because the queue is
   * full or the lease is lost: the world must then not go past this frame.
   */
  append(frame: number, bytes: Uint8Array): boolean {
    if (frame !== this.nextFrame) {
      throw new Error(`journal expects frame ${this.nextFrame}, got ${frame}`);
    }
    if (this.leaseLost || this.state === 'full') return false;
    // Not `slice`: that of a Buffer is a view.
    this.pending.push(new Uint8Array(bytes));
    this.pendingBytes += packedSize(bytes.length);
    this.queuedBytes += packedSize(bytes.length);
    this.nextFrame++;
    this.updateState();
    return true;
  }

  /**
   * Ends the current group after the last appended frame and returns the chain value there, so
   * that a checkpoint can stand between two groups.
   */
  seal(): Uint8Array {
    while (this.pending.length > 0) this.sealOne();
    return this.chain;
  }

  /** Writes everything appended so far; `unavailable` after one failed attempt of its own. */
  async flush(): Promise<StoreOutcome> {
    const lastFrame = this.nextFrame - 1;
    for (;;) {
      if (this.leaseLost) return { kind: 'lease-lost' };
      if (this.durableFrame >= lastFrame) return { kind: 'committed' };
      if (this.writing !== null) {
        await this.writing;
        continue;
      }
      this.seal();
      const outcome = await this.write();
      if (outcome.kind !== 'committed') return outcome;
    }
  }

  /** Writes nothing more. Frames that are not durable by then are lost: `flush` first. */
  stop(): void {
    this.cancelTimer();
  }

  private schedule(): void {
    this.cancelTimer = this.options.clock.after(this.flushIntervalMs, () => {
      this.schedule();
      const idle = this.writing === null && this.options.clock.nowMs() >= this.retryAtMs;
      if (idle && this.queuedBytes > 0) {
        if (this.sealed.length === 0) this.seal();
        void this.write();
      }
      this.updateState();
    });
  }

  private sealOne(): void {
    let count = 0;
    let size = 0;
    for (const frame of this.pending) {
      if (count > 0 && size + packedSize(frame.length) > GROUP_BYTES_MAX) break;
      size += packedSize(frame.length);
      count++;
    }
    const firstFrame = this.nextFrame - this.pending.length;
    const payload = packFrames(this.pending.slice(0, count));
    this.chain = nextChain(this.chain, payload);
    this.pending = this.pending.slice(count);
    this.pendingBytes -= size;
    this.sealed.push({
      group: { firstFrame, lastFrame: firstFrame + count - 1, payload, chain: this.chain },
      // The picture is of the world after the newest frame: true only for the group that has it.
      projection: this.pending.length === 0 ? this.options.project() : NOTHING_CHANGED,
    });
  }

  /** Writes sealed groups until none is left or one fails. */
  private write(): Promise<StoreOutcome> {
    this.writing = this.writeSealed().finally(() => {
      this.writing = null;
      this.updateState();
    });
    return this.writing;
  }

  private async writeSealed(): Promise<StoreOutcome> {
    let outcome: StoreOutcome = { kind: 'committed' };
    for (let head = this.sealed[0]; head !== undefined; head = this.sealed[0]) {
      this.writingSinceMs = this.options.clock.nowMs();
      const { store, lease } = this.options;
      outcome = await store.appendGroup(lease, head.group, head.projection);
      this.lastWriteMs = this.options.clock.nowMs() - this.writingSinceMs;
      this.settle(head.group, outcome);
      if (outcome.kind !== 'committed') break;
      if (this.pendingBytes >= GROUP_BYTES_MAX) this.seal();
    }
    return outcome;
  }

  private settle(group: JournalGroup, outcome: StoreOutcome): void {
    switch (outcome.kind) {
      case 'committed':
        this.sealed.shift();
        this.durableFrame = group.lastFrame;
        this.queuedBytes -= group.payload.length;
        this.groupsCommitted++;
        this.bytesCommitted += group.payload.length;
        this.cause = null;
        this.retryDelayMs = 0;
        break;
      case 'unavailable':
        this.writesFailed++;
        this.cause = outcome.cause;
        this.retryDelayMs = Math.min(
          Math.max(this.retryDelayMs * 2, RETRY_DELAY_MIN_MS),
          RETRY_DELAY_MAX_MS,
        );
        this.retryAtMs = this.options.clock.nowMs() + this.retryDelayMs;
        break;
      case 'lease-lost':
        this.leaseLost = true;
        this.stop();
        this.options.onLeaseLost();
        break;
    }
  }

  private updateState(): void {
    const slow =
      this.writing !== null && this.options.clock.nowMs() - this.writingSinceMs >= SLOW_WRITE_MS;
    const full = this.queuedBytes >= this.queueBytesMax;
    const state = full ? 'full' : slow || this.cause !== null ? 'behind' : 'ok';
    if (state === this.state) return;
    this.state = state;
    this.options.onState(state, this.cause);
  }
}
