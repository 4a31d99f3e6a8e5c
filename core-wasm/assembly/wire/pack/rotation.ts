import { decide } from './coder';
import * as Context from './context';
import { keepRotation, PartHistory } from './history';
import {
  codeValue,
  expectedWay,
  followSpread,
  spreadClass,
  surpriseClass,
  withBend,
} from './residual';

/**
 * Rotations: the wire's smallest three are predicted as whole quaternions, because which component
 * is left out, and the sign of all, may change from frame to frame while the rotation hardly does.
 * All in the wire's steps, of which a unit quaternion is 722.66 long (√2 · 511).
 */

/** Square of a unit quaternion's length in steps. */
const UNIT_SQUARED: i32 = 522242;
const SMALL_LOW: i32 = -512;
const SMALL_HIGH: i32 = 511;

/** The last rotation, its way since the one before, how that changed, the prediction: four i32. */
const LAST: usize = memory.data(16, 16);
const WAY: usize = memory.data(16, 16);
const BEND: usize = memory.data(16, 16);
const EXPECTED: usize = memory.data(16, 16);

function part4(quaternion: usize, index: u32): i32 {
  return load<i32>(quaternion + ((<usize>index) << 2));
}

function setPart4(quaternion: usize, index: u32, value: i32): void {
  store<i32>(quaternion + ((<usize>index) << 2), value);
}

/** Where the `rank`-th (0 … 2) of the three small components stands. */
function small(largest: u32, rank: u32): u32 {
  return rank < largest ? rank : rank + 1;
}

function smallOf(packed: u32, rank: u32): i32 {
  return <i32>((packed >>> (20 - 10 * rank)) & 1023) - 512;
}

/** The whole quaternion. Rotations that no client makes give some quaternion: it only predicts. */
function unpack4(packed: u32, to: usize): void {
  const largest = packed >>> 30;
  let rest = UNIT_SQUARED;
  for (let rank: u32 = 0; rank < 3; rank++) {
    const value = smallOf(packed, rank);
    rest -= value * value;
    setPart4(to, small(largest, rank), value);
  }
  // The square root of IEEE 754 is exact, so that its whole part is the same everywhere.
  setPart4(to, largest, <i32>sqrt<f64>(<f64>max(0, rest)));
}

function negate4(quaternion: usize): void {
  for (let i: u32 = 0; i < 4; i++) setPart4(quaternion, i, -part4(quaternion, i));
}

function dot4(a: usize, b: usize): i32 {
  let sum = 0;
  for (let i: u32 = 0; i < 4; i++) sum += part4(a, i) * part4(b, i);
  return sum;
}

/** WAY and BEND hold the two rotations before, until the differences to them stand there. */
function predict(p: PartHistory, kind: u32, spread: u32): void {
  unpack4(p.rotation, LAST);
  unpack4(p.rotationBefore, WAY);
  unpack4(p.rotationEarlier, BEND);
  if (dot4(LAST, WAY) < 0) negate4(WAY);
  if (dot4(LAST, BEND) < 0) negate4(BEND);
  for (let i: u32 = 0; i < 4; i++) {
    const last = part4(LAST, i);
    const before = part4(WAY, i);
    const way = last - before;
    const bend = way - before + part4(BEND, i);
    setPart4(WAY, i, way);
    setPart4(BEND, i, bend);
    setPart4(EXPECTED, i, last + expectedWay(kind, spread, way, bend));
  }
}

/** Codes `packed` against the part's last three; gives it back and keeps it. */
export function codeRotation(p: PartHistory, kind: u32, before: u32, packed: u32): u32 {
  const spread = spreadClass(p.turnSpread);
  predict(p, kind, spread);
  const largest = codeLargest(packed >>> 30);
  if (part4(EXPECTED, largest) < 0) {
    negate4(EXPECTED);
    negate4(WAY);
    negate4(BEND);
  }
  let found = largest << 30;
  let sum = 0;
  let surprise = before;
  for (let rank: u32 = 0; rank < 3; rank++) {
    const i = small(largest, rank);
    const expected = min(SMALL_HIGH, max(SMALL_LOW, part4(EXPECTED, i)));
    const given = smallOf(packed, rank);
    const value = codeValue(
      kind,
      spread,
      withBend(surprise, part4(BEND, i), p.turnSpread),
      part4(WAY, i),
      part4(BEND, i),
      expected,
      given,
      SMALL_LOW,
      SMALL_HIGH,
    );
    found |= (<u32>(value + 512)) << (20 - 10 * rank);
    sum += abs(value - expected);
    surprise = surpriseClass(sum, rank + 1, p.turnSpread);
  }
  keepRotation(p, found);
  p.turnSpread = followSpread(p.turnSpread, sum);
  return found;
}

/** Which component is left out: the greatest that is expected, the next one, another. */
function codeLargest(largest: u32): u32 {
  const first = greatestBut(-1, -1);
  const second = greatestBut(<i32>first, -1);
  const lead = abs(part4(EXPECTED, first)) - abs(part4(EXPECTED, second));
  const margin: u32 = lead < 16 ? (lead < 4 ? 0 : 1) : lead < 64 ? 2 : 3;
  if (!decide(Context.LARGEST_EXPECTED + margin, largest != first)) return first;
  if (!decide(Context.LARGEST_NEXT, largest != second)) return second;
  const third = greatestBut(<i32>first, <i32>second);
  const fourth = 6 - first - second - third;
  return decide(Context.LARGEST_OTHER, largest != third) ? fourth : third;
}

/** The greatest component of the prediction but two; of equal ones the first. */
function greatestBut(one: i32, other: i32): u32 {
  let best = -1;
  let greatest = -1;
  for (let i = 0; i < 4; i++) {
    const size = abs(part4(EXPECTED, i));
    if (i == one || i == other || size <= greatest) continue;
    best = i;
    greatest = size;
  }
  return <u32>best;
}
