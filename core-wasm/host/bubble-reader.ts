import type { Core } from './core.ts';
import { type Ghost, GhostReader, ghostLength } from './ghost.ts';
import { type BubbleChange, MessageKind, type Timing } from './messages.ts';
import { WireFault } from './types.ts';

/** The frame as it concerns the bubble of who reads it. */
export interface BubbleFrame extends BubbleChange {
  readonly frame: number;
  /** As `Core.loadFrame` takes it; the proof at the first tick in place of the hash, or 0. */
  readonly bytes: Uint8Array;
  readonly timing: Timing | null;
  /** Frames up to this one that a crash of the server may still take; null where it is not said. */
  readonly undurable: number | null;
  /** Players whom he does not simulate, the most urgent first. */
  readonly ghosts: readonly Ghost[];
}

export type BubbleRead =
  | { readonly ok: true; readonly frame: BubbleFrame }
  | { readonly ok: false; readonly fault: WireFault };

/** A player in the bubble, and what both ends know of his earlier entries. */
interface Followed {
  readonly id: number;
  readonly history: Uint8Array;
}

// Flags of a FRAME, and the bytes of its parts; see `core-wasm/assembly/wire/bubble/message.ts`.
const PROOF = 1;
const TIMING = 2;
const CHANGE = 4;
const COMMANDS = 8;
const SPARSE = 16;
const GHOSTS = 32;
const DURABLE = 64;
const FLAGS_ALL = 127;
const HEAD_BYTES = 4;
const PROOF_BYTES = 8;
const TIMING_BYTES = 8;
const DURABLE_BYTES = 2;
const CHANGE_COUNT_BYTES = 6;
const FRAME_HEADER_BYTES = 16;
const ID_BYTES = 4;

const NO_IDS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_GHOSTS: readonly Ghost[] = [];

class Refused extends Error {
  constructor(readonly fault: WireFault) {
    super(`refused: ${fault}`);
  }
}

/** Number of the frame in a FRAME, its low 16 bits, for who reads no further. */
export function frameNumberOf(message: Uint8Array): number {
  return (message[2] as number) | ((message[3] as number) << 8);
}

/** The proof in a FRAME, for who reads no further; 0n in one that has none, or is cut short. */
export function proofOf(message: Uint8Array): bigint {
  const isThere = ((message[1] as number) & PROOF) !== 0;
  if (!isThere || message.length < HEAD_BYTES + PROOF_BYTES) return 0n;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  return view.getBigUint64(HEAD_BYTES, true);
}

/** The timing in a FRAME, for who reads no further; null in one that has none, or is cut short. */
export function timingOf(message: Uint8Array): Timing | null {
  const flags = message[1] as number;
  const at = HEAD_BYTES + ((flags & PROOF) === 0 ? 0 : PROOF_BYTES);
  if ((flags & TIMING) === 0 || message.length < at + TIMING_BYTES) return null;
  return readTiming(new Cursor(message.subarray(at, at + TIMING_BYTES)));
}

/** What crosses the border of a bubble with a FRAME. */
export interface ChangeCounts {
  /** Bodies that leave. */
  readonly leaves: number;
  /** Of the excerpt with those who enter. */
  readonly enterBytes: number;
}

/** The counts of a FRAME's change, for who reads no further; null in one that has none. */
export function changeCountsOf(message: Uint8Array): ChangeCounts | null {
  const flags = message[1] as number;
  const proofBytes = (flags & PROOF) === 0 ? 0 : PROOF_BYTES;
  const timingBytes = (flags & TIMING) === 0 ? 0 : TIMING_BYTES;
  const durableBytes = (flags & DURABLE) === 0 ? 0 : DURABLE_BYTES;
  const at = HEAD_BYTES + proofBytes + timingBytes + durableBytes;
  if ((flags & CHANGE) === 0 || message.length < at + CHANGE_COUNT_BYTES) return null;
  const cursor = new Cursor(message.subarray(at, at + CHANGE_COUNT_BYTES));
  return { leaves: cursor.u16(), enterBytes: cursor.u32() };
}

/**
 * Reads the FRAMEs of one connection, in order. Each is packed against those before it, so that a
 * reader must see all of them from the SNAPSHOT on. What it gives was
 * checked for form only: the core judges the frame and who enters.
 */
export class BubbleReader {
  private readonly core: Pick<Core, 'newHistory' | 'unpackEntry' | 'meetPlayers'>;
  /** In entity order. */
  private roster: Followed[] = [];
  private readonly ghosts = new GhostReader();
  private nextFrame = -1;

  /** Its world must be of the server's region, at whatever tick. */
  constructor(core: Pick<Core, 'newHistory' | 'unpackEntry' | 'meetPlayers'>) {
    this.core = core;
  }

  /** The frame that it reads next, −1 before `begin`. */
  get frame(): number {
    return this.nextFrame;
  }

  /** A SNAPSHOT came, of the first tick of `frame`: nobody is followed or known yet. */
  begin(frame: number): void {
    this.nextFrame = frame;
    this.roster = [];
    this.ghosts.begin();
  }

  /**
   * The next FRAME. After a fault the connection is lost for good: nothing behind it can be read.
   * Never throws, whatever comes. `WRONG_FRAME` before `begin` and for another than the next one.
   */
  read(message: Uint8Array): BubbleRead {
    try {
      return { ok: true, frame: this.readFrame(message) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, fault: error.fault };
      throw error;
    }
  }

  private readFrame(message: Uint8Array): BubbleFrame {
    const cursor = new Cursor(message);
    if (cursor.u8() !== MessageKind.FRAME) throw new Refused(WireFault.UNKNOWN_KIND);
    const flags = cursor.u8();
    if (flags > FLAGS_ALL) throw new Refused(WireFault.OUT_OF_RANGE);
    const frame = this.nextFrame;
    if (cursor.u16() !== (frame & 0xffff) || frame < 0) throw new Refused(WireFault.WRONG_FRAME);
    const proof = (flags & PROOF) === 0 ? NO_BYTES : cursor.take(PROOF_BYTES);
    const timing = (flags & TIMING) === 0 ? null : readTiming(cursor);
    const undurable = (flags & DURABLE) === 0 ? null : cursor.u16();
    const change = (flags & CHANGE) === 0 ? null : this.readChange(cursor);
    const commands = (flags & COMMANDS) === 0 ? null : readCommands(cursor);
    const ghosts = (flags & GHOSTS) === 0 ? NO_GHOSTS : this.readGhosts(cursor);
    const inputs = this.readInputs(cursor, (flags & SPARSE) !== 0);
    this.nextFrame = frame + 1;
    return {
      frame,
      timing,
      undurable,
      ghosts,
      leaves: change?.leaves ?? NO_IDS,
      enter: change?.enter ?? NO_BYTES,
      bytes: plainFrame(frame, proof, commands, inputs),
    };
  }

  private readChange(cursor: Cursor): BubbleChange {
    const leaveCount = cursor.u16();
    const enterBytes = cursor.u32();
    const came = cursor.u16();
    const gone = cursor.u16();
    const leaves = cursor.ids(leaveCount);
    const enter = cursor.take(enterBytes);
    const joined: Followed[] = enter.length === 0 ? [] : this.meet(enter);
    for (const id of cursor.ids(came)) joined.push({ id, history: this.core.newHistory() });
    const left = new Set(leaves);
    // Who enters may go with a command of the same frame, and who leaves may enter again.
    const went = new Set(cursor.ids(gone));
    this.roster = this.roster
      .filter(({ id }) => !left.has(id))
      .concat(joined)
      .filter(({ id }) => !went.has(id))
      .sort((a, b) => (a.id & 0xffff) - (b.id & 0xffff));
    return { leaves, enter };
  }

  private meet(enter: Uint8Array): Followed[] {
    const met = this.core.meetPlayers(enter);
    if (met === null) throw new Refused(WireFault.OUT_OF_RANGE);
    return met;
  }

  private readGhosts(cursor: Cursor): Ghost[] {
    return Array.from({ length: cursor.u8() }, () => {
      const ghost = this.ghosts.read(cursor.take(ghostLength(cursor.peekU32())));
      if (typeof ghost === 'number') throw new Refused(ghost);
      return ghost;
    });
  }

  /** Entries of who has one, each behind its player's id. */
  private readInputs(cursor: Cursor, isSparse: boolean): Uint8Array[] {
    const { roster, core } = this;
    const mask = isSparse ? cursor.take((roster.length + 7) >> 3) : null;
    const inputs: Uint8Array[] = [];
    roster.forEach(({ id, history }, place) => {
      if (mask !== null && (((mask[place >> 3] as number) >> (place & 7)) & 1) === 0) return;
      const unpacked = core.unpackEntry(history, cursor.rest());
      if (unpacked === null) throw new Refused(WireFault.OUT_OF_RANGE);
      cursor.take(unpacked.length);
      const input = new Uint8Array(ID_BYTES + unpacked.entry.length);
      new DataView(input.buffer).setUint32(0, id, true);
      input.set(unpacked.entry, ID_BYTES);
      inputs.push(input);
    });
    if (cursor.rest().length > 0) throw new Refused(WireFault.TRAILING_BYTES);
    return inputs;
  }
}

function readTiming(cursor: Cursor): Timing {
  const inputFrame = cursor.u32();
  const slackMs = (cursor.u16() << 16) >> 16;
  return { inputFrame, slackMs, replaced: cursor.u16() };
}

interface Commands {
  readonly count: number;
  readonly bytes: Uint8Array;
}

function readCommands(cursor: Cursor): Commands {
  const count = cursor.u16();
  return { count, bytes: cursor.take(cursor.u32()) };
}

/** The frame as `assembly/wire/frame.ts` lays it out. */
function plainFrame(
  frame: number,
  proof: Uint8Array,
  commands: Commands | null,
  inputs: readonly Uint8Array[],
): Uint8Array {
  const commandBytes = commands?.bytes ?? NO_BYTES;
  const inputBytes = inputs.reduce((sum, input) => sum + input.length, 0);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + commandBytes.length + inputBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame, true);
  bytes.set(proof, 4);
  view.setUint16(12, commands?.count ?? 0, true);
  view.setUint16(14, inputs.length, true);
  bytes.set(commandBytes, FRAME_HEADER_BYTES);
  let at = FRAME_HEADER_BYTES + commandBytes.length;
  for (const input of inputs) {
    bytes.set(input, at);
    at += input.length;
  }
  return bytes;
}

/** Reads on through a message; `TRUNCATED` behind its end. */
class Cursor {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    return this.view.getUint8(this.step(1));
  }

  u16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  /** The next word, which stays the next. */
  peekU32(): number {
    const at = this.step(4);
    this.at = at;
    return this.view.getUint32(at, true);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const at = this.step(length);
    return this.bytes.subarray(at, at + length);
  }

  /** An own list, because ids are not aligned. */
  ids(count: number): Uint32Array {
    const at = this.step(count * ID_BYTES);
    return Uint32Array.from({ length: count }, (_, i) => this.view.getUint32(at + i * 4, true));
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  private step(length: number): number {
    const at = this.at;
    if (at + length > this.bytes.length) throw new Refused(WireFault.TRUNCATED);
    this.at = at + length;
    return at;
  }
}
