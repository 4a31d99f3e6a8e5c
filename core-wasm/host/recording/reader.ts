import { type Block, join, readBlock, Tag, viewOf } from './blocks.ts';
import { crc32 } from './crc32.ts';
import { type PlacedKey, unpackFrames, unpackIndex, unpackState } from './parts.ts';
import { readFirstVersion } from './reader-v1.ts';
import {
  FORMAT,
  layoutOf,
  type Moment,
  type Read,
  type RecordedFrame,
  type RecordingHead,
  type RecordingReader,
  refused,
  VERSION,
} from './recording.ts';
import { HEAD_BYTES_MAX, TRAILER_BYTES, TRAILER_MAGIC } from './writer.ts';

const LINE_END = 0x0a;
/** An hour has 720 keys. */
const KEYS_MAX = 1 << 16;

/**
 * Opens a recording of any version: reads its head and its index, and where each part is. Never
 * throws, whatever the bytes are. The file must stay as it is while the reader is in use.
 */
export async function openRecording(file: Uint8Array): Promise<Read<RecordingReader>> {
  const tail = readTrailer(file);
  if (tail === null) return openUnclosed(file);
  if (tail.fileBytes !== file.length) {
    return refused('altered', `its end says ${tail.fileBytes} bytes, it has ${file.length}`);
  }
  const isPlaced = tail.lineBytes <= HEAD_BYTES_MAX && tail.lineBytes <= tail.indexAt;
  if (!isPlaced || tail.indexAt > file.length - TRAILER_BYTES) {
    return refused('malformed', 'the trailer');
  }
  const line = file.subarray(0, tail.lineBytes);
  if (crc32(line) !== tail.lineCrc) return refused('altered', 'the first line');
  const head = readHead(line);
  if (typeof head === 'string') return refused('foreign', head);
  const indexEnd = file.length - TRAILER_BYTES;
  const named = { tag: Tag.INDEX, frame: 0, what: 'the index' };
  const block = await readBlock(file, tail.indexAt, indexEnd, named);
  if (!block.ok) return block;
  const index = unpackIndex(block.value.raw, tail.lineBytes);
  if (index === null || block.value.end !== indexEnd) return refused('malformed', 'the index');
  if (index.keys.length > KEYS_MAX) return refused('too-large', `${index.keys.length} states`);
  return { ok: true, value: new FileReader(file, head, index.keys, index.end, tail.indexAt) };
}

class FileReader implements RecordingReader {
  private first: readonly Uint8Array[] | null = null;

  constructor(
    private readonly file: Uint8Array,
    readonly head: RecordingHead,
    readonly keys: readonly PlacedKey[],
    readonly end: Moment,
    private readonly indexAt: number,
  ) {}

  async state(key: number): Promise<Read<Uint8Array>> {
    const sections = await this.sections(key);
    if (!sections.ok) return sections;
    const bytes = join(sections.value);
    if (layoutOf(bytes) === this.head.layout) return { ok: true, value: bytes };
    return refused('malformed', this.nameOf('the state', key));
  }

  async frames(key: number): Promise<Read<readonly RecordedFrame[]>> {
    const { frame, count } = this.at(key);
    const what = this.nameOf('the frames', key);
    const state = await this.stateBlock(key);
    if (!state.ok) return state;
    const limit = this.keys[key + 1]?.offset ?? this.indexAt;
    const block = await readBlock(this.file, state.value.end, limit, {
      tag: Tag.FRAMES,
      frame,
      what,
    });
    if (!block.ok) return block;
    const frames = unpackFrames(block.value.raw, frame, count);
    if (frames === null || block.value.end !== limit) return refused('malformed', what);
    return { ok: true, value: frames };
  }

  private async sections(key: number): Promise<Read<readonly Uint8Array[]>> {
    if (key === 0 && this.first !== null) return { ok: true, value: this.first };
    let first: readonly Uint8Array[] = [];
    if (key > 0) {
      const read = await this.sections(0);
      if (!read.ok) return read;
      first = read.value;
    }
    const block = await this.stateBlock(key);
    if (!block.ok) return block;
    const sections = unpackState(block.value.raw, first);
    if (sections === null) return refused('malformed', this.nameOf('the state', key));
    if (key === 0) this.first = sections;
    return { ok: true, value: sections };
  }

  private stateBlock(key: number): Promise<Read<Block>> {
    const { frame, offset } = this.at(key);
    const limit = this.keys[key + 1]?.offset ?? this.indexAt;
    const what = this.nameOf('the state', key);
    return readBlock(this.file, offset, limit, { tag: Tag.STATE, frame, what });
  }

  private nameOf(part: string, key: number): string {
    return `${part} of frame ${this.at(key).frame}`;
  }

  private at(key: number): PlacedKey {
    const found = this.keys[key];
    if (found === undefined) throw new RangeError(`no key ${key}`);
    return found;
  }
}

/** A file without an end of ours: of the first version, which has none, or cut short. */
function openUnclosed(file: Uint8Array): Read<RecordingReader> {
  const line = file.subarray(0, Math.min(file.indexOf(LINE_END) + 1, HEAD_BYTES_MAX));
  const { format, version } = parse(line);
  if (format !== FORMAT) return refused('foreign', 'it does not begin like a recording');
  if (version === 1) return readFirstVersion(file.subarray(line.length), parse(line));
  if (version === VERSION) return refused('cut-short', 'its end is missing, or is not as written');
  return refused('foreign', `version ${version}, this is ${VERSION}`);
}

interface Trailer {
  readonly indexAt: number;
  readonly lineBytes: number;
  readonly lineCrc: number;
  readonly fileBytes: number;
}

/** Null when the last bytes are no sound trailer. */
function readTrailer(file: Uint8Array): Trailer | null {
  if (file.length < TRAILER_BYTES) return null;
  const bytes = file.subarray(file.length - TRAILER_BYTES);
  const view = viewOf(bytes);
  if (new TextDecoder().decode(bytes.subarray(20)) !== TRAILER_MAGIC) return null;
  if (crc32(bytes.subarray(0, 16)) !== view.getUint32(16, true)) return null;
  return {
    indexAt: view.getUint32(0, true),
    lineBytes: view.getUint32(4, true),
    lineCrc: view.getUint32(8, true),
    fileBytes: view.getUint32(12, true),
  };
}

/** The head, or what is wrong with it. */
function readHead(line: Uint8Array): RecordingHead | string {
  const { format, version, ...head } = parse(line);
  if (format !== FORMAT) return 'it does not begin like a recording';
  if (version !== VERSION) return `version ${version}, this is ${VERSION}`;
  const { coreHash, layout, world, entity, report } = head;
  const isHead =
    typeof coreHash === 'string' &&
    typeof layout === 'string' &&
    (world === 'whole' || world === 'bubble') &&
    Number.isInteger(entity) &&
    (report === undefined || (typeof report === 'object' && report !== null));
  return isHead ? (head as unknown as RecordingHead) : 'its first line lacks something';
}

function parse(line: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
