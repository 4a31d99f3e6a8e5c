import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';

/** How one direction of a connection behaves. */
export interface NetworkConditions {
  /** One way, without loss. */
  readonly delayMs: number;
  /** Added to each message, evenly spread from 0 to this. */
  readonly jitterMs: number;
  /** Share of segments that get lost, 0…<1. */
  readonly lossRate: number;
  /** Mean number of segments that a loss takes in a row, ≥ 1 (a Gilbert channel); 1 is even loss. */
  readonly lossBurst: number;
}

export const PERFECT_NETWORK: NetworkConditions = {
  delayMs: 0,
  jitterMs: 0,
  lossRate: 0,
  lossBurst: 1,
};

/** What travels: a message, or the close frame that ends the direction. A text's words are lost. */
export type Parcel =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'text' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string };

export interface Pipe {
  /** Takes the parcel; true when it has left the sender's buffer. */
  push(parcel: Parcel): boolean;
  /** Bytes that have not left the sender's buffer. */
  queuedBytes(): number;
  /** The reader stops taking: what arrives fills the window, then the sender's buffer. */
  pause(): void;
  resume(): void;
  /** Drops everything that is still on its way. */
  cut(): void;
}

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
export function createPipe(
  clock: Clock,
  random: SeededRandom,
  conditions: NetworkConditions,
  ends: PipeEnds,
): Pipe {
  const queue: Parcel[] = [];
  const flying: Parcel[] = [];
  const unread: Parcel[] = [];
  let queuedBytes = 0;
  let windowBytes = 0;
  let lastArrivalMs = 0;
  let paused = false;
  let over = false;
  let waiting = false;
  let lossy = false;

  function isLost(): boolean {
    const { lossRate, lossBurst } = conditions;
    if (lossRate === 0) return false;
    const leave = 1 / lossBurst;
    const enter = (lossRate * leave) / (1 - lossRate);
    lossy = lossy ? random() >= leave : random() < Math.min(1, enter);
    return lossy;
  }

  function transitMs(bytes: number): number {
    let worstMs = 0;
    for (let sent = 0; sent < bytes; sent += SEGMENT_BYTES) {
      let lateMs = 0;
      let timeoutMs = RETRANSMIT_MS_MIN + 2 * conditions.delayMs;
      // A repetition comes so much later that it meets another burst, or none.
      for (let lost = isLost(); lost; lost = random() < conditions.lossRate) {
        lateMs += timeoutMs;
        timeoutMs *= 2;
      }
      worstMs = Math.max(worstMs, lateMs);
    }
    return conditions.delayMs + conditions.jitterMs * random() + worstMs;
  }

  function pump(): void {
    while (windowBytes < WINDOW_BYTES) {
      const parcel = queue.shift();
      if (parcel === undefined) break;
      const bytes = parcelBytes(parcel);
      queuedBytes -= bytes;
      windowBytes += bytes;
      flying.push(parcel);
      const nowMs = clock.nowMs();
      lastArrivalMs = Math.max(lastArrivalMs, nowMs + transitMs(bytes));
      clock.after(lastArrivalMs - nowMs, arrive);
    }
    if (!waiting || queue.length > 0) return;
    waiting = false;
    ends.drained();
  }

  /** Timers only say that one more parcel is due: the order is that of the queue. */
  function arrive(): void {
    const parcel = flying.shift();
    if (parcel === undefined || over) return;
    if (paused) unread.push(parcel);
    else read(parcel);
  }

  function read(parcel: Parcel): void {
    windowBytes -= parcelBytes(parcel);
    ends.deliver(parcel);
    if (!over) pump();
  }

  return {
    push(parcel) {
      if (over) return false;
      queue.push(parcel);
      queuedBytes += parcelBytes(parcel);
      pump();
      waiting ||= queue.length > 0;
      return queue.length === 0;
    },
    queuedBytes: () => queuedBytes,
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      while (!paused && !over) {
        const parcel = unread.shift();
        if (parcel === undefined) break;
        read(parcel);
      }
    },
    cut() {
      over = true;
      queue.length = 0;
      flying.length = 0;
      unread.length = 0;
      queuedBytes = 0;
    },
  };
}

function parcelBytes(parcel: Parcel): number {
  return parcel.kind === 'message' ? parcel.bytes.length : FRAME_BYTES;
}
