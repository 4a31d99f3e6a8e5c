import { decide } from './coder';
import * as Context from './context';
import { Kind } from './context';
import { keepRotation, PartHistory, partHistory } from './history';
import {
  codeValue,
  expectedWay,
  followSpread,
  refuseValue,
  spreadClass,
  surpriseClass,
  withBend,
} from './residual';
import { codeRotation } from './rotation';

/** Bytes of one part in an entry: x, y, z i16, rotation u32. */
const PART_BYTES: usize = 10;
const MM_MAX: i32 = 32767;

/** The three parts at `at`, each against its own last three. */
export function codePose(history: usize, at: usize): void {
  let surprise: u32 = 0;
  for (let i = 0; i < 3; i++) {
    const p = partHistory(history, i);
    const from = at + <usize>i * PART_BYTES;
    surprise = codePlace(p, i == 0 ? Kind.HEAD_PLACE : Kind.HAND_PLACE, surprise, from);
    codeTurn(history, i, surprise, from + 6);
  }
}

/** Gives the surprise of the whole place: a part that starts to move also starts to turn. */
function codePlace(p: PartHistory, kind: u32, before: u32, at: usize): u32 {
  const spread = spreadClass(p.placeSpread);
  let surprise = before;
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) {
    const lastAt = changetype<usize>(p) + ((<usize>axis) << 1);
    const last = <i32>load<i16>(lastAt);
    const before = <i32>load<i16>(lastAt, 6);
    const way = last - before;
    const bend = way - before + <i32>load<i16>(lastAt, 12);
    const expected = min(MM_MAX, max(-MM_MAX, last + expectedWay(kind, spread, way, bend)));
    const given = <i32>load<i16>(at + ((<usize>axis) << 1));
    const seen = withBend(surprise, bend, p.placeSpread);
    const value = codeValue(kind, spread, seen, way, bend, expected, given, -MM_MAX, MM_MAX);
    sum += abs(value - expected);
    surprise = surpriseClass(sum, axis + 1, p.placeSpread);
    store<i16>(lastAt, <i16>before, 12);
    store<i16>(lastAt, <i16>last, 6);
    store<i16>(lastAt, <i16>value);
    store<i16>(at + ((<usize>axis) << 1), <i16>value);
  }
  p.placeSpread = followSpread(p.placeSpread, sum);
  return surprise;
}

/** A flat player's hands are turned with his view: then one decision says it all. */
function codeTurn(history: usize, part: i32, surprise: u32, at: usize): void {
  const p = partHistory(history, part);
  const given = load<u32>(at);
  if (part == 0) {
    store<u32>(at, codeRotation(p, Kind.HEAD_TURN, surprise, given));
    return;
  }
  const head = partHistory(history, 0);
  const was = u32(p.rotation == head.rotationBefore);
  if (decide(Context.TURNED_LIKE_HEAD + was, given == head.rotation)) {
    keepRotation(p, head.rotation);
    store<u32>(at, head.rotation);
    return;
  }
  const found = codeRotation(p, Kind.HAND_TURN, surprise, given);
  // There is one form for each: the other one is forged.
  if (found == head.rotation) refuseValue();
  store<u32>(at, found);
}
