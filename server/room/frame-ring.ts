/** How many sealed frames are kept for clients that come back: 20 s. */
export const FRAMES_KEPT = 400;

/** The latest sealed frames as messages, with the state hash at each one's first tick. */
export interface FrameRing {
  readonly messages: (Uint8Array | null)[];
  readonly hashes: BigUint64Array;
  /** The frame after the newest one. */
  next: number;
  /** The oldest frame that is held. */
  first: number;
}

export function createFrameRing(nextFrame: number): FrameRing {
  return {
    messages: new Array<Uint8Array | null>(FRAMES_KEPT).fill(null),
    hashes: new BigUint64Array(FRAMES_KEPT),
    next: nextFrame,
    first: nextFrame,
  };
}

export function pushFrame(ring: FrameRing, stateHash: bigint, message: Uint8Array): void {
  const at = ring.next % FRAMES_KEPT;
  ring.messages[at] = message;
  ring.hashes[at] = stateHash;
  ring.next++;
  ring.first = Math.max(ring.first, ring.next - FRAMES_KEPT);
}

export function holdsFrame(ring: FrameRing, frame: number): boolean {
  return frame >= ring.first && frame < ring.next;
}

/** The messages from `frame` on, or null when they or that state are not ours to continue from. */
export function framesSince(ring: FrameRing, frame: number, hash: bigint): Uint8Array[] | null {
  if (!holdsFrame(ring, frame) || ring.hashes[frame % FRAMES_KEPT] !== hash) return null;
  const messages: Uint8Array[] = [];
  for (let f = frame; f < ring.next; f++)
    messages.push(ring.messages[f % FRAMES_KEPT] as Uint8Array);
  return messages;
}
