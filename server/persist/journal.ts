import type {
  Clock,
  JournalGroup,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../ports.ts';
import type { FramePacker } from './group.ts';
import { GroupQueue, type SealedGroup } from './group-queue.ts';
import { Retry } from './retry.ts';

/** Nothing that is played waits longer for its write, unless the one before it takes so long. */
export const FLUSH_INTERVAL_MS = 225;
/** A tick that has the time begins a write so much earlier: behind every fourth frame. */
const AHEAD_MS = 50;
/** A frame of 500 players in VR is some 4 KB packed: it is the frames below that end first. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/**
 * Play that need not be durable, seconds. A restart of the store passes unnoticed; who plays on for
 * longer has more to lose than the wait is worth.
 */
export const UNDURABLE_SECONDS = 30;
/** A write that takes longer counts as being behind, and so do more frames that wait: 2 s. */
const SLOW_WRITE_MS = 1000;
const BEHIND_FRAMES = 40;

/**
 * `ok`: what players see is durable within about an interval.
 * `behind`: the store fails or is slow; frames wait in memory.
 * `full`: no more frames are taken, so the world must stand still until some are written.
 */
export type JournalState = 'ok' | 'behind' | 'full';

/** What one committed group was like; times in ms. */
export interface GroupCommit {
  readonly bytes: number;
  readonly frames: number;
  /** From the write's beginning to its commit. */
  readonly writeMs: number;
  /** From its first frame's appending to its commit: what a crash just before would have cost. */
  readonly lagMs: number;
}

export interface JournalOptions {
  readonly store: Pick<Store, 'appendGroup'>;
  readonly lease: RegionLease;
  readonly clock: Clock;
  /** The first frame that will be appended. */
  readonly firstFrame: number;
  /** The chain value just before `firstFrame`. */
  readonly chain: Uint8Array;
  /** Null stores frames as they are. */
  readonly packer: FramePacker | null;
  readonly queueBytesMax?: number;
  /** Frames that may be appended without being durable. */
  readonly queueFramesMax: number;
  /** The relational picture of the world after the last appended frame. */
  readonly project: () => Projection;
  /** Another server took the region over. Called once; the journal takes nothing afterwards. */
  readonly onLeaseLost: () => void;
  /** `cause` says why the store failed; null when it did not. */
  readonly onState: (state: JournalState, cause: string | null) => void;
  readonly onCommit?: (commit: GroupCommit) => void;
}

/** Starts writing every `FLUSH_INTERVAL_MS` at the latest, until `stop`. */
export function createJournal(options: JournalOptions): Journal {
  return new Journal(options);
}

/**
 * Frames on their way to the store. One write is in flight at a time and a failed group is retried
 * as it is, so order needs no care.
 */
export class Journal {
  state: JournalState = 'ok';
  leaseLost = false;
  /** The last frame that a crash cannot take away any more. */
  durableFrame: number;
  groupsCommitted = 0;
  bytesCommitted = 0;
  writesFailed = 0;

  private readonly options: JournalOptions;
  private readonly queue: GroupQueue;
  private writing: Promise<StoreOutcome> | null = null;
  private writingSinceMs = 0;
  private lastWriteMs = 0;
  /** An interval has passed during the write that is under way. */
  private isOverdue = false;
  private readonly retry = new Retry();
  private cancelTimer: () => void = () => {};
  /** When the timer begins the next write. */
  private dueMs = 0;

  constructor(options: JournalOptions) {
    this.options = options;
    this.queue = new GroupQueue(options);
    this.durableFrame = options.firstFrame - 1;
    this.schedule();
  }

  /** The first frame that was appended; what came before it was durable already. */
  get firstFrame(): number {
    return this.options.firstFrame;
  }

  /** The frame that `append` takes next. */
  get nextFrame(): number {
    return this.queue.nextFrame;
  }

  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /** Frames that a crash would take away. */
  get queuedFrames(): number {
    return this.queue.nextFrame - 1 - this.durableFrame;
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
    this.queue.push(bytes, this.options.clock.nowMs());
    this.updateState();
    return true;
  }

  /**
   * For a tick that has the time: does what would otherwise be done when the group is sealed, and
   * begins the write that is nearly due. One that the timer begins may wait for its answer until
   * the next frame is made.
   */
  workAhead(): void {
    this.queue.pack();
    const isNearlyDue = this.options.clock.nowMs() >= this.dueMs - AHEAD_MS;
    if (!isNearlyDue || this.writing !== null) return;
    this.cancelTimer();
    this.schedule();
    this.writeDue();
  }

  /**
   * Ends the current group after the last appended frame and returns the chain value there, so
   * that a checkpoint can stand between two groups and reading can begin behind it.
   */
  seal(): Uint8Array {
    return this.queue.sealRun();
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
      this.queue.seal();
      const outcome = await this.write();
      if (outcome.kind !== 'committed') return outcome;
    }
  }

  /** Writes nothing more. Frames that are not durable by then are lost: `flush` first. */
  stop(): void {
    this.cancelTimer();
  }

  private schedule(): void {
    const { clock } = this.options;
    this.dueMs = clock.nowMs() + FLUSH_INTERVAL_MS;
    this.cancelTimer = clock.after(FLUSH_INTERVAL_MS, () => {
      this.schedule();
      this.isOverdue = this.writing !== null;
      if (!this.isOverdue) this.writeDue();
      this.updateState();
    });
  }

  private writeDue(): void {
    if (this.queuedFrames === 0 || !this.retry.isDue(this.options.clock.nowMs())) return;
    if (this.queue.head === undefined) this.queue.seal();
    void this.write();
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
    const { store, lease, clock } = this.options;
    let outcome: StoreOutcome = { kind: 'committed' };
    for (let head = this.queue.head; head !== undefined; head = this.queue.head) {
      this.writingSinceMs = clock.nowMs();
      outcome = await store.appendGroup(lease, head.group, head.projection);
      this.settle(head, outcome);
      if (outcome.kind !== 'committed') break;
      this.sealOverdue();
    }
    return outcome;
  }

  /** What should have gone while another write was under way goes at once behind it. */
  private sealOverdue(): void {
    if (this.queue.head !== undefined || !this.isOverdue) return;
    this.isOverdue = false;
    this.queue.seal();
  }

  private settle({ group, sinceMs }: SealedGroup, outcome: StoreOutcome): void {
    switch (outcome.kind) {
      case 'committed':
        this.queue.shift();
        this.commit(group, sinceMs);
        break;
      case 'unavailable':
        this.writesFailed++;
        this.retry.failed(outcome.cause, this.options.clock.nowMs());
        break;
      case 'lease-lost':
        this.leaseLost = true;
        this.stop();
        this.options.onLeaseLost();
        break;
    }
  }

  private commit({ firstFrame, lastFrame, payload }: JournalGroup, sinceMs: number): void {
    this.durableFrame = lastFrame;
    this.groupsCommitted++;
    this.bytesCommitted += payload.length;
    this.retry.succeeded();
    const nowMs = this.options.clock.nowMs();
    this.lastWriteMs = nowMs - this.writingSinceMs;
    this.options.onCommit?.({
      bytes: payload.length,
      frames: lastFrame + 1 - firstFrame,
      writeMs: this.lastWriteMs,
      lagMs: nowMs - sinceMs,
    });
  }

  private updateState(): void {
    const { queueBytesMax = QUEUE_BYTES_MAX, queueFramesMax } = this.options;
    const { queuedBytes, queuedFrames } = this;
    const sinceMs = this.writing === null ? 0 : this.options.clock.nowMs() - this.writingSinceMs;
    // The next write is likely to be what the last one was: one has to be fast before all is well.
    const slow = Math.max(sinceMs, this.lastWriteMs) >= SLOW_WRITE_MS;
    const full = queuedBytes >= queueBytesMax || queuedFrames >= queueFramesMax;
    const behind = slow || this.retry.cause !== null || queuedFrames >= BEHIND_FRAMES;
    const state = full ? 'full' : behind ? 'behind' : 'ok';
    if (state === this.state) return;
    this.state = state;
    this.options.onState(state, this.retry.cause);
  }
}
