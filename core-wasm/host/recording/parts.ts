import { sectionsOf } from '../state-sections.ts';
import { join, viewOf } from './blocks.ts';
import { frameNumber, type Key, type Moment, type RecordedFrame } from './recording.ts';

const SAME = 0xffffffff;
const FRAME_HEAD_BYTES = 18;
const KEY_BYTES = 24;
const END_BYTES = 12;
const ANEW = 1;

/** The sections of a state, or the whole of it where it has no form that is known. */
export function splitState(state: Uint8Array): Uint8Array[] {
  const sections = sectionsOf(state);
  return sections === null ? [state] : sections.map(({ at, end }) => state.subarray(at, end));
}

/** What is static is most of a state and seldom changes: it is told once, with the first. */
export function packState(
  sections: readonly Uint8Array[],
  first: readonly Uint8Array[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [index, bytes] of sections.entries()) {
    const before = first[index];
    if (before !== undefined && equalBytes(bytes, before)) parts.push(word(SAME));
    else parts.push(word(bytes.length), bytes);
  }
  return join(parts);
}

/** The sections again; null for bytes that `packState` does not give. */
export function unpackState(bytes: Uint8Array, first: readonly Uint8Array[]): Uint8Array[] | null {
  const view = viewOf(bytes);
  const sections: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const length = view.getUint32(at, true);
    at += 4;
    if (length !== SAME && at + length > bytes.length) return null;
    const section = length === SAME ? first[sections.length] : bytes.subarray(at, at + length);
    if (section === undefined) return null;
    sections.push(section);
    if (length !== SAME) at += length;
  }
  return sections;
}

export function packFrames(frames: readonly RecordedFrame[]): Uint8Array {
  const parts = frames.flatMap(({ bytes, leaves, enter, hash }) => {
    const head = new Uint8Array(FRAME_HEAD_BYTES + leaves.length * 4);
    const view = viewOf(head);
    view.setBigUint64(0, hash, true);
    view.setUint16(8, leaves.length, true);
    view.setUint32(10, enter.length, true);
    view.setUint32(14, bytes.length, true);
    leaves.forEach((id, i) => {
      view.setUint32(FRAME_HEAD_BYTES + i * 4, id, true);
    });
    return [head, enter, bytes];
  });
  return join(parts);
}

/** So many frames from `first` on, as views; null when these are others. */
export function unpackFrames(
  bytes: Uint8Array,
  first: number,
  count: number,
): RecordedFrame[] | null {
  const view = viewOf(bytes);
  const frames: RecordedFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + FRAME_HEAD_BYTES > bytes.length) return null;
    const leaveCount = view.getUint16(at + 8, true);
    const idsAt = at + FRAME_HEAD_BYTES;
    const enterAt = idsAt + leaveCount * 4;
    const frameAt = enterAt + view.getUint32(at + 10, true);
    const next = frameAt + view.getUint32(at + 14, true);
    const frame = first + frames.length;
    if (next > bytes.length || frames.length === count) return null;
    const one = bytes.subarray(frameAt, next);
    if (frameNumber(one) !== frame) return null;
    frames.push({
      frame,
      hash: view.getBigUint64(at, true),
      leaves: Uint32Array.from({ length: leaveCount }, (_, i) =>
        view.getUint32(idsAt + i * 4, true),
      ),
      enter: bytes.subarray(enterAt, frameAt),
      bytes: one,
    });
    at = next;
  }
  return frames.length === count ? frames : null;
}

/** A key, and where in the file its state begins. */
export interface PlacedKey extends Key {
  readonly offset: number;
}

export interface Index {
  readonly keys: readonly PlacedKey[];
  readonly end: Moment;
}

export function packIndex({ keys, end }: Index): Uint8Array {
  const bytes = new Uint8Array(keys.length * KEY_BYTES + END_BYTES);
  const view = viewOf(bytes);
  for (const [index, { frame, count, hash, isAnew, offset }] of keys.entries()) {
    const at = index * KEY_BYTES;
    view.setUint32(at, frame, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, isAnew ? ANEW : 0, true);
    view.setBigUint64(at + 12, hash, true);
    view.setUint32(at + 20, offset, true);
  }
  view.setUint32(keys.length * KEY_BYTES, end.frame, true);
  view.setBigUint64(keys.length * KEY_BYTES + 4, end.hash, true);
  return bytes;
}

/** Null unless it has a key, offsets ascend from `offsetMin` and what is not anew follows on. */
export function unpackIndex(bytes: Uint8Array, offsetMin: number): Index | null {
  const keyCount = (bytes.length - END_BYTES) / KEY_BYTES;
  if (!Number.isInteger(keyCount) || keyCount < 1) return null;
  const view = viewOf(bytes);
  const endAt = keyCount * KEY_BYTES;
  const keys = Array.from({ length: keyCount }, (_, index): PlacedKey => {
    const at = index * KEY_BYTES;
    return {
      frame: view.getUint32(at, true),
      count: view.getUint32(at + 4, true),
      isAnew: (view.getUint32(at + 8, true) & ANEW) !== 0,
      hash: view.getBigUint64(at + 12, true),
      offset: view.getUint32(at + 20, true),
    };
  });
  const end = { frame: view.getUint32(endAt, true), hash: view.getBigUint64(endAt + 4, true) };
  const isSound = keys.every((key, index) => {
    const before = keys[index - 1];
    if (before === undefined) return key.isAnew && key.offset === offsetMin;
    const follows = key.isAnew || key.frame === before.frame + before.count;
    return follows && key.offset > before.offset;
  });
  const last = keys.at(-1) as PlacedKey;
  return isSound && last.frame + last.count === end.frame ? { keys, end } : null;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}
