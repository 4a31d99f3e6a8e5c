import { Body, body } from '../body/body';
import { HAND_REACH_MAX_MM, TICK_DT, TICKS_PER_FRAME } from '../limits';
import { conjugate, mulQuat, nlerp, normalizeQuat, rotate } from '../math/quat';
import { add3, addScaled3, dot3, length3, scale3, sub3, vec3, w3 } from '../math/vec3';
import { header } from '../world/header';
import { footing } from './footing';
import { unpackRotation } from './part';
import { bodySlot, leftSlot, rightSlot } from './parts';
import { player } from './player';
import { turnBetween } from './turns';
import { footOf } from './upright';

/**
 * Hands are kinematic balls that follow the tracked parts. Within an arm's length they push things;
 * further out (the flat client's ray) they pass through, and only grip.
 */

const ARM_M: f32 = 1.1;
/** A part that jumps further than this in a tick is put there instead of swept. */
const SWEEP_MAX_M: f32 = 0.5;
const SHOULDER_M: f32 = 1.4;

/** Where in the frame the coming tick ends, 0…1. */
export function frameFraction(tick: u32): f32 {
  return <f32>((tick % TICKS_PER_FRAME) + 1) / <f32>TICKS_PER_FRAME;
}

/** Part position in metres relative to the foot, between two poses, clamped to reach. */
export function partOffset(from: v128, to: v128, fraction: f32): v128 {
  const a = f32x4.convert_i32x4_s(i32x4.replace_lane(from, 3, 0));
  const b = f32x4.convert_i32x4_s(i32x4.replace_lane(to, 3, 0));
  const metres = scale3(addScaled3(a, sub3(b, a), fraction), 0.001);
  const shoulder = vec3(0, SHOULDER_M, 0);
  const arm = sub3(metres, shoulder);
  const reach = <f32>HAND_REACH_MAX_MM * 0.001;
  const length = length3(arm);
  return length > reach ? addScaled3(shoulder, arm, reach / length) : metres;
}

export function partRotation(from: v128, to: v128, fraction: f32): v128 {
  return nlerp(
    unpackRotation(<u32>i32x4.extract_lane(from, 3)),
    unpackRotation(<u32>i32x4.extract_lane(to, 3)),
    fraction,
  );
}

/** Gives every hand the velocity that brings it to its part's place by the end of the tick. */
export function driveHands(): void {
  const count = header().playerCount;
  const fraction = frameFraction(header().tick);
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const owner = body(bodySlot(i));
    const travel = scale3(owner.linearVelocity, TICK_DT);
    const foot = add3(footOf(owner), travel);
    const axes = footing(i).axes;
    const left = turnBetween(2 * i, p.leftFrom, p.leftTo, fraction);
    const right = turnBetween(2 * i + 1, p.rightFrom, p.rightTo, fraction);
    const leftOffset = partOffset(p.leftFrom, p.leftTo, fraction);
    const rightOffset = partOffset(p.rightFrom, p.rightTo, fraction);
    driveHand(body(leftSlot(i)), leftOffset, left, axes, foot, travel);
    driveHand(body(rightSlot(i)), rightOffset, right, axes, foot, travel);
  }
}

/** `foot` is where its player's foot will be when it has gone `travel`, `axes` how he looks. */
function driveHand(
  hand: Body,
  offset: v128,
  turned: v128,
  axes: v128,
  foot: v128,
  travel: v128,
): void {
  const place = add3(foot, rotate(axes, offset));
  const rotation = normalizeQuat(mulQuat(axes, turned));
  const gap = sub3(place, hand.position);
  hand.touches = isNearArm(offset) ? 1 : 0;
  if (length3(sub3(gap, travel)) > SWEEP_MAX_M) {
    hand.position = place;
    hand.rotation = rotation;
    hand.linearVelocity = f32x4.splat(0);
    hand.angularVelocity = f32x4.splat(0);
    return;
  }
  hand.linearVelocity = scale3(gap, 1.0 / TICK_DT);
  const turn = mulQuat(rotation, conjugate(hand.rotation));
  const rate: f32 = (w3(turn) < 0 ? -2.0 : 2.0) / TICK_DT;
  hand.angularVelocity = f32x4.replace_lane(scale3(turn, rate), 3, 0);
}

function isNearArm(offset: v128): bool {
  const arm = sub3(offset, vec3(0, SHOULDER_M, 0));
  return dot3(arm, arm) <= ARM_M * ARM_M;
}
