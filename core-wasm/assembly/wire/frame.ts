import { FRAME, LOADED, OUTBOX, OUTBOX_BYTES } from '../layout';
import { TICKS_PER_FRAME } from '../limits';
import { Player, player, playerIndex } from '../player/player';
import { header } from '../world/header';
import { readCommand, writeCommand } from './command';
import { applyEntry, readEntry } from './entry';
import {
  beginRead,
  isAtEnd,
  isOverrun,
  readAddress,
  readU16,
  readU32,
  readU64,
  WireFault,
} from './reader';
import { beginWrite, room, writeBytes, writeU16, writeU32, writeU64, written } from './writer';

/**
 * A frame: what happens from outside in three ticks. It is what is journaled, replayed and stepped,
 * the same bytes everywhere; a client's FRAME becomes one, of what concerns him.
 *
 *   frame u32 │ state hash at its first tick u64 │ commands u16 │ inputs u16
 *   commands …  (see command.ts)
 *   inputs …    entity u32, entry (see entry.ts); a player without one keeps intent and pose
 */

export const FRAME_HEADER_BYTES: i32 = 16;

let loadedLength: i32 = 0;
let loads: u32 = 0;

/** Checks the whole frame in FRAME before a byte of it is believed. */
export function checkFrame(length: i32): WireFault {
  beginRead(FRAME, length);
  readU32();
  readU64();
  const commands = readU16();
  const inputs = readU16();
  if (isOverrun()) return WireFault.TRUNCATED;
  for (let i: u32 = 0; i < commands; i++) {
    const fault = readCommand(false);
    if (fault != WireFault.NONE) return fault;
  }
  for (let i: u32 = 0; i < inputs; i++) {
    readU32();
    const fault = readEntry();
    if (fault != WireFault.NONE) return fault;
  }
  return isAtEnd() ? WireFault.NONE : WireFault.TRAILING_BYTES;
}

/** Makes the frame in FRAME the one that the coming ticks apply; a refused one changes nothing. */
export function acceptFrame(length: i32): WireFault {
  const fault = checkFrame(length);
  if (fault != WireFault.NONE) return fault;
  if (load<u32>(FRAME) != header().tick / TICKS_PER_FRAME) return WireFault.WRONG_FRAME;
  memory.copy(LOADED, FRAME, length);
  loadedLength = length;
  loads++;
  return WireFault.NONE;
}

/** How often a frame was loaded: another number, another frame. */
export function loadCount(): u32 {
  return loads;
}

/** Bytes of the frame in LOADED, 0 when none is loaded. */
export function loadedBytes(): i32 {
  return loadedLength;
}

export function dropFrame(): void {
  loadedLength = 0;
}

/** Commands at the frame's first tick, inputs at each. Without a loaded frame intents stay. */
export function applyFrame(): void {
  const phase = header().tick % TICKS_PER_FRAME;
  beginTick(phase);
  if (loadedLength == 0 || load<u32>(LOADED) != header().tick / TICKS_PER_FRAME) return;
  beginRead(LOADED, loadedLength);
  readU32();
  readU64();
  const commands = readU16();
  const inputs = readU16();
  for (let i: u32 = 0; i < commands; i++) readCommand(phase == 0);
  for (let i: u32 = 0; i < inputs; i++) {
    const at = playerIndex(readU32());
    readEntry();
    if (at >= 0) applyEntry(player(at), phase);
  }
}

/** Buttons of the last tick become the past; a frame starts from where the last pose ended. */
function beginTick(phase: u32): void {
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    p.buttonsBefore = p.buttons;
    if (phase == 0) beginPose(p);
  }
}

function beginPose(p: Player): void {
  p.headFrom = p.headTo;
  p.leftFrom = p.leftTo;
  p.rightFrom = p.rightTo;
}

// Building, for the sequencer and for predictions: into the outbox.

let builtBytes: i32 = 0;
let commandCount: u32 = 0;
let inputCount: u32 = 0;

export function beginFrame(frame: u32, stateHash: u64): void {
  builtBytes = 0;
  resumeFrame();
  writeU32(frame);
  writeU64(stateHash);
  writeU16(0);
  writeU16(0);
  builtBytes += written();
  commandCount = 0;
  inputCount = 0;
}

/** Entries may be encoded while a frame is open: the cursor is set anew for each piece. */
function resumeFrame(): void {
  beginWrite(OUTBOX + <usize>builtBytes, OUTBOX_BYTES - builtBytes);
}

/** Room that is kept for the inputs of a full region. */
const INPUT_RESERVE: i32 = 65536;

/** False when the frame is full: the command must wait for the next one. */
export function appendCommand(kind: i32): bool {
  resumeFrame();
  if (room() < INPUT_RESERVE || commandCount == 0xffff || inputCount != 0) return false;
  writeCommand(kind);
  builtBytes += written();
  commandCount++;
  return true;
}

/** Copies an entry of `length` bytes from `from` after checking it. */
export function appendInput(entity: u32, from: usize, length: i32): WireFault {
  resumeFrame();
  if (room() < length + 4 || inputCount == 0xffff) return WireFault.TOO_LONG;
  const fault = checkEntry(from, length);
  if (fault != WireFault.NONE) return fault;
  writeU32(entity);
  writeBytes(from, length);
  builtBytes += written();
  inputCount++;
  return WireFault.NONE;
}

export function checkEntry(from: usize, length: i32): WireFault {
  beginRead(from, length);
  const fault = readEntry();
  if (fault != WireFault.NONE) return fault;
  return isAtEnd() ? WireFault.NONE : WireFault.TRAILING_BYTES;
}

/** Length of the finished frame in the outbox. */
export function finishFrame(): i32 {
  store<u16>(OUTBOX + 12, <u16>commandCount);
  store<u16>(OUTBOX + 14, <u16>inputCount);
  return builtBytes;
}

/** Bytes of the entry that begins `offset` into FRAME, for hosts that list a frame's inputs. */
export function entryLengthAt(offset: i32, length: i32): i32 {
  beginRead(FRAME + <usize>offset, length - offset);
  const start = readAddress();
  return readEntry() == WireFault.NONE ? <i32>(readAddress() - start) : -1;
}

/** Where a checked frame's inputs begin, in bytes from its start. */
export function inputsOffset(length: i32): i32 {
  beginRead(FRAME, length);
  readU32();
  readU64();
  const commands = readU16();
  readU16();
  for (let i: u32 = 0; i < commands; i++) readCommand(false);
  return <i32>(readAddress() - FRAME);
}
