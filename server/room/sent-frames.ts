import type { BubbleWriter } from '../../core-wasm/host/bubble-writer.ts';

/** Frames that a client may have missed and still go on from where it was: five seconds. */
export const RESUME_FRAMES = 100;
/**
 * Three seconds of the 6.2 kB/s that a player is sent who sees 32 VR players move, 56 MB for 3,000:
 * longer than a client takes to notice that nothing comes (`client/net/connection.ts`) and return.
 */
const BYTES_A_PLAYER = 18 * 1024;
/** So that a few can miss a storm of enters. */
const BYTES_MIN = 1024 * 1024;

interface Slot {
  start: number;
  length: number;
  /** Start and length of each observer's message within the frame's bytes. */
  readonly places: Uint32Array;
}

/**
 * What everybody was told of the latest frames, for those who come back: one copy a frame of all
 * messages in one piece, as the core laid them out. Bounded by frames and by bytes, whichever is
 * less; whoever missed more begins anew.
 */
export interface SentFrames {
  /** A ring: a frame lies in one piece, the oldest make way. */
  readonly bytes: Uint8Array;
  /** By frame modulo `RESUME_FRAMES`. */
  readonly slots: readonly Slot[];
  /** The first frame that is kept, and the one behind the last. */
  oldest: number;
  next: number;
  /** Where in `bytes` the newest ends. */
  end: number;
}

/** `playersMax`: how many observers there can be at once. */
export function createSentFrames(
  playersMax: number,
  bytesMax = BYTES_MIN + playersMax * BYTES_A_PLAYER,
): SentFrames {
  const slots = Array.from({ length: RESUME_FRAMES }, () => ({
    start: 0,
    length: 0,
    places: new Uint32Array(playersMax * 2),
  }));
  return { bytes: new Uint8Array(bytesMax), slots, oldest: 0, next: 0, end: 0 };
}

/** Copies what `messages` has just written for `frame`, the one behind the last. */
export function keepSent(
  sent: SentFrames,
  frame: number,
  messages: Pick<BubbleWriter, 'readPlaces' | 'all'>,
): void {
  if (frame !== sent.next) forgetAll(sent, frame);
  sent.oldest = Math.max(sent.oldest, frame + 1 - RESUME_FRAMES);
  const slot = slotOf(sent, frame);
  const length = messages.readPlaces(slot.places);
  if (length > sent.bytes.length) {
    forgetAll(sent, frame + 1);
    return;
  }
  slot.start = makeRoom(sent, frame, length);
  slot.length = length;
  sent.bytes.set(messages.all(length), slot.start);
  sent.end = slot.start + length;
  sent.next = frame + 1;
}

/**
 * An observer's messages of the frames from `first` on, in order, views until the next frame; null
 * when one of them is not there.
 */
export function messagesSince(
  sent: SentFrames,
  observer: number,
  first: number,
): Uint8Array[] | null {
  if (first < sent.oldest || first > sent.next) return null;
  const messages: Uint8Array[] = [];
  for (let frame = first; frame < sent.next; frame++) {
    const { start, places } = slotOf(sent, frame);
    const length = places[observer * 2 + 1] ?? 0;
    if (length === 0) return null;
    const at = start + (places[observer * 2] as number);
    messages.push(sent.bytes.subarray(at, at + length));
  }
  return messages;
}

function slotOf(sent: SentFrames, frame: number): Slot {
  return sent.slots[frame % RESUME_FRAMES] as Slot;
}

function forgetAll(sent: SentFrames, next: number): void {
  sent.oldest = next;
  sent.next = next;
  sent.end = 0;
}

/** Where the frame's bytes go; what lies there is forgotten. */
function makeRoom(sent: SentFrames, frame: number, length: number): number {
  const wraps = sent.end + length > sent.bytes.length;
  const start = wraps ? 0 : sent.end;
  // A frame in which nobody was told anything has a place as well, or it would hide those behind.
  const end = start + Math.max(1, length);
  while (sent.oldest < frame) {
    const oldest = slotOf(sent, sent.oldest);
    const isBehind = wraps && oldest.start >= sent.end;
    const isUnder = oldest.start < end && oldest.start + Math.max(1, oldest.length) > start;
    if (!isBehind && !isUnder) break;
    sent.oldest++;
  }
  return start;
}
