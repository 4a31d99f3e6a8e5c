import { join, Tag, viewOf, writeBlock } from './blocks.ts';
import { crc32 } from './crc32.ts';
import { type PlacedKey, packFrames, packIndex, packState, splitState } from './parts.ts';
import { FORMAT, type Moment, type RecordingHead, type Stretch, VERSION } from './recording.ts';

export const TRAILER_BYTES = 28;
export const TRAILER_MAGIC = 'STRECEND';
/** A head is for a person to read, and what a client reports is bounded. */
export const HEAD_BYTES_MAX = 1 << 18;

/**
 * The file. Stretches are taken one by one, so that a world's journal needs never be in memory
 * at once; `end` is asked behind the last. Throws a RangeError for what no reader would take.
 */
export async function encodeRecording(
  head: RecordingHead,
  stretches: AsyncIterable<Stretch> | Iterable<Stretch>,
  end: () => Moment,
): Promise<Uint8Array> {
  const line = new TextEncoder().encode(
    `${JSON.stringify({ format: FORMAT, version: VERSION, ...head })}\n`,
  );
  if (line.length > HEAD_BYTES_MAX) throw new RangeError(`a head of ${line.length} bytes`);
  const parts: Uint8Array[] = [line];
  const keys: PlacedKey[] = [];
  let first: readonly Uint8Array[] = [];
  let offset = line.length;
  const put = (bytes: readonly Uint8Array[]): void => {
    for (const part of bytes) {
      parts.push(part);
      offset += part.length;
    }
  };
  for await (const { frame, hash, isAnew, state, frames } of stretches) {
    keys.push({ frame, count: frames.length, hash, isAnew: isAnew || keys.length === 0, offset });
    const sections = splitState(state);
    put(await writeBlock(Tag.STATE, frame, packState(sections, first)));
    put(await writeBlock(Tag.FRAMES, frame, packFrames(frames)));
    if (keys.length === 1) first = sections.map((section) => section.slice());
  }
  if (keys.length === 0) throw new RangeError('a recording without a state');
  const indexAt = offset;
  put(await writeBlock(Tag.INDEX, 0, packIndex({ keys, end: end() })));
  put([trailer(line, indexAt, offset + TRAILER_BYTES)]);
  return join(parts);
}

function trailer(line: Uint8Array, indexAt: number, fileBytes: number): Uint8Array {
  if (fileBytes > 0xffffffff) throw new RangeError(`a recording of ${fileBytes} bytes`);
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, indexAt, true);
  view.setUint32(4, line.length, true);
  view.setUint32(8, crc32(line), true);
  view.setUint32(12, fileBytes, true);
  view.setUint32(16, crc32(bytes.subarray(0, 16)), true);
  bytes.set(new TextEncoder().encode(TRAILER_MAGIC), 20);
  return bytes;
}
