import { ENTRY_BYTES_MAX, entryLength } from '../entry';
import { WireFault } from '../reader';
import { beginDecode, beginEncode, decide, decideBits, finishDecode, finishEncode } from './coder';
import * as Context from './context';
import { expectPose, HISTORY_BYTES, History, keepPose } from './history';
import { codeIntent, repeatIntent } from './intents';
import { codePose } from './pose';
import { beginValues, wasOutside } from './residual';

/**
 * An entry packed against the same player's earlier ones, without loss: what crosses the wire
 * instead of the entry. Each player's chunk is made once, whole bytes that tell their own end, and
 * copied to everybody who follows him.
 *
 * One walk through the entry serves both ways: `codeEntry` gives each value to the coder together
 * with its prediction and takes back what the coder says, which is the same when encoding.
 * Whatever the bytes, decoding is at most a few hundred decisions and gives an entry that
 * `checkEntry` takes, of which `packEntry` makes those bytes again, or a fault.
 *
 *   packed    VERBATIM 0, flags, intents, pose      by the model
 *             VERBATIM 1, the entry's bytes         only where the model's form is longer
 */

/** What the verbatim form costs more than the entry at most. */
const VERBATIM_BYTES: i32 = 3;
/** No chunk is longer, whatever the player does. */
export const PACKED_BYTES_MAX: i32 = ENTRY_BYTES_MAX + VERBATIM_BYTES;
const SECOND: u32 = 1;
const THIRD: u32 = 2;
const POSE: u32 = 4;
const INTENT_BYTES: i32 = 7;

/** The history while an entry is walked, the entry, and the model's form of it. */
const HISTORY: usize = memory.data(HISTORY_BYTES, 16);
const ENTRY: usize = memory.data(64, 16);
/** 27 values of at most 35 decisions and 40 others, none of them more than 12 bits. */
const MODELLED_BYTES: i32 = 1536;
const MODELLED: usize = memory.data(MODELLED_BYTES, 16);

/**
 * Packs the entry of `length` bytes at `entry` to `to`, where there is room for
 * `PACKED_BYTES_MAX`, and leads `history` on. Length of the chunk, or a `WireFault` below zero for
 * what is no entry: then nothing is changed.
 */
export function packEntry(history: usize, entry: usize, length: i32, to: usize): i32 {
  if (length < 1) return -WireFault.TRUNCATED;
  const flags = load<u8>(entry);
  if (flags > (SECOND | THIRD | POSE)) return -WireFault.OUT_OF_RANGE;
  const expected = entryLength(flags);
  if (length != expected) {
    return length < expected ? -WireFault.TRUNCATED : -WireFault.TRAILING_BYTES;
  }
  memory.copy(ENTRY, entry, length);
  memory.copy(HISTORY, history, HISTORY_BYTES);
  const modelled = encodeByModel();
  if (wasOutside()) return -WireFault.OUT_OF_RANGE;
  memory.copy(history, HISTORY, HISTORY_BYTES);
  if (modelled > length + VERBATIM_BYTES) return encodeVerbatim(length, to);
  memory.copy(to, MODELLED, modelled);
  return modelled;
}

function encodeByModel(): i32 {
  beginEncode(MODELLED, MODELLED_BYTES);
  decide(Context.VERBATIM, false);
  codeEntry();
  const length = finishEncode();
  assert(length > 0);
  return length;
}

function encodeVerbatim(length: i32, to: usize): i32 {
  beginEncode(to, PACKED_BYTES_MAX);
  decide(Context.VERBATIM, true);
  for (let i = 0; i < length; i++) decideBits(8, load<u8>(ENTRY + <usize>i));
  return finishEncode();
}

let unpackedBytes: i32 = 0;

/** Length of the entry that `unpackEntry` wrote last. */
export function unpackedLength(): i32 {
  return unpackedBytes;
}

/**
 * Unpacks the chunk that begins `from`, of at most `available` bytes, to `to`, where there is room
 * for `ENTRY_BYTES_MAX`, and leads `history` on. Length of the chunk, or a `WireFault` below zero:
 * then nothing is changed.
 */
export function unpackEntry(history: usize, from: usize, available: i32, to: usize): i32 {
  if (available < 1) return -WireFault.TRUNCATED;
  memory.copy(HISTORY, history, HISTORY_BYTES);
  beginDecode(from, available);
  const verbatim = decide(Context.VERBATIM, false);
  const length = verbatim ? decodeVerbatim() : codeEntry();
  const chunk = length < 0 ? -2 : finishDecode();
  if (chunk < 0) return chunk == -1 ? -WireFault.TRUNCATED : -WireFault.OUT_OF_RANGE;
  if (verbatim && encodeByModel() <= length + VERBATIM_BYTES) return -WireFault.OUT_OF_RANGE;
  if (wasOutside()) return -WireFault.OUT_OF_RANGE;
  memory.copy(history, HISTORY, HISTORY_BYTES);
  memory.copy(to, ENTRY, length);
  unpackedBytes = length;
  return chunk;
}

/** What comes is walked by the model afterwards, which checks it and leads the history on. */
function decodeVerbatim(): i32 {
  const flags = decideBits(8, 0);
  if (flags > (SECOND | THIRD | POSE)) return -1;
  const length = entryLength(flags);
  store<u8>(ENTRY, <u8>flags);
  for (let i = 1; i < length; i++) store<u8>(ENTRY + <usize>i, <u8>decideBits(8, 0));
  return length;
}

/** Walks the entry in ENTRY, or makes it; its length. */
function codeEntry(): i32 {
  beginValues();
  const h = changetype<History>(HISTORY);
  const flags = codeFlags(<u32>h.flags & (SECOND | THIRD | POSE), load<u8>(ENTRY));
  store<u8>(ENTRY, <u8>flags);
  let at = ENTRY + 1;
  for (let tick: u32 = 0; tick < 3; tick++) {
    if (tick != 0 && (flags & tick) == 0) {
      repeatIntent(h);
      continue;
    }
    codeIntent(h, at, tick);
    at += INTENT_BYTES;
  }
  if ((flags & POSE) != 0) {
    expectPose(HISTORY);
    codePose(HISTORY, at);
  } else if (h.posed != 0) {
    keepPose(HISTORY);
  }
  h.flags = <u8>flags;
  return entryLength(flags);
}

/** The flag of tick 1 is bit 1, that of tick 2 bit 2. */
function codeFlags(before: u32, flags: u32): u32 {
  const second = u32(decide(Context.SECOND + before, (flags & SECOND) != 0));
  const third = u32(decide(Context.THIRD + (before << 1) + second, (flags & THIRD) != 0));
  const pose = u32(decide(Context.POSE + (before << 1) + (second | third), (flags & POSE) != 0));
  return second | (third << 1) | (pose << 2);
}
