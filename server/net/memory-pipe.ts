import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { createLossChannel, type Loss } from './loss-channel.ts';

/** How one direction of a connection behaves. */
export interface NetworkConditions extends Loss {
  /** One way, without loss. */
  readonly delayMs: number;
  /** Added to each message, evenly spread from 0 to this. */
  readonly jitterMs: number;
  /** What the narrowest part of the way carries; the rest waits its turn. Absent: no limit. */
  readonly bitsPerSecond?: number;
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

/** Linux's least retransmission timeout; the round trip comes on top. */
const RETRANSMIT_MS_MIN = 200;
const SEGMENT_BYTES = 1448;
/** IP, TCP with timestamps, and the WebSocket's own header. */
const SEGMENT_OVERHEAD_BYTES = 56;
/** What both kernels hold of one direction before the sender has to buffer. */
const WINDOW_BYTES = 256 * 1024;
const FRAME_BYTES = 4;
/** RFC 8985: who came later may have overtaken, for so much of a round trip. */
const REORDERING_SHARE = 0.25;
/** A timer may fire a rounding before the instant that it was asked for. */
const ROUNDING_MS = 1e-6;

interface Flight {
  readonly parcel: Parcel;
  /** When its last segment had left, or left again. */
  sentMs: number;
  /** When all of it is there; Infinity while the way is closed. */
  arrivalMs: number;
  /** Its end is lost, and nothing has told the sender yet. */
  unnoticed: boolean;
}

/**
 * One direction of a TCP connection, for that is what a WebSocket is: ordered and reliable. A lost
 * segment is not gone but late, and everything behind it waits for it (head-of-line blocking).
 *
 * It is sent again as RFC 8985 (RACK) has it, which Linux, Android and Windows do: a round trip
 * after a later segment that arrived, so in a stream of 20 messages a second it comes some 50 ms
 * and a round trip late, and so once more when the repetition is lost; without a later one after
 * the timeout, which doubles. While the way is
 * closed (a partition) everything is lost, and the sender tries again at its doubled timeouts.
 * Left out: congestion control, because these streams are far below any window, and the loss of
 * bare acknowledgements, which the next one makes good.
 */
export class MemoryPipe {
  /** Bytes that have not left the sender's buffer. */
  queuedBytes = 0;

  private readonly queue: Parcel[] = [];
  private readonly flying: Flight[] = [];
  private readonly unread: Parcel[] = [];
  private readonly loses: () => boolean;
  private readonly roundTripMs: number;
  private windowBytes = 0;
  private linkFreeMs = 0;
  private paused = false;
  private closed = false;
  private over = false;
  private waiting = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: SeededRandom,
    private readonly conditions: NetworkConditions,
    private readonly ends: PipeEnds,
    loses: (() => boolean) | null = null,
  ) {
    this.loses = loses ?? createLossChannel(random, conditions);
    this.roundTripMs = 2 * conditions.delayMs + conditions.jitterMs;
  }

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

  /** A partition begins: what is on its way is lost, and so is what is sent. */
  closeWay(): void {
    this.closed = true;
    for (const flight of this.flying) flight.arrivalMs = Number.POSITIVE_INFINITY;
  }

  /** It is over: the oldest goes out at the next of its doubled timeouts, the rest behind it. */
  openWay(): void {
    if (!this.closed) return;
    this.closed = false;
    const [first, ...rest] = this.flying;
    if (first === undefined) return;
    let timeoutMs = RETRANSMIT_MS_MIN + this.roundTripMs;
    let againMs = first.sentMs + timeoutMs;
    while (againMs < this.clock.nowMs()) {
      timeoutMs *= 2;
      againMs += timeoutMs;
    }
    this.land(first, againMs + this.conditions.delayMs);
    for (const flight of rest) this.land(flight, first.arrivalMs + this.roundTripMs);
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
      this.launch(parcel, bytes);
    }
    if (!this.waiting || this.queue.length > 0) return;
    this.waiting = false;
    this.ends.drained();
  }

  private launch(parcel: Parcel, bytes: number): void {
    const { bitsPerSecond } = this.conditions;
    const segments = Math.max(1, Math.ceil(bytes / SEGMENT_BYTES));
    const bits = 8 * (bytes + segments * SEGMENT_OVERHEAD_BYTES);
    const transferMs = bitsPerSecond === undefined ? 0 : (bits / bitsPerSecond) * 1000;
    const sentMs = Math.max(this.linkFreeMs, this.clock.nowMs()) + transferMs;
    this.linkFreeMs = sentMs;
    const arrivalMs = Number.POSITIVE_INFINITY;
    const flight: Flight = { parcel, sentMs, arrivalMs, unnoticed: false };
    this.flying.push(flight);
    if (!this.closed) this.fly(flight, segments);
  }

  private fly(flight: Flight, segments: number): void {
    let lost = 0;
    let lastLost = -1;
    for (let segment = 0; segment < segments; segment++) {
      if (!this.loses()) continue;
      lost++;
      lastLost = segment;
    }
    const { sentMs } = flight;
    if (lost < segments) this.noticeLosses(sentMs);
    if (lost === 0) this.land(flight, sentMs + this.transitMs());
    else if (lastLost < segments - 1) this.repeat(flight, sentMs + this.patienceMs());
    else this.lose(flight);
  }

  /** A segment that left at `sentMs` will arrive: its acknowledgement tells of older losses. */
  private noticeLosses(sentMs: number): void {
    for (const flight of this.flying) {
      if (!flight.unnoticed || flight.sentMs >= sentMs) continue;
      const toldMs = sentMs + this.roundTripMs;
      this.repeat(flight, Math.max(toldMs, flight.sentMs + this.patienceMs()));
    }
  }

  /** Sends the end of a flight again; a later one may come first. */
  private repeat(flight: Flight, atMs: number): void {
    flight.unnoticed = false;
    flight.sentMs = atMs;
    // It comes so much later that it meets another burst, or none.
    if (this.random() < this.conditions.lossRate) this.lose(flight);
    else this.land(flight, atMs + this.transitMs());
  }

  /** Lost at its `sentMs`: whatever later segment arrives tells of it, else the timeout comes. */
  private lose(flight: Flight): void {
    flight.unnoticed = true;
    let timeoutMs = RETRANSMIT_MS_MIN + this.roundTripMs;
    let lateMs = timeoutMs;
    while (this.random() < this.conditions.lossRate) {
      timeoutMs *= 2;
      lateMs += timeoutMs;
    }
    this.land(flight, flight.sentMs + lateMs + this.transitMs());
  }

  private patienceMs(): number {
    return this.roundTripMs * (1 + REORDERING_SHARE);
  }

  private transitMs(): number {
    const { delayMs, jitterMs } = this.conditions;
    return delayMs + jitterMs * this.random();
  }

  private land(flight: Flight, arrivalMs: number): void {
    flight.arrivalMs = arrivalMs;
    this.clock.after(arrivalMs - this.clock.nowMs(), () => this.arrive());
  }

  /** Timers only say that something may be due: nothing overtakes the oldest. */
  private arrive(): void {
    const dueMs = this.clock.nowMs() + ROUNDING_MS;
    for (let next = this.flying[0]; next !== undefined; next = this.flying[0]) {
      if (next.arrivalMs > dueMs || this.over) return;
      this.flying.shift();
      if (this.paused) this.unread.push(next.parcel);
      else this.read(next.parcel);
    }
  }

  private read(parcel: Parcel): void {
    this.windowBytes -= parcelBytes(parcel);
    this.ends.deliver(parcel);
    if (!this.over) this.pump();
  }
}

function parcelBytes(parcel: Parcel): number {
  return parcel.kind === 'message' ? parcel.bytes.length : FRAME_BYTES;
}
