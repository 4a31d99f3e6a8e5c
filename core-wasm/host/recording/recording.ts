/**
 * A stretch of a world's history that can be played again, as a `.strec` file. A person can read
 * its first line: `head -1` is enough.
 *
 *   line      JSON: `RecordingHead` with `format` and `version`, up to a line feed
 *   blocks    tag u8, 3 zeros, frame u32, raw bytes u32, stored bytes u32, crc-32 u32 of all that
 *             and of what is stored; then that: a raw deflate stream
 *     1 state   of the first tick of `frame`: each section: bytes u32 and they, or 0xffffffff where
 *               it is that of the first state
 *     2 frames  from `frame` on: hash u64, leaves u16, enter bytes u32, frame bytes u32, ids u32 …,
 *               excerpt, frame
 *     3 index   one entry for each state: frame u32, frames behind it u32, flags u32 (1: anew),
 *               hash u64, offset u32; then the end: frame u32, hash u64
 *   trailer   offset of the index u32, bytes of the line u32, crc-32 of the line u32, bytes of the
 *             file u32, crc-32 of these u32, `STRECEND`
 *
 * A state and the frames behind it follow each other, the index and the trailer close the file; all
 * numbers are little endian. Every byte is under a crc, and nothing lies between.
 */
export interface RecordingHead {
  /** SHA-256 of the core that played it, hex. */
  readonly coreHash: string;
  /** `layoutOf` its states: what a core must read them as. */
  readonly layout: string;
  /** All of a region, or what one client had of it. */
  readonly world: 'whole' | 'bubble';
  /** The player whose bubble it is, 0 for a whole world. */
  readonly entity: number;
  /** What a client says about itself; see `client/report`. */
  readonly report?: Readonly<Record<string, unknown>>;
}

export const FORMAT = 'spacetime-recording';
export const VERSION = 2;
/** What a recording is asked to have between two of its states, so that a slider may jump. */
export const KEY_FRAMES = 100;

/** A state's place in time, and its hash: `worldHash` of it; 0n where it is not known. */
export interface Moment {
  readonly frame: number;
  readonly hash: bigint;
}

/** A moment at which a recording holds the state. */
export interface Key extends Moment {
  /** Frames that follow it, up to the next key. */
  readonly count: number;
  /** It does not follow from the frames before: a client was given it by its server. */
  readonly isAnew: boolean;
}

export interface RecordedFrame {
  readonly frame: number;
  /** As `Core.loadFrame` takes it. That of a whole world has the hash of the state before it. */
  readonly bytes: Uint8Array;
  /** Who leaves the bubble before it, and who enters then; nobody in a whole world. */
  readonly leaves: Uint32Array;
  readonly enter: Uint8Array;
  /** `Core.movingHash` when they have, just before the first tick; 0n where it was not noted. */
  readonly hash: bigint;
}

/** A state and the frames that follow it, up to the next one. */
export interface Stretch extends Omit<Key, 'count'> {
  readonly state: Uint8Array;
  readonly frames: readonly RecordedFrame[];
}

/** Why a file, or a part of it, is not played. `where` names the part, and its frame. */
export interface Refusal {
  readonly kind: /** No recording, or none of a version that is known. */
    | 'foreign'
    /** Its end is not there. */
    | 'cut-short'
    /** The bytes are not those that were written. */
    | 'altered'
    /** More than a recording may hold. */
    | 'too-large'
    /** Whole, but nothing that a writer of recordings writes. */
    | 'malformed';
  readonly where: string;
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function refused(kind: Refusal['kind'], where: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { kind, where } };
}

/** A recording whose end and index are sound; the parts are read, and checked, when asked for. */
export interface RecordingReader {
  readonly head: RecordingHead;
  /** In the order of play; the first is where it begins, and anew. */
  readonly keys: readonly Key[];
  /** Behind the last frame. */
  readonly end: Moment;
  state(key: number): Promise<Read<Uint8Array>>;
  /** Those behind that key. */
  frames(key: number): Promise<Read<readonly RecordedFrame[]>>;
}

const NO_IDS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

/** A frame of a whole world, as it stands in the journal. */
export function wholeFrame(bytes: Uint8Array): RecordedFrame {
  return { frame: frameNumber(bytes), bytes, leaves: NO_IDS, enter: NO_BYTES, hash: 0n };
}

/** The number that a frame bears; −1 when it is too short to be one. */
export function frameNumber(bytes: Uint8Array): number {
  if (bytes.length < 4) return -1;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** The magic number that stands for the layout of a snapshot, hex; empty when it is none. */
export function layoutOf(state: Uint8Array): string {
  return Array.from(state.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What is wrong with a file, for whoever wanted to play it. */
export function refusalText({ kind, where }: Refusal): string {
  switch (kind) {
    case 'foreign':
      return `it is no recording that can be read here: ${where}`;
    case 'cut-short':
      return `it is cut short: ${where}`;
    case 'altered':
      return `it was altered: ${where}`;
    case 'too-large':
      return `it is larger than a recording may be: ${where}`;
    case 'malformed':
      return `it is malformed: ${where}`;
  }
}
