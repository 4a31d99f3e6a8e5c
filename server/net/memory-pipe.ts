import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** How one direction of a connection behaves. */
export interface NetworkConditions {
  /** One way, without loss. */
  readonly delayMs: number;
  /** Added to each message, evenly spread from 0 to this. */
  readonly jitterMs: number;
  /** Share of segments that get lost, 0…<1. */
  readonly lossRate: number;
  /** Mean number of segments lost in a row, ≥ 1 (a Gilbert channel); 1 is even loss. */
  readonly lossBurst: number;
}

export const PERFECT_NETWORK: NetworkConditions = {
  delayMs: 0,
  jitterMs: 0,
  lossRate: 0,
  lossBurst: 1,
};

/** What travels: a message, or the close frame that ends the direction. A text loses its words. */
export type Parcel =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'text' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

export interface PipeEnds {
  deliver(parcel: Parcel): void;
  /** The sender's buffer became empty after a push that had to wait. */
  drained(): void;
}

/** Linux's least retransmission timeout. */
const RETRANSMIT_MS_MIN = 200;
const SEGMENT_BYTES = 1448;
/** What both kernels hold of one direction before the sender has to buffer. */
const WINDOW_BYTES = 256 * 1024;
const FRAME_BYTES = 4;

/**
 * One direction of a TCP connection: ordered and reliable. A lost segment is not gone but late, by
 * a timeout that doubles, and holds up everything behind it (head-of-line blocking).
 */
export class MemoryPipe {
  /** Bytes that have not left the sender's buffer. */
  queuedBytes = 0;

  private readonly queue: Parcel[] = [];
  private readonly flying: Parcel[] = [];
  private readonly unread: Parcel[] = [];
  private windowBytes = 0;
  private lastArrivalMs = 0;
  private paused = false;
  private over = false;
  private waiting = false;
  private lossy = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: SeededRandom,
    private readonly conditions: NetworkConditions,
    private readonly ends: PipeEnds,
  ) {}

  /** Takes the parcel; true when it has left the sender's buffer. */
  push(parcel: Parcel): boolean {
    if (this.over) return false;
    this.queue.push(parcel);
    this.queuedBytes += parcelBytes(parcel);
    this.pump();
    this.waiting ||= this.queue.length > 0;
    return this.queue.length === 0;
  }

  /** The reader stops taking: what arrives fills the window, then the sender's buffer. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    while (!this.paused && !this.over) {
      const parcel = this.unread.shift();
      if (parcel === undefined) break;
      this.read(parcel);
    }
  }

  /** Drops everything that is still on its way. */
  cut(): void {
    this.over = true;
    this.queue.length = 0;
    this.flying.length = 0;
    this.unread.length = 0;
    this.queuedBytes = 0;
  }

  private pump(): void {
    while (this.windowBytes < WINDOW_BYTES) {
      const parcel = this.queue.shift();
      if (parcel === undefined) break;
      const bytes = parcelBytes(parcel);
      this.queuedBytes -= bytes;
      this.windowBytes += bytes;
      this.flying.push(parcel);
      const nowMs = this.clock.nowMs();
      this.lastArrivalMs = Math.max(this.lastArrivalMs, nowMs + this.transitMs(bytes));
      this.clock.after(this.lastArrivalMs - nowMs, () => this.arrive());
    }
    if (!this.waiting || this.queue.length > 0) return;
    this.waiting = false;
    this.ends.drained();
  }

  /** Timers only say that one more parcel is due: the order is that of the queue. */
  private arrive(): void {
    const parcel = this.flying.shift();
    if (parcel === undefined || this.over) return;
    if (this.paused) this.unread.push(parcel);
    else this.read(parcel);
  }

  private read(parcel: Parcel): void {
    this.windowBytes -= parcelBytes(parcel);
    this.ends.deliver(parcel);
    if (!this.over) this.pump();
  }

  private transitMs(bytes: number): number {
    const { delayMs, jitterMs, lossRate } = this.conditions;
    let worstMs = 0;
    for (let sent = 0; sent < bytes; sent += SEGMENT_BYTES) {
      let lateMs = 0;
      let timeoutMs = RETRANSMIT_MS_MIN + 2 * delayMs;
      // A repetition comes so much later that it meets another burst, or none.
      for (let lost = this.losesSegment(); lost; lost = this.random() < lossRate) {
        lateMs += timeoutMs;
        timeoutMs *= 2;
      }
      worstMs = Math.max(worstMs, lateMs);
    }
    return delayMs + jitterMs * this.random() + worstMs;
  }

  /** The channel's state after one more segment: losing or not. */
  private losesSegment(): boolean {
    const { lossRate, lossBurst } = this.conditions;
    if (lossRate === 0) return false;
    const leave = 1 / lossBurst;
    const enter = Math.min(1, (lossRate * leave) / (1 - lossRate));
    this.lossy = this.lossy ? this.random() >= leave : this.random() < enter;
    return this.lossy;
  }
}

function parcelBytes(parcel: Parcel): number {
  return parcel.kind === 'message' ? parcel.bytes.length : FRAME_BYTES;
}
