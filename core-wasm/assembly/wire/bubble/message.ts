import { areEntriesSame, bitBytes, entryAt, idBefore, idNow } from '../../interest/entries';
import { memberEntriesOf, Observer } from '../../interest/observer';
import { ENTERS, HAS, LEAVES, LOADED, MESSAGES, MESSAGES_BYTES } from '../../layout';
import { Kind } from '../messages';
import {
  commandAddress,
  commandLength,
  commandOther,
  commandSubject,
  commandsOfFrame,
  isCommandForAll,
} from '../passages';
import { beginEnters, writeEnters } from '../shrink/enters';
import { copyChunks, hasChunk, isPlayerEntry, wasSparse } from './chunks';
import { writeGhosts } from './ghost-record';
import { Order, OrderFlag, orderOf } from './order';

/**
 * One observer's FRAME: the frame that was just stepped as far as it concerns what he simulates.
 * Everything in it that others get as well was encoded before; here it is copied.
 *
 *   kind u8 │ flags u8 │ frame u16, the low half of its number
 *   PROOF     u64, of what he had at the first tick, before anybody leaves or enters
 *   TIMING    input frame u32, slack i16 ms, replaced u16
 *   DURABLE   u16, frames up to this one that a crash of the server may still take
 *   CHANGE    leaves u16, entering bytes u32, came u16, gone u16
 *             leaving ids u32 … │ chunks of who enters … (see ../shrink/README.md)
 *             ids u32 of players who come with the frame's commands … │ of those who go …
 *   COMMANDS  count u16, bytes u32, commands …
 *   GHOSTS    count u8, ghosts …; see ghost-record.ts
 *   SPARSE    one bit for each player that he simulates, in entity order: whether he has a chunk
 *   chunks …  of those, in entity order
 */

const enum Flag {
  PROOF = 1,
  TIMING = 2,
  CHANGE = 4,
  COMMANDS = 8,
  SPARSE = 16,
  GHOSTS = 32,
  DURABLE = 64,
}

const HEAD_BYTES: usize = 4;
const CHANGE_BYTES: usize = 10;
/** What an observer's message takes at most, beside his commands and his excerpt. */
const REST_BYTES_MAX: i32 = 512 * 1024;

let used: i32 = 0;

/** Before the first message of a frame. */
export function beginMessages(): void {
  beginEnters();
  used = 0;
}

/**
 * Writes the message of an observer whose members were just chosen, if he is to get one. Without
 * a message although he was to get one he must begin anew: there was no room, or what he has is of
 * a world that was restored since.
 */
export function writeMessage(index: i32, o: Observer): void {
  o.messageLength = 0;
  const order = orderOf(index);
  const flags = order.flags;
  order.flags = 0;
  if ((flags & OrderFlag.TELLS) == 0 || MESSAGES_BYTES - used < 2 * REST_BYTES_MAX) return;
  const start = MESSAGES + <usize>used;
  const end = writeAll(index, o, order, flags, start);
  if (end == 0) return;
  o.messageStart = used;
  o.messageLength = <i32>(end - start);
  used = (used + o.messageLength + 15) & ~15;
}

/** The message's end; 0 when it found no room. */
function writeAll(index: i32, o: Observer, order: Order, wanted: u32, start: usize): usize {
  let flags: u32 = 0;
  let at = start + HEAD_BYTES;
  if ((wanted & OrderFlag.PROOF) != 0) {
    flags |= Flag.PROOF;
    store<u64>(at, order.proof);
    at += 8;
  }
  if ((wanted & OrderFlag.TIMING) != 0) {
    flags |= Flag.TIMING;
    store<u32>(at, order.inputFrame);
    store<i16>(at, <i16>order.slackMs, 4);
    store<u16>(at, <u16>order.replaced, 6);
    at += 8;
  }
  if ((wanted & OrderFlag.DURABLE) != 0) {
    flags |= Flag.DURABLE;
    store<u16>(at, <u16>order.undurable);
    at += 2;
  }
  if (o.enterCount + o.leaveCount > 0 || !areEntriesSame()) {
    const end = writeChange(o, at);
    if (end == 0) return 0;
    if (end > at) flags |= Flag.CHANGE;
    at = end;
  }
  if (commandsOfFrame() > 0) {
    const end = writeCommands(at);
    if (end == 0) return 0;
    if (end > at) flags |= Flag.COMMANDS;
    at = end;
  }
  if (o.ghostCount > 0) {
    flags |= Flag.GHOSTS;
    at = writeGhosts(index, o, at);
  }
  const entries = memberEntriesOf(index);
  let end = copyChunks(entries, o.memberCount, at);
  if (wasSparse()) {
    flags |= Flag.SPARSE;
    end = copyChunks(entries, o.memberCount, writeMask(entries, o.memberCount, at));
  }
  store<u8>(start, <u8>Kind.FRAME);
  store<u8>(start, <u8>flags, 1);
  store<u16>(start, load<u16>(LOADED), 2);
  return end;
}

function roomAt(at: usize): i32 {
  return <i32>(MESSAGES + MESSAGES_BYTES - at);
}

/** Who leaves and enters, who came and went. `at` itself when nobody did, 0 without room. */
function writeChange(o: Observer, start: usize): usize {
  let at = start + CHANGE_BYTES;
  const leaveBytes = (<usize>o.leaveCount) << 2;
  memory.copy(at, LEAVES + ((<usize>o.leaveStart) << 2), leaveBytes);
  at += leaveBytes;
  let enterBytes = 0;
  if (o.enterCount > 0) {
    const ids = ENTERS + ((<usize>o.enterStart) << 2);
    enterBytes = writeEnters(ids, o.enterCount, at, roomAt(at) - REST_BYTES_MAX);
    // Without room, or when he has a part of what hangs together: the world was restored under him.
    if (enterBytes < 0) return 0;
    at += <usize>enterBytes;
  }
  const came = writeCame(at);
  const gone = writeGone(came);
  if (o.enterCount + o.leaveCount == 0 && gone == at) return start;
  store<u16>(start, <u16>o.leaveCount);
  store<u32>(start, enterBytes, 2);
  store<u16>(start, <u16>(<i32>(came - at) >> 2), 6);
  store<u16>(start, <u16>(<i32>(gone - came) >> 2), 8);
  return gone;
}

/** Players of his whom the frame's commands made. */
function writeCame(start: usize): usize {
  let at = start;
  if (areEntriesSame()) return at;
  for (let word: usize = 0; word < bitBytes(); word += 8) {
    for (let rest = load<u64>(HAS + word); rest != 0; rest &= rest - 1) {
      const entry = <i32>(word << 3) + <i32>ctz(rest);
      if (idBefore(entry) == idNow(entry) || !isPlayerEntry(entry)) continue;
      store<u32>(at, idNow(entry));
      at += 4;
    }
  }
  return at;
}

/** Whoever of his the frame's commands took away: he has no chunk in it any more. */
function writeGone(start: usize): usize {
  let at = start;
  if (areEntriesSame()) return at;
  for (let word: usize = 0; word < bitBytes(); word += 8) {
    for (let rest = load<u64>(HAS + word); rest != 0; rest &= rest - 1) {
      const entry = <i32>(word << 3) + <i32>ctz(rest);
      const before = idBefore(entry);
      if (before == 0 || before == idNow(entry)) continue;
      store<u32>(at, before);
      at += 4;
    }
  }
  return at;
}

function isHis(index: i32): bool {
  const entry = index == 0 ? -1 : entryAt(index);
  return entry >= 0 && ((<i32>load<u8>(HAS + <usize>(entry >>> 3)) >>> (entry & 7)) & 1) != 0;
}

/** Commands for all, and those about his. `at` itself when there are none, 0 without room. */
function writeCommands(start: usize): usize {
  let at = start + 6;
  let count = 0;
  for (let i = 0; i < commandsOfFrame(); i++) {
    if (!isCommandForAll(i) && !isHis(commandSubject(i)) && !isHis(commandOther(i))) continue;
    const length = commandLength(i);
    if (roomAt(at) < length + REST_BYTES_MAX) return 0;
    memory.copy(at, commandAddress(i), length);
    at += <usize>length;
    count++;
  }
  if (count == 0) return start;
  store<u16>(start, <u16>count);
  store<u32>(start, <u32>(at - start) - 6, 2);
  return at;
}

/** One bit a player: whether he has a chunk; its end. */
function writeMask(entries: usize, count: i32, start: usize): usize {
  let at = start;
  let byte: u32 = 0;
  let filled = 0;
  for (let i = 0; i < count; i++) {
    const entry = <i32>load<u16>(entries + ((<usize>i) << 1));
    if (!isPlayerEntry(entry)) continue;
    byte |= u32(hasChunk(entry)) << filled;
    if (++filled < 8) continue;
    store<u8>(at++, <u8>byte);
    byte = 0;
    filled = 0;
  }
  if (filled > 0) store<u8>(at++, <u8>byte);
  return at;
}
