import { FIELDS, INBOX, INBOX_BYTES, LETTER, LETTER_BYTES } from '../layout';
import { ENTRY_BYTES_MAX, readEntry } from './entry';
import {
  beginRead,
  isAtEnd,
  isOverrun,
  readU8,
  readU16,
  readU32,
  readU64,
  WireFault,
} from './reader';
import { beginWrite, writeU8, writeU16, writeU32, writeU64, written } from './writer';

/**
 * The catalogue of messages. Each has a fixed head, which is written and checked here, and at most
 * one tail of bytes (an entry, a state, the parts of a frame), which the host copies as it is.
 *
 *   HELLO    01  protocol u16, core u64, resume: frame u32, hash u64, lease u32,     client
 *                instance u32, attempt u32
 *   INPUT    02  frame u32, entry …                                                 client
 *   PING     03  nonce u32                                                          client
 *   REPAIR   04  frame u32, proof u64, hashes u16, hash u32 …                       client
 *   SPARE    05  epoch u32                                                          client
 *   WELCOME  81  protocol u16, core u64, epoch u32, entity u32, next frame u32, resumed u8,
 *                lease u32
 *   SNAPSHOT 82  frame u32, state …
 *   FRAME    83  flags u8, frame u16, parts by flags …; see bubble/message.ts
 *   KEEPING  84  state u8, lease u32, began u32, kept u32
 *   PONG     85  nonce u32
 */
export const enum Kind {
  HELLO = 0x01,
  INPUT = 0x02,
  PING = 0x03,
  REPAIR = 0x04,
  SPARE = 0x05,
  WELCOME = 0x81,
  SNAPSHOT = 0x82,
  FRAME = 0x83,
  KEEPING = 0x84,
  PONG = 0x85,
}

/** Of every message of a client but REPAIR: an INPUT with everything in it, rounded up. */
export const CLIENT_MESSAGE_BYTES_MAX: i32 = 5 + ENTRY_BYTES_MAX + 7;
/** A larger bubble is repaired as a whole. */
export const REPAIR_HASHES_MAX: i32 = 512;
const REPAIR_HEAD_BYTES: i32 = 15;
export const REPAIR_BYTES_MAX: i32 = REPAIR_HEAD_BYTES + 4 * REPAIR_HASHES_MAX;
export const SERVER_MESSAGE_BYTES_MAX: i32 = 8 * 1024 * 1024;

/** Sound, behind, paused. */
const KEEPING_STATE_MAX: u32 = 2;

// FIELDS: 32-bit words in wire order; a u64 takes two, least first.

function field(index: i32): u32 {
  return load<u32>(FIELDS + ((<usize>index) << 2));
}

function field64(index: i32): u64 {
  return load<u64>(FIELDS + ((<usize>index) << 2));
}

function expose(index: i32, value: u32): void {
  store<u32>(FIELDS + ((<usize>index) << 2), value);
}

function expose64(index: i32, value: u64): void {
  store<u64>(FIELDS + ((<usize>index) << 2), value);
}

/** Writes the head that stands in FIELDS to LETTER; returns its length. */
export function encodeHead(kind: i32): i32 {
  beginWrite(LETTER, LETTER_BYTES);
  writeU8(kind);
  if (kind == Kind.HELLO) {
    writeU16(field(0));
    writeU64(field64(1));
    writeU32(field(3));
    writeU64(field64(4));
    writeU32(field(6));
    writeU32(field(7));
    writeU32(field(8));
  } else if (kind == Kind.WELCOME) {
    writeU16(field(0));
    writeU64(field64(1));
    writeU32(field(3));
    writeU32(field(4));
    writeU32(field(5));
    writeU8(field(6));
    writeU32(field(7));
  } else if (kind == Kind.KEEPING) {
    writeU8(field(0));
    writeU32(field(1));
    writeU32(field(2));
    writeU32(field(3));
  } else if (kind == Kind.REPAIR) {
    writeU32(field(0));
    writeU64(field64(1));
    writeU16(field(3));
  } else {
    writeU32(field(0));
  }
  return written();
}

/**
 * Checks a message of `length` bytes of which the first min(length, INBOX_BYTES) stand in the
 * inbox. Exposes the head in FIELDS and its length in word 15. A tail is checked only for INPUT,
 * the one that comes from a client.
 */
export function decodeHead(length: i32): WireFault {
  if (length > SERVER_MESSAGE_BYTES_MAX) return WireFault.TOO_LONG;
  beginRead(INBOX, min<i32>(length, INBOX_BYTES));
  const kind = <i32>readU8();
  if (length == 0) return WireFault.TRUNCATED;
  if (kind < Kind.WELCOME && length > longestOf(kind)) return WireFault.TOO_LONG;
  if (kind == Kind.HELLO) return decodeHello();
  if (kind == Kind.INPUT) return decodeInput();
  if (kind == Kind.PING || kind == Kind.PONG || kind == Kind.SPARE) {
    expose(0, readU32());
    return finishHead(5, false);
  }
  if (kind == Kind.WELCOME) return decodeWelcome();
  if (kind == Kind.SNAPSHOT) {
    expose(0, readU32());
    return finishHead(5, true);
  }
  if (kind == Kind.FRAME) {
    readU8();
    readU16();
    return finishHead(4, true);
  }
  if (kind == Kind.REPAIR) return decodeRepair(length);
  if (kind == Kind.KEEPING) return decodeKeeping();
  return WireFault.UNKNOWN_KIND;
}

/** Of a client's kinds, bytes. */
function longestOf(kind: i32): i32 {
  return kind == Kind.REPAIR ? REPAIR_BYTES_MAX : CLIENT_MESSAGE_BYTES_MAX;
}

function finishHead(headBytes: u32, hasTail: bool): WireFault {
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!hasTail && !isAtEnd()) return WireFault.TRAILING_BYTES;
  expose(15, headBytes);
  return WireFault.NONE;
}

function decodeHello(): WireFault {
  expose(0, readU16());
  expose64(1, readU64());
  expose(3, readU32());
  expose64(4, readU64());
  expose(6, readU32());
  expose(7, readU32());
  expose(8, readU32());
  return finishHead(35, false);
}

function decodeInput(): WireFault {
  expose(0, readU32());
  if (isOverrun()) return WireFault.TRUNCATED;
  const fault = readEntry();
  if (fault != WireFault.NONE) return fault;
  return finishHead(5, false);
}

function decodeRepair(length: i32): WireFault {
  expose(0, readU32());
  expose64(1, readU64());
  const hashes = readU16();
  expose(3, hashes);
  if (isOverrun()) return WireFault.TRUNCATED;
  if (hashes > <u32>REPAIR_HASHES_MAX) return WireFault.OUT_OF_RANGE;
  const wanted = REPAIR_HEAD_BYTES + <i32>hashes * 4;
  if (length < wanted) return WireFault.TRUNCATED;
  if (length > wanted) return WireFault.TRAILING_BYTES;
  return finishHead(REPAIR_HEAD_BYTES, true);
}

function decodeKeeping(): WireFault {
  const state = readU8();
  expose(0, state);
  expose(1, readU32());
  expose(2, readU32());
  expose(3, readU32());
  if (state > KEEPING_STATE_MAX) return WireFault.OUT_OF_RANGE;
  return finishHead(14, false);
}

function decodeWelcome(): WireFault {
  expose(0, readU16());
  expose64(1, readU64());
  expose(3, readU32());
  expose(4, readU32());
  expose(5, readU32());
  const resumed = readU8();
  expose(6, resumed);
  if (resumed > 1) return WireFault.OUT_OF_RANGE;
  expose(7, readU32());
  return finishHead(28, false);
}
