import { sectionsOf } from './state-sections.ts';

/**
 * A desync as a file: what a client computed since both ends last agreed, and what it was given for
 * it, so that anybody with the same core can find out where it went wrong. What the server adds
 * stands behind what the client wrote.
 *
 *   line      JSON: `IncidentHead`, up to a line feed
 *   records   tag u8, bytes u32, so many bytes; little endian
 *     1 state   frame u32, then each section of the state: bytes u32 and they, or 0xffffffff where
 *               it is that of the state before
 *     2 frame   hash u64 × 3, leaves u32, enter bytes u32, ids u32 …, excerpt …, frame …
 *     3 repair  JSON: `RepairNote`; from the server, as are 4 and 5
 *     4 part    an excerpt
 *     5 sealed  a frame
 *
 * Each frame follows the state at its first tick; a state with which the record ends has none.
 */
export interface IncidentHead {
  /** `PROTOCOL_VERSION` of the client. */
  readonly protocol: number;
  /** SHA-256 of the core, hex. */
  readonly coreHash: string;
  readonly account: number;
  /** The client's own player. */
  readonly entity: number;
  /** The frame at whose first tick the proofs differed, or that could not be computed. */
  readonly frame: number;
  /** The server's proof, and the client's, hex; zeros where there was none. */
  readonly expected: string;
  readonly got: string;
  /** What became of it on the client: `differs`, `refused`, `unsound`, `trapped`. */
  readonly fault: string;
  /** Whether both ends agreed on the first state. */
  readonly isProven: boolean;
}

/** One frame of the client's. */
export interface IncidentFrame {
  readonly frame: number;
  /** The state at its first tick, before anybody leaves or enters. */
  readonly state: Uint8Array;
  /** As it came; empty when there is only the state. */
  readonly bytes: Uint8Array;
  readonly leaves: Uint32Array;
  readonly enter: Uint8Array;
  /** `Core.movingHash` just before each of its ticks; 0n where it was not noted. */
  readonly hashes: readonly bigint[];
}

/** What the server did about it. */
export interface RepairNote {
  /** The repair came with this frame. */
  readonly frame: number;
  readonly kind: 'islands' | 'snapshot';
  /** Entities whose hashes differed, as far as the server could tell. */
  readonly differing: readonly number[];
}

export interface ServerEvidence {
  readonly note: RepairNote;
  /** Excerpt of the client's bubble at the repair's frame. */
  readonly part: Uint8Array;
  /** Frames as they were sealed, up to that one. */
  readonly frames: readonly Uint8Array[];
}

export interface Incident {
  readonly head: IncidentHead;
  readonly frames: readonly IncidentFrame[];
  /** Null while the server has not added to it. */
  readonly server: ServerEvidence | null;
}

const FORMAT = 'spacetime-incident';
const VERSION = 1;
const LINE_END = 0x0a;
const RECORD_HEAD_BYTES = 5;
const SAME = 0xffffffff;
const TICKS = 3;
const FRAME_HEAD_BYTES = TICKS * 8 + 8;

const Tag = { STATE: 1, FRAME: 2, REPAIR: 3, PART: 4, SEALED: 5 } as const;

/** What the client writes. */
export function encodeIncident(head: IncidentHead, frames: readonly IncidentFrame[]): Uint8Array {
  const line = `${JSON.stringify({ format: FORMAT, version: VERSION, ...head })}\n`;
  const parts: Uint8Array[] = [new TextEncoder().encode(line)];
  let before: readonly Uint8Array[] = [];
  for (const one of frames) {
    const sections = sectionBytes(one.state);
    parts.push(...record(Tag.STATE, stateParts(one.frame, sections, before)));
    before = sections;
    if (one.bytes.length > 0) parts.push(...record(Tag.FRAME, frameParts(one)));
  }
  return join(parts);
}

/** What the server puts behind it. */
export function encodeEvidence({ note, part, frames }: ServerEvidence): Uint8Array {
  return join([
    ...record(Tag.REPAIR, [new TextEncoder().encode(JSON.stringify(note))]),
    ...record(Tag.PART, [part]),
    ...frames.flatMap((bytes) => record(Tag.SEALED, [bytes])),
  ]);
}

function sectionBytes(state: Uint8Array): Uint8Array[] {
  const sections = sectionsOf(state);
  return sections === null ? [state] : sections.map(({ at, end }) => state.subarray(at, end));
}

function stateParts(
  frame: number,
  sections: readonly Uint8Array[],
  before: readonly Uint8Array[],
): Uint8Array[] {
  const parts = [words(frame)];
  for (const [index, bytes] of sections.entries()) {
    const same = before[index];
    if (same !== undefined && sections.length === before.length && equal(bytes, same)) {
      parts.push(words(SAME));
    } else {
      parts.push(words(bytes.length), bytes);
    }
  }
  return parts;
}

function frameParts({ bytes, leaves, enter, hashes }: IncidentFrame): Uint8Array[] {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  const view = new DataView(head.buffer);
  for (let tick = 0; tick < TICKS; tick++) view.setBigUint64(tick * 8, hashes[tick] ?? 0n, true);
  view.setUint32(TICKS * 8, leaves.length, true);
  view.setUint32(TICKS * 8 + 4, enter.length, true);
  return [head, words(...leaves), enter, bytes];
}

function record(tag: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const head = new Uint8Array(RECORD_HEAD_BYTES);
  head[0] = tag;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  new DataView(head.buffer).setUint32(1, length, true);
  return [head, ...parts];
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export type DecodedIncident =
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The head alone, for who only files it; null when the bytes do not begin like an incident. */
export function readIncidentHead(file: Uint8Array): IncidentHead | null {
  const lineEnd = file.indexOf(LINE_END);
  try {
    const { format, version, ...head } = JSON.parse(
      new TextDecoder().decode(file.subarray(0, Math.max(0, lineEnd))),
    );
    const isOurs = format === FORMAT && version === VERSION;
    return isOurs && isHead(head) ? head : null;
  } catch {
    return null;
  }
}

function isHead(head: Record<string, unknown>): head is Record<string, unknown> & IncidentHead {
  const numbers = [head.protocol, head.account, head.entity, head.frame];
  const texts = [head.coreHash, head.expected, head.got];
  return (
    numbers.every((value) => Number.isInteger(value) && (value as number) >= 0) &&
    texts.every((value) => typeof value === 'string' && /^[0-9a-f]{1,64}$/.test(value)) &&
    typeof head.fault === 'string' &&
    typeof head.isProven === 'boolean'
  );
}

/** The incident in a file, mostly as views of it. Never throws, whatever the bytes are. */
export function decodeIncident(file: Uint8Array): DecodedIncident {
  const head = readIncidentHead(file);
  if (head === null) return unreadable('it does not begin like an incident of this version');
  const frames: IncidentFrame[] = [];
  const sealed: Uint8Array[] = [];
  let sections: readonly Uint8Array[] = [];
  let note: RepairNote | null = null;
  let part: Uint8Array | null = null;
  let at = file.indexOf(LINE_END) + 1;
  while (at < file.length) {
    const tag = file[at] as number;
    const bytes = recordAt(file, at);
    if (bytes === null) return unreadable(`it is cut off within the record at byte ${at}`);
    const wrong = unreadable(`the record at byte ${at} is damaged`);
    if (tag === Tag.STATE) {
      const read = readState(bytes, sections);
      if (read === null) return wrong;
      sections = read.sections;
      frames.push({ ...NO_FRAME, frame: read.frame, state: join(sections) });
    } else if (tag === Tag.FRAME) {
      const read = readFrame(bytes);
      const last = frames.pop();
      if (read === null || last === undefined || last.bytes.length > 0) return wrong;
      frames.push({ ...last, ...read });
    } else if (tag === Tag.REPAIR) {
      note = readNote(bytes);
      if (note === null) return wrong;
    } else if (tag === Tag.PART) {
      part = bytes;
    } else if (tag === Tag.SEALED) {
      sealed.push(bytes);
    } else {
      return unreadable(`the record at byte ${at} is of an unknown kind`);
    }
    at += RECORD_HEAD_BYTES + bytes.length;
  }
  if (frames.length === 0) return unreadable('it holds no state');
  const server = note === null || part === null ? null : { note, part, frames: sealed };
  return { kind: 'incident', incident: { head, frames, server } };
}

const NO_FRAME = {
  bytes: new Uint8Array(0),
  leaves: new Uint32Array(0),
  enter: new Uint8Array(0),
  hashes: [0n, 0n, 0n],
};

function unreadable(why: string): DecodedIncident {
  return { kind: 'unreadable', why };
}

function recordAt(file: Uint8Array, at: number): Uint8Array | null {
  if (at + RECORD_HEAD_BYTES > file.length) return null;
  const length = viewOf(file).getUint32(at + 1, true);
  const first = at + RECORD_HEAD_BYTES;
  return first + length <= file.length ? file.subarray(first, first + length) : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readState(
  bytes: Uint8Array,
  before: readonly Uint8Array[],
): { frame: number; sections: Uint8Array[] } | null {
  if (bytes.length < 4) return null;
  const view = viewOf(bytes);
  const sections: Uint8Array[] = [];
  for (let at = 4; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const length = view.getUint32(at, true);
    at += 4;
    const section =
      length === SAME
        ? before[sections.length]
        : bytes.subarray(at, Math.min(at + length, 2 ** 31));
    if (section === undefined || (length !== SAME && section.length !== length)) return null;
    sections.push(section);
    if (length !== SAME) at += length;
  }
  return sections.length === 0 ? null : { frame: view.getUint32(0, true), sections };
}

function readFrame(bytes: Uint8Array): Omit<IncidentFrame, 'frame' | 'state'> | null {
  if (bytes.length < FRAME_HEAD_BYTES) return null;
  const view = viewOf(bytes);
  const hashes = Array.from({ length: TICKS }, (_, tick) => view.getBigUint64(tick * 8, true));
  const leaveCount = view.getUint32(TICKS * 8, true);
  const enterBytes = view.getUint32(TICKS * 8 + 4, true);
  const enterAt = FRAME_HEAD_BYTES + leaveCount * 4;
  if (enterAt + enterBytes > bytes.length) return null;
  const leaves = Uint32Array.from({ length: leaveCount }, (_, i) =>
    view.getUint32(FRAME_HEAD_BYTES + i * 4, true),
  );
  const enter = bytes.subarray(enterAt, enterAt + enterBytes);
  return { hashes, leaves, enter, bytes: bytes.subarray(enterAt + enterBytes) };
}

function readNote(bytes: Uint8Array): RepairNote | null {
  try {
    const note = JSON.parse(new TextDecoder().decode(bytes));
    return Number.isInteger(note.frame) && Array.isArray(note.differing) ? note : null;
  } catch {
    return null;
  }
}
