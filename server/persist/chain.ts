import { createHash } from 'node:crypto';

/** Chain value before frame 0. */
export const GENESIS_CHAIN: Uint8Array = new Uint8Array(32);

const LENGTH_BYTES = 4;

/**
 * The chain value after a group. Each value covers all frames since the world began, so a group
 * that was altered, left out or moved breaks every later one.
 */
export function nextChain(previous: Uint8Array, payload: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(previous).update(payload).digest());
}

/** Bytes that a frame of `frameBytes` takes in what `packFrames` makes. */
export function packedSize(frameBytes: number): number {
  return LENGTH_BYTES + frameBytes;
}

/** Frames in one piece: each behind its length as a u32, little endian. */
export function packFrames(frames: readonly Uint8Array[]): Uint8Array {
  const size = frames.reduce((sum, frame) => sum + packedSize(frame.length), 0);
  const payload = new Uint8Array(size);
  const view = new DataView(payload.buffer);
  let offset = 0;
  for (const frame of frames) {
    view.setUint32(offset, frame.length, true);
    payload.set(frame, offset + LENGTH_BYTES);
    offset += packedSize(frame.length);
  }
  return payload;
}

export type Unpacked =
  | { readonly kind: 'frames'; readonly frames: readonly Uint8Array[] }
  /** The payload ends in mid frame; the frame that begins at `offset` is incomplete. */
  | { readonly kind: 'torn'; readonly offset: number };

/** The frames of a payload, as views of it. */
export function unpackFrames(payload: Uint8Array): Unpacked {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const frames: Uint8Array[] = [];
  let offset = 0;
  while (offset < payload.length) {
    const start = offset + LENGTH_BYTES;
    if (start > payload.length) return { kind: 'torn', offset };
    const end = start + view.getUint32(offset, true);
    if (end > payload.length) return { kind: 'torn', offset };
    frames.push(payload.subarray(start, end));
    offset = end;
  }
  return { kind: 'frames', frames };
}
