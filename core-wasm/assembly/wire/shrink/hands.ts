import { Body } from '../../body/body';
import { TICK_DT, TICKS_PER_FRAME } from '../../limits';
import { conjugate, dotQuat, mulQuat, normalizeQuat, rotate, yawQuat } from '../../math/quat';
import { add3, scale3, sub3, w3, x3, y3, z3 } from '../../math/vec3';
import { frameFraction, partOffset, partRotation } from '../../player/hands';
import { Player } from '../../player/player';
import { footOf } from '../../player/upright';
import { isDecoding } from '../pack/coder';
import { Flag, Row } from './context';
import { codeFlag, codeNear, codeSmall } from './model';

/**
 * Hands follow the tracked parts (`player/hands.ts`), so that the player's record says where they
 * are, and how they went there in the last tick, but for rounding; all but how far the player
 * turned meanwhile, which is one number for both.
 */

const RATE_HZ: f32 = 1.0 / TICK_DT;
/** Yaw units to half an angle in radians. */
const HALF_YAW_RAD: f32 = <f32>(Math.PI / 65536.0);

/** The tick that the state was reached by, as shares of the frame. */
let fraction: f32 = 1;
let fractionBefore: f32 = 0;

/** `tick`: the state's, or how far it is into its frame. */
export function beginHands(tick: u32): void {
  fraction = frameFraction(tick + TICKS_PER_FRAME - 1);
  fractionBefore = fraction - <f32>1.0 / <f32>3.0;
}

/** One tracked part at the state's tick and at the one before, as the player's axes have it. */
@unmanaged
@final
class Track {
  offset: v128;
  offsetBefore: v128;
  rotation: v128;
  rotationBefore: v128;
}

const LEFT: usize = memory.data(64, 16);
const RIGHT: usize = memory.data(64, 16);
assert(offsetof<Track>() == 64);

function follow(track: usize, from: v128, to: v128): Track {
  const t = changetype<Track>(track);
  t.offset = partOffset(from, to, fraction);
  t.offsetBefore = partOffset(from, to, fractionBefore);
  t.rotation = partRotation(from, to, fraction);
  t.rotationBefore = partRotation(from, to, fractionBefore);
  return t;
}

export function codeHands(p: Player, b: Body, left: Body, right: Body): void {
  const axes = mulQuat(b.rotation, yawQuat(p.yaw));
  const l = follow(LEFT, p.leftFrom, p.leftTo);
  const r = follow(RIGHT, p.rightFrom, p.rightTo);
  codePose(left, b, axes, l);
  codePose(right, b, axes, r);
  const step = codeSmall(Row.YAW_STEP, isDecoding() ? 0 : yawStep(axes, l, left));
  const axesBefore = step == 0 ? axes : mulQuat(b.rotation, yawQuat((<u32>p.yaw - step) & 0xffff));
  codeMotion(left, b, axes, axesBefore, l);
  codeMotion(right, b, axes, axesBefore, r);
}

/** Where the part is, but for rounding. */
function codePose(hand: Body, b: Body, axes: v128, t: Track): void {
  const at = changetype<usize>(hand);
  const place = add3(footOf(b), rotate(axes, t.offset));
  codeNear3(Row.HAND_PLACE, at + offsetof<Body>('position'), place);
  const rotation = normalizeQuat(mulQuat(axes, t.rotation));
  const turn = at + offsetof<Body>('rotation');
  // A hand turns on and on, so that its rotation may be the other of the two that are one turn.
  const isOver = codeFlag(Flag.HAND_OVER, dotQuat(rotation, hand.rotation) < 0);
  const expected = isOver ? f32x4.neg(rotation) : rotation;
  codeNear3(Row.HAND_TURN, turn, expected);
  store<f32>(turn, codeNear(Row.HAND_TURN, w3(expected), load<f32>(turn, 12)), 12);
}

function codeNear3(row: u32, at: usize, expected: v128): void {
  store<f32>(at, codeNear(row, x3(expected), load<f32>(at)));
  store<f32>(at, codeNear(row, y3(expected), load<f32>(at, 4)), 4);
  store<f32>(at, codeNear(row, z3(expected), load<f32>(at, 8)), 8);
}

/** How fast a hand turns that goes from one rotation to the other in a tick. */
function spinOf(rotation: v128, before: v128): v128 {
  const turn = mulQuat(rotation, conjugate(before));
  return scale3(turn, w3(turn) < 0 ? -2.0 * RATE_HZ : 2.0 * RATE_HZ);
}

/** By how much the player turned, as the hand tells; any number is sound, a good one is short. */
function yawStep(axes: v128, t: Track, hand: Body): i32 {
  const spin = spinOf(mulQuat(axes, t.rotation), mulQuat(axes, t.rotationBefore));
  const units = (y3(hand.angularVelocity) - y3(spin)) / (2.0 * HALF_YAW_RAD * RATE_HZ);
  return i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.splat(units))), 0);
}

/** How it went there in the last tick. */
function codeMotion(hand: Body, b: Body, axes: v128, before: v128, t: Track): void {
  const moved = sub3(rotate(axes, t.offset), rotate(before, t.offsetBefore));
  const speed = add3(b.linearVelocity, scale3(moved, RATE_HZ));
  const at = changetype<usize>(hand) + offsetof<Body>('linearVelocity');
  const place = changetype<usize>(hand) + offsetof<Body>('position');
  codeSpeed(at, x3(speed), load<f32>(place));
  codeSpeed(at + 4, y3(speed), load<f32>(place, 4));
  codeSpeed(at + 8, z3(speed), load<f32>(place, 8));
  const rotation = normalizeQuat(mulQuat(axes, t.rotation));
  const rotationBefore = normalizeQuat(mulQuat(before, t.rotationBefore));
  const spin = changetype<usize>(hand) + offsetof<Body>('angularVelocity');
  codeNear3(Row.HAND_SPIN, spin, spinOf(rotation, rotationBefore));
}

/**
 * A hand's speed is the way that it went in a tick, which is a difference of two places: a whole
 * number of the steps that floats of that size have. So it is told as that number.
 */
function codeSpeed(at: usize, expected: f32, place: f32): void {
  const step = stepOf(place);
  const value = load<f32>(at);
  const steps = stepsOf(value, step);
  const isOdd = reinterpret<u32>(speedOf(steps, step)) != reinterpret<u32>(value);
  if (codeFlag(Flag.HAND_STEP_ODD, isOdd)) {
    store<f32>(at, codeNear(Row.HAND_SPEED, expected, value));
    return;
  }
  const from = stepsOf(expected, step);
  store<f32>(at, speedOf(from + codeSmall(Row.HAND_STEP, steps - from), step));
}

/** Distance of floats of that size, within what can be divided by. */
function stepOf(place: f32): f32 {
  const exponent = max<u32>(64, min<u32>(160, (reinterpret<u32>(place) >>> 23) & 0xff));
  return reinterpret<f32>((exponent - 23) << 23);
}

function stepsOf(speed: f32, step: f32): i32 {
  const steps = f32x4.nearest(f32x4.splat((speed * TICK_DT) / step));
  return i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(steps), 0);
}

function speedOf(steps: i32, step: f32): f32 {
  return <f32>steps * step * RATE_HZ;
}
