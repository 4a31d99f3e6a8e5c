import { FIELDS } from '../layout';
import { quat } from '../math/quat';
import { packRotation, partOf, unpackRotation } from '../player/part';
import { Button, Player } from '../player/player';
import { isOverrun, passOver, readU8, WireFault } from './reader';
import { writeU8, writeU16, writeU32 } from './writer';

/**
 * An input entry: what one player did in one frame. A client encodes it, the server copies it into
 * the frame byte for byte, every core applies it.
 *
 *   flags u8     1: the second tick's intent follows   2: the third's   4: a pose follows
 *   intent       moveX i8, moveZ i8, yaw u16, pitch i16, buttons u8      7 bytes, 1 to 3 times
 *   pose         head, left, right: x, y, z i16 in mm, rotation u32     30 bytes
 *
 * A tick without an own intent repeats the one before.
 */

export const ENTRY_BYTES_MAX: i32 = 52;
const SECOND: u32 = 1;
const THIRD: u32 = 2;
const POSE: u32 = 4;
const PITCH_MAX: i32 = 16384;
const INTENT_BYTES: i32 = 7;
const PART_BYTES: i32 = 10;

/** The decoded entry: three intents of five i32 each, pose flag, three parts. */
@unmanaged
@final
export class Entry {
  intents0: u64;
  intents1: u64;
  intents2: u64;
  hasPose: u64;
  head: v128;
  left: v128;
  right: v128;
}

const decoded: usize = memory.data(offsetof<Entry>(), 16);

/** The entry that `readEntry` left. */
export function entry(): Entry {
  return changetype<Entry>(decoded);
}

let outOfRange: bool = false;

/** moveX, moveZ, yaw, pitch, buttons as 8 bytes: i8, i8, u16, i16, u16. */
function intentAt(at: usize): u64 {
  const moves = <u32>load<u16>(at);
  const pitch = <i32>load<i16>(at, 4);
  const buttons = <i32>load<u8>(at, 6);
  if ((moves & 0xff) == 0x80 || moves >>> 8 == 0x80) outOfRange = true;
  if (pitch > PITCH_MAX || pitch < -PITCH_MAX) outOfRange = true;
  if (buttons > Button.ALL) outOfRange = true;
  return <u64>load<u32>(at) | ((<u64>(<u16>pitch)) << 32) | ((<u64>buttons) << 48);
}

function partAt(at: usize): v128 {
  const x = <i32>load<i16>(at);
  const y = <i32>load<i16>(at, 2);
  const z = <i32>load<i16>(at, 4);
  if (x == -32768 || y == -32768 || z == -32768) outOfRange = true;
  return partOf(x, y, z, load<u32>(at, 6));
}

/** Bytes of an entry with these flags. */
export function entryLength(flags: u32): i32 {
  const intents = 1 + i32((flags & SECOND) != 0) + i32((flags & THIRD) != 0);
  return 1 + intents * INTENT_BYTES + ((flags & POSE) != 0 ? 3 * PART_BYTES : 0);
}

/** Reads one entry at the cursor into `entry()`; of a refused one nothing there is to be used. */
export function readEntry(): WireFault {
  const e = entry();
  const flags = readU8();
  // The bounds once for all that the flags announce: entries are most of what a server reads.
  let at = passOver(entryLength(flags) - 1);
  if (isOverrun()) return WireFault.TRUNCATED;
  outOfRange = flags > (SECOND | THIRD | POSE);
  e.intents0 = intentAt(at);
  if ((flags & SECOND) != 0) at += INTENT_BYTES;
  e.intents1 = (flags & SECOND) != 0 ? intentAt(at) : e.intents0;
  if ((flags & THIRD) != 0) at += INTENT_BYTES;
  e.intents2 = (flags & THIRD) != 0 ? intentAt(at) : e.intents1;
  e.hasPose = (flags & POSE) != 0 ? 1 : 0;
  if (e.hasPose != 0) {
    e.head = partAt(at + INTENT_BYTES);
    e.left = partAt(at + INTENT_BYTES + PART_BYTES);
    e.right = partAt(at + INTENT_BYTES + 2 * PART_BYTES);
  }
  return outOfRange ? WireFault.OUT_OF_RANGE : WireFault.NONE;
}

/** Passes over one entry of a checked frame at the cursor. */
export function skipEntry(): void {
  passOver(entryLength(readU8()) - 1);
}

/** Gives the player the intent of tick `phase` (0…2) and, at the frame's first tick, the pose. */
export function applyEntry(p: Player, phase: u32): void {
  const e = entry();
  const intent = phase == 0 ? e.intents0 : phase == 1 ? e.intents1 : e.intents2;
  p.moveX = <i8>intent;
  p.moveZ = <i8>(intent >>> 8);
  p.yaw = <u16>(intent >>> 16);
  p.pitch = <i16>(intent >>> 32);
  p.buttons = <u16>(intent >>> 48);
  if (phase == 0 && e.hasPose != 0) {
    p.headTo = e.head;
    p.leftTo = e.left;
    p.rightTo = e.right;
  }
}

// Host side. FIELDS: 15 i32 of intents, i32 hasPose, then per part x, y, z i32 and 4 f32.
const POSE_FIELD: usize = FIELDS + 60;
const PARTS_FIELD: usize = FIELDS + 64;
const PART_FIELD_BYTES: usize = 28;

/** Writes the entry that stands in FIELDS at the writer's cursor. Ranges are the host's to keep. */
export function writeEntry(): void {
  const second = intentDiffers(0, 1);
  const third = intentDiffers(1, 2);
  const pose = load<i32>(POSE_FIELD) != 0;
  writeU8((second ? SECOND : 0) | (third ? THIRD : 0) | (pose ? POSE : 0));
  writeIntent(0);
  if (second) writeIntent(1);
  if (third) writeIntent(2);
  if (!pose) return;
  for (let part: usize = 0; part < 3; part++) {
    const at = PARTS_FIELD + part * PART_FIELD_BYTES;
    writeU16(load<u16>(at));
    writeU16(load<u16>(at, 4));
    writeU16(load<u16>(at, 8));
    writeU32(
      packRotation(
        quat(load<f32>(at, 12), load<f32>(at, 16), load<f32>(at, 20), load<f32>(at, 24)),
      ),
    );
  }
}

function intentField(tick: usize, field: usize): i32 {
  return load<i32>(FIELDS + (tick * 5 + field) * 4);
}

function intentDiffers(a: usize, b: usize): bool {
  for (let field: usize = 0; field < 5; field++) {
    if (intentField(a, field) != intentField(b, field)) return true;
  }
  return false;
}

function writeIntent(tick: usize): void {
  writeU8(<u32>intentField(tick, 0));
  writeU8(<u32>intentField(tick, 1));
  writeU16(<u32>intentField(tick, 2));
  writeU16(<u32>intentField(tick, 3));
  writeU8(<u32>intentField(tick, 4));
}

/** Spreads the decoded entry over FIELDS for the host. */
export function exposeEntry(): void {
  const e = entry();
  exposeIntent(0, e.intents0);
  exposeIntent(1, e.intents1);
  exposeIntent(2, e.intents2);
  store<i32>(POSE_FIELD, <i32>e.hasPose);
  if (e.hasPose == 0) return;
  exposePart(0, e.head);
  exposePart(1, e.left);
  exposePart(2, e.right);
}

function exposeIntent(tick: usize, intent: u64): void {
  const at = FIELDS + tick * 20;
  store<i32>(at, <i32>(<i8>intent));
  store<i32>(at, <i32>(<i8>(intent >>> 8)), 4);
  store<i32>(at, <i32>(<u16>(intent >>> 16)), 8);
  store<i32>(at, <i32>(<i16>(intent >>> 32)), 12);
  store<i32>(at, <i32>(intent >>> 48), 16);
}

function exposePart(part: usize, value: v128): void {
  const at = PARTS_FIELD + part * PART_FIELD_BYTES;
  store<i32>(at, i32x4.extract_lane(value, 0));
  store<i32>(at, i32x4.extract_lane(value, 1), 4);
  store<i32>(at, i32x4.extract_lane(value, 2), 8);
  const rotation = unpackRotation(<u32>i32x4.extract_lane(value, 3));
  store<f32>(at, f32x4.extract_lane(rotation, 0), 12);
  store<f32>(at, f32x4.extract_lane(rotation, 1), 16);
  store<f32>(at, f32x4.extract_lane(rotation, 2), 20);
  store<f32>(at, f32x4.extract_lane(rotation, 3), 24);
}
