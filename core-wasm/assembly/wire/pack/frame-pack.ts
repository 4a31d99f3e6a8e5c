import { entityIndex } from '../../body/body';
import { FRAME, HISTORY_OWNERS, MESSAGES, MESSAGES_BYTES, RUN_ROSTER } from '../../layout';
import { ENTITY_CAPACITY, FRAME_BYTES_MAX } from '../../limits';
import { historyOf } from '../bubble/chunks';
import { ENTRY_BYTES_MAX, skipEntry } from '../entry';
import { checkFrame, FRAME_HEADER_BYTES, inputsOffset } from '../frame';
import { beginRead, readAddress, readU32, WireFault } from '../reader';
import { PACKED_BYTES_MAX, packEntry, unpackEntry, unpackedLength } from './pack';

/**
 * Whole frames packed without loss, as the journal keeps them. Frames follow one another in a run:
 * each is packed against those before it since the run began, so that a run is read from its
 * beginning. Histories are those of `bubble/chunks.ts`, so an instance that packs frames tells
 * nobody of any.
 *
 *   frame u32 │ state hash u64 │ flags u8
 *   COMMANDS 1   count u16, bytes u32, commands …
 *   ROSTER 2     inputs u16, their entities u32 …; without it the same as in the frame before
 *   chunks …     of the inputs in order (see pack.ts)
 */

const enum Flag {
  COMMANDS = 1,
  ROSTER = 2,
}

const HEAD_BYTES: usize = 13;
/** Ids, two bytes a count and six of commands, then the longest chunk for each of most inputs. */
const INPUTS_MAX: i32 = (FRAME_BYTES_MAX - FRAME_HEADER_BYTES) / 12;
assert(INPUTS_MAX <= ENTITY_CAPACITY);
assert(FRAME_BYTES_MAX + 64 + INPUTS_MAX * (4 + PACKED_BYTES_MAX) < MESSAGES_BYTES);

let rosterCount: i32 = 0;
let frameBytes: i32 = 0;

/** Nothing is known of anybody: the next frame can be read by itself. */
export function beginRun(): void {
  memory.fill(HISTORY_OWNERS, 0, ENTITY_CAPACITY << 2);
  rosterCount = 0;
}

/**
 * Packs the frame in FRAME to MESSAGES. Its length, or a `WireFault` below zero for what is no
 * frame or names who cannot be: then nothing is changed.
 */
export function packFrame(length: i32): i32 {
  const fault = checkFrame(length);
  if (fault != WireFault.NONE) return -fault;
  const inputs = <i32>load<u16>(FRAME, 14);
  const offset = inputsOffset(length);
  const isSame = isRoster(offset, length, inputs);
  if (isSame < 0) return -WireFault.OUT_OF_RANGE;
  memory.copy(MESSAGES, FRAME, HEAD_BYTES - 1);
  let flags: u32 = isSame == 0 ? Flag.ROSTER : 0;
  let at = MESSAGES + HEAD_BYTES;
  const commandBytes = offset - FRAME_HEADER_BYTES;
  if (commandBytes > 0) {
    flags |= Flag.COMMANDS;
    store<u16>(at, load<u16>(FRAME, 12));
    store<u32>(at, commandBytes, 2);
    memory.copy(at + 6, FRAME + <usize>FRAME_HEADER_BYTES, commandBytes);
    at += 6 + <usize>commandBytes;
  }
  store<u8>(MESSAGES, <u8>flags, HEAD_BYTES - 1);
  if (isSame == 0) at = writeRoster(offset, length, inputs, at);
  return <i32>(packInputs(offset, length, inputs, at) - MESSAGES);
}

/** 1 when the inputs are of the same entities as in the frame before, 0 when not, −1 never. */
function isRoster(offset: i32, length: i32, inputs: i32): i32 {
  let isSame = i32(inputs == rosterCount);
  beginRead(FRAME + <usize>offset, length - offset);
  for (let i = 0; i < inputs; i++) {
    const id = readU32();
    skipEntry();
    if (!canBe(id)) return -1;
    if (i >= rosterCount || id != rosterId(i)) isSame = 0;
  }
  return isSame;
}

function canBe(id: u32): bool {
  const index = entityIndex(id);
  return index > 0 && index < ENTITY_CAPACITY;
}

function rosterId(i: i32): u32 {
  return load<u32>(RUN_ROSTER + ((<usize>i) << 2));
}

function writeRoster(offset: i32, length: i32, inputs: i32, start: usize): usize {
  store<u16>(start, <u16>inputs);
  beginRead(FRAME + <usize>offset, length - offset);
  for (let i = 0; i < inputs; i++) {
    store<u32>(RUN_ROSTER + ((<usize>i) << 2), readU32());
    skipEntry();
  }
  rosterCount = inputs;
  memory.copy(start + 2, RUN_ROSTER, (<usize>inputs) << 2);
  return start + 2 + ((<usize>inputs) << 2);
}

function packInputs(offset: i32, length: i32, inputs: i32, start: usize): usize {
  let at = start;
  beginRead(FRAME + <usize>offset, length - offset);
  for (let i = 0; i < inputs; i++) {
    const id = readU32();
    const entry = readAddress();
    skipEntry();
    const chunk = packEntry(historyOf(id), entry, <i32>(readAddress() - entry), at);
    assert(chunk > 0);
    at += <usize>chunk;
  }
  return at;
}

/** Length of the frame that `unpackFrame` wrote last. */
export function unpackedFrameLength(): i32 {
  return frameBytes;
}

/**
 * Unpacks what begins at `offset` of the `length` bytes in MESSAGES to FRAME. Bytes that were
 * read, or a `WireFault` below zero: then the run is lost, what follows cannot be read.
 */
export function unpackFrame(offset: i32, length: i32): i32 {
  const start = MESSAGES + <usize>offset;
  const end = MESSAGES + <usize>length;
  if (end - start < HEAD_BYTES) return -WireFault.TRUNCATED;
  const flags = <u32>load<u8>(start, HEAD_BYTES - 1);
  if (flags > <u32>(Flag.COMMANDS | Flag.ROSTER)) return -WireFault.OUT_OF_RANGE;
  memory.copy(FRAME, start, HEAD_BYTES - 1);
  store<u16>(FRAME, 0, 12);
  let at = start + HEAD_BYTES;
  let commandBytes: u32 = 0;
  if ((flags & Flag.COMMANDS) != 0) {
    if (end - at < 6) return -WireFault.TRUNCATED;
    commandBytes = load<u32>(at, 2);
    if (commandBytes > <u32>(FRAME_BYTES_MAX - FRAME_HEADER_BYTES)) return -WireFault.TOO_LONG;
    if (end - at - 6 < <usize>commandBytes) return -WireFault.TRUNCATED;
    store<u16>(FRAME, load<u16>(at), 12);
    memory.copy(FRAME + <usize>FRAME_HEADER_BYTES, at + 6, commandBytes);
    at += 6 + <usize>commandBytes;
  }
  if ((flags & Flag.ROSTER) != 0) {
    at = readRoster(at, end);
    if (at == 0) return -WireFault.TRUNCATED;
  }
  return unpackInputs(start, at, end, FRAME_HEADER_BYTES + <i32>commandBytes);
}

/** Behind the roster; 0 when it is cut short, or names who cannot be. */
function readRoster(at: usize, end: usize): usize {
  if (end - at < 2) return 0;
  const inputs = <i32>load<u16>(at);
  const idBytes = (<usize>inputs) << 2;
  if (inputs > INPUTS_MAX || end - at - 2 < idBytes) return 0;
  for (let i = 0; i < inputs; i++) {
    if (!canBe(load<u32>(at + 2 + ((<usize>i) << 2)))) return 0;
  }
  memory.copy(RUN_ROSTER, at + 2, idBytes);
  rosterCount = inputs;
  return at + 2 + idBytes;
}

/** Writes the inputs `offset` bytes into FRAME. As `unpackFrame`. */
function unpackInputs(start: usize, from: usize, end: usize, offset: i32): i32 {
  let at = from;
  let length = offset;
  store<u16>(FRAME, <u16>rosterCount, 14);
  for (let i = 0; i < rosterCount; i++) {
    if (length + 4 + ENTRY_BYTES_MAX > FRAME_BYTES_MAX) return -WireFault.TOO_LONG;
    const id = rosterId(i);
    store<u32>(FRAME + <usize>length, id);
    const to = FRAME + <usize>length + 4;
    const chunk = unpackEntry(historyOf(id), at, <i32>(end - at), to);
    if (chunk < 0) return chunk;
    at += <usize>chunk;
    length += 4 + unpackedLength();
  }
  const fault = checkFrame(length);
  if (fault != WireFault.NONE) return -fault;
  frameBytes = length;
  return <i32>(at - start);
}
