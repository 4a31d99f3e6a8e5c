import { EntryPacker } from './entry-packer.ts';
import { getInput, putInput } from './input-fields.ts';
import { getU64, putU64, takeLetter } from './memory.ts';
import type {
  BubbleChange,
  Decoded,
  FrameMessage,
  Hello,
  Input,
  Keeping,
  KeepingState,
  Ping,
  Pong,
  Repair,
  Snapshot,
  Spare,
  Welcome,
} from './messages.ts';
import { MessageKind } from './messages.ts';
import { type FrameHeader, type PlayerInput, WireFault } from './types.ts';

/** More movers than this are not told apart in a REPAIR. */
export const REPAIR_HASHES_MAX = 512;
/** Longest message that a client may send: a REPAIR; every other kind has at most 64 bytes. */
export const CLIENT_MESSAGE_BYTES_MAX = 15 + 4 * REPAIR_HASHES_MAX;
export const SERVER_MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

const FRAME_HEADER_BYTES = 16;
const HEAD_LENGTH_WORD = 15;

/** Of a frame with which nobody leaves or enters. */
export const NO_CHANGE: BubbleChange = { leaves: new Uint32Array(0), enter: new Uint8Array(0) };

/** The first `count` words of `tail`; copied, for they are not aligned. */
function readWords(tail: Uint8Array, count: number): Uint32Array {
  const view = new DataView(tail.buffer, tail.byteOffset, count * 4);
  return Uint32Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
}

type Fields<T extends { kind: unknown }> = Omit<T, 'kind'>;

/**
 * The wire half of a core: frames, entries and messages, encoded and checked inside the artifact
 * so that both ends agree by construction. Needs no world; a load tester uses only this.
 */
export class Codec extends EntryPacker {
  /** Header of a well-formed frame, or null. */
  readFrameHeader(frame: Uint8Array): FrameHeader | null {
    if (frame.length < FRAME_HEADER_BYTES) return null;
    const view = new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES);
    return {
      frame: view.getUint32(0, true),
      stateHash: view.getBigUint64(4, true),
      commandCount: view.getUint16(12, true),
      inputCount: view.getUint16(14, true),
    };
  }

  /** The inputs of a frame as views into it; empty when the frame is malformed. */
  frameInputs(frame: Uint8Array): Array<{ entity: number; entry: Uint8Array }> {
    const inputs: Array<{ entity: number; entry: Uint8Array }> = [];
    if (this.checkFrame(frame) !== WireFault.NONE) return inputs;
    const count = this.readFrameHeader(frame)?.inputCount ?? 0;
    let at = this.abi.frameInputsOffset(frame.length);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    for (let i = 0; i < count; i++) {
      const length = this.abi.frameEntryLength(at + 4, frame.length);
      inputs.push({
        entity: view.getUint32(at, true),
        entry: frame.subarray(at + 4, at + 4 + length),
      });
      at += 4 + length;
    }
    return inputs;
  }

  /** Whether the whole frame is well formed; looks at no world. */
  checkFrame(frame: Uint8Array): WireFault {
    if (frame.length > this.memory.frameBytesMax) return WireFault.TOO_LONG;
    this.memory.bytes.set(frame, this.memory.frame);
    return this.abi.frameCheck(frame.length) as WireFault;
  }

  /** True when two frames ask for the same, whatever state they were made on. */
  sameFrame(a: Uint8Array, b: Uint8Array): boolean {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (i === 4) i = 12;
      if (a[i] !== b[i]) return false;
    }
    return true;
  }

  encodeEntry(input: PlayerInput): Uint8Array {
    putInput(this.memory, input);
    return takeLetter(this.memory, this.abi.entryEncode());
  }

  /** Null when the bytes are not exactly one entry. */
  decodeEntry(entry: Uint8Array): PlayerInput | null {
    if (entry.length > this.memory.inboxBytes) return null;
    this.memory.bytes.set(entry, this.memory.inbox);
    if (this.abi.entryDecode(entry.length) !== WireFault.NONE) return null;
    return getInput(this.memory);
  }

  encodeHello(m: Fields<Hello>): Uint8Array {
    this.memory.u32[this.memory.field] = m.protocol;
    putU64(this.memory, 1, m.coreHash);
    this.memory.u32[this.memory.field + 3] = m.resumeFrame;
    putU64(this.memory, 4, m.resumeHash);
    this.memory.u32[this.memory.field + 6] = m.resumeLease;
    this.memory.u32[this.memory.field + 7] = m.instance;
    this.memory.u32[this.memory.field + 8] = m.attempt;
    return this.encode(MessageKind.HELLO);
  }

  encodeInput(frame: number, entry: Uint8Array): Uint8Array {
    return this.encodeWithTail(MessageKind.INPUT, frame, entry);
  }

  encodePing(nonce: number): Uint8Array {
    this.memory.u32[this.memory.field] = nonce;
    return this.encode(MessageKind.PING);
  }

  encodeWelcome(m: Fields<Welcome>): Uint8Array {
    const { u32, field } = this.memory;
    u32[field] = m.protocol;
    putU64(this.memory, 1, m.coreHash);
    u32[field + 3] = m.epoch;
    u32[field + 4] = m.entity;
    u32[field + 5] = m.nextFrame;
    u32[field + 6] = m.resumed ? 1 : 0;
    u32[field + 7] = m.lease;
    return this.encode(MessageKind.WELCOME);
  }

  encodeSnapshot(frame: number, state: Uint8Array): Uint8Array {
    return this.encodeWithTail(MessageKind.SNAPSHOT, frame, state);
  }

  /** `hashes` at most `REPAIR_HASHES_MAX`. */
  encodeRepair({ frame, proof, hashes }: Fields<Repair>): Uint8Array {
    const tail = new Uint8Array(hashes.length * 4);
    const view = new DataView(tail.buffer);
    for (let i = 0; i < hashes.length; i++) view.setUint32(i * 4, hashes[i] as number, true);
    putU64(this.memory, 1, proof);
    this.memory.u32[this.memory.field + 3] = hashes.length;
    return this.encodeWithTail(MessageKind.REPAIR, frame, tail);
  }

  encodeSpare(epoch: number): Uint8Array {
    this.memory.u32[this.memory.field] = epoch;
    return this.encode(MessageKind.SPARE);
  }

  encodeKeeping({ state, lease, began, kept }: Fields<Keeping>): Uint8Array {
    const { u32, field } = this.memory;
    u32[field] = state;
    u32[field + 1] = lease;
    u32[field + 2] = began;
    u32[field + 3] = kept;
    return this.encode(MessageKind.KEEPING);
  }

  encodePong(nonce: number): Uint8Array {
    this.memory.u32[this.memory.field] = nonce;
    return this.encode(MessageKind.PONG);
  }

  private encode(kind: MessageKind): Uint8Array {
    return takeLetter(this.memory, this.abi.messageEncode(kind));
  }

  private encodeWithTail(kind: MessageKind, first: number, tail: Uint8Array): Uint8Array {
    this.memory.u32[this.memory.field] = first;
    const head = this.abi.messageEncode(kind);
    const message = new Uint8Array(head + tail.length);
    message.set(this.memory.bytes.subarray(this.memory.letter, this.memory.letter + head));
    message.set(tail, head);
    return message;
  }

  /** The message, with tails as views into `bytes`, or the fault. Never throws, whatever comes. */
  decodeMessage(bytes: Uint8Array): Decoded {
    const { inbox, inboxBytes } = this.memory;
    const start = bytes.length > inboxBytes ? bytes.subarray(0, inboxBytes) : bytes;
    this.memory.bytes.set(start, inbox);
    const fault = this.abi.messageDecode(bytes.length) as WireFault;
    if (fault !== WireFault.NONE) return { ok: false, fault };
    const message = this.readHead(bytes[0] as MessageKind, bytes);
    return { ok: true, message };
  }

  private readHead(kind: MessageKind, bytes: Uint8Array) {
    const { u32, field } = this.memory;
    const word = (index: number): number => u32[field + index] as number;
    const tail = bytes.subarray(word(HEAD_LENGTH_WORD));
    switch (kind) {
      case MessageKind.HELLO:
        return {
          kind,
          protocol: word(0),
          coreHash: getU64(this.memory, 1),
          resumeFrame: word(3),
          resumeHash: getU64(this.memory, 4),
          resumeLease: word(6),
          instance: word(7),
          attempt: word(8),
        } satisfies Hello;
      case MessageKind.INPUT:
        return { kind, frame: word(0), entry: tail } satisfies Input;
      case MessageKind.PING:
        return { kind, nonce: word(0) } satisfies Ping;
      case MessageKind.PONG:
        return { kind, nonce: word(0) } satisfies Pong;
      case MessageKind.WELCOME:
        return {
          kind,
          protocol: word(0),
          coreHash: getU64(this.memory, 1),
          epoch: word(3),
          entity: word(4),
          nextFrame: word(5),
          resumed: word(6) === 1,
          lease: word(7),
        } satisfies Welcome;
      case MessageKind.SNAPSHOT:
        return { kind, frame: word(0), state: tail } satisfies Snapshot;
      case MessageKind.FRAME:
        return { kind, message: bytes } satisfies FrameMessage;
      case MessageKind.KEEPING:
        return {
          kind,
          state: word(0) as KeepingState,
          lease: word(1),
          began: word(2),
          kept: word(3),
        } satisfies Keeping;
      case MessageKind.REPAIR:
        return {
          kind,
          frame: word(0),
          proof: getU64(this.memory, 1),
          hashes: readWords(tail, word(3)),
        } satisfies Repair;
      case MessageKind.SPARE:
        return { kind, epoch: word(0) } satisfies Spare;
    }
  }
}
