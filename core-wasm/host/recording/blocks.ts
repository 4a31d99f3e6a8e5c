import { crc32 } from './crc32.ts';
import { DEFLATE_RATIO_MAX, deflate, inflate } from './deflate.ts';
import { type Read, type Refusal, refused } from './recording.ts';

export const Tag = { STATE: 1, FRAMES: 2, INDEX: 3 } as const;
export type Tag = (typeof Tag)[keyof typeof Tag];

export const BLOCK_HEAD_BYTES = 20;
const CRC_AT = 16;
/** What a block may unpack to: five times the largest state, or a key's frames at their largest. */
export const RAW_BYTES_MAX = 1 << 26;

/** A block as it stands in a file. */
export interface Block {
  readonly raw: Uint8Array;
  /** Offset behind it. */
  readonly end: number;
}

export async function writeBlock(tag: Tag, frame: number, raw: Uint8Array): Promise<Uint8Array[]> {
  if (raw.length > RAW_BYTES_MAX) throw new RangeError(`a block of ${raw.length} bytes`);
  const stored = await deflate(raw);
  const head = new Uint8Array(BLOCK_HEAD_BYTES);
  const view = new DataView(head.buffer);
  head[0] = tag;
  view.setUint32(4, frame, true);
  view.setUint32(8, raw.length, true);
  view.setUint32(12, stored.length, true);
  view.setUint32(CRC_AT, crc32(head.subarray(0, CRC_AT), stored), true);
  return [head, stored];
}

/**
 * The block at `at`, which must be this one, end at or before `limit` and be as it was written.
 * `what` names it in a refusal. Reserves no more than its stored bytes can unpack to.
 */
export async function readBlock(
  file: Uint8Array,
  at: number,
  limit: number,
  { tag, frame, what }: { readonly tag: Tag; readonly frame: number; readonly what: string },
): Promise<Read<Block>> {
  const refuse = (kind: Refusal['kind']): Read<Block> => refused(kind, what);
  if (at + BLOCK_HEAD_BYTES > limit) return refuse('malformed');
  const view = viewOf(file);
  const rawBytes = view.getUint32(at + 8, true);
  const storedBytes = view.getUint32(at + 12, true);
  const first = at + BLOCK_HEAD_BYTES;
  const end = first + storedBytes;
  // A length that was altered reaches elsewhere, so that the sum cannot be right either.
  if (end > limit) return refuse('altered');
  const stored = file.subarray(first, end);
  const sum = crc32(file.subarray(at, at + CRC_AT), stored);
  if (sum !== view.getUint32(at + CRC_AT, true)) return refuse('altered');
  const isExpected = view.getUint32(at, true) === tag && view.getUint32(at + 4, true) === frame;
  if (!isExpected) return refuse('malformed');
  if (rawBytes > RAW_BYTES_MAX) return refuse('too-large');
  if (rawBytes > (storedBytes + 1) * DEFLATE_RATIO_MAX) return refuse('malformed');
  const raw = await inflate(stored, rawBytes);
  return raw === null ? refuse('malformed') : { ok: true, value: { raw, end } };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
