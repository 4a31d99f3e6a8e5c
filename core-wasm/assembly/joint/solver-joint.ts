import { Body, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { FIRST_STATIC, SOLVER_JOINT_BYTES, SOLVER_JOINTS } from '../layout';
import { JOINT_DAMPING_RATIO, JOINT_HERTZ } from '../limits';
import { normalizeQuat, rotate } from '../math/quat';
import { add3, cross3, neg3, sub3, zero3 } from '../math/vec3';
import { turnOf } from '../solver/integrate';
import { biasRate, impulseScale, massScale } from '../solver/softness';
import { applyInertia, FIXED, SolverBody } from '../solver/solver-body';
import { Joint } from './joint';

/**
 * What the solver needs of every joint; each kind goes on from here, to 320 bytes at most. Levers
 * turn with their bodies from substep to substep: a pendulum whose lever stays as it was when the
 * tick began gains or loses a percent of its energy a swing.
 */
@unmanaged
export class SolverJoint {
  index: i32;
  slotA: i32;
  slotB: i32;
  kind: i32;
  /** From the centre of A to that of B, or to the anchor in the world, when the tick began. */
  apart: v128;
  /** From each centre to its anchor, then and now. */
  armStartA: v128;
  armStartB: v128;
  armA: v128;
  armB: v128;
}

export const RIGID_BIAS_RATE: f32 = biasRate(JOINT_HERTZ, JOINT_DAMPING_RATIO);
export const RIGID_MASS_SCALE: f32 = massScale(JOINT_HERTZ, JOINT_DAMPING_RATIO);
export const RIGID_IMPULSE_SCALE: f32 = impulseScale(JOINT_HERTZ, JOINT_DAMPING_RATIO);

export function solverJoint(index: i32): SolverJoint {
  return changetype<SolverJoint>(SOLVER_JOINTS + <usize>index * SOLVER_JOINT_BYTES);
}

/** Slot of the solver body that stands for an entity: 0 is the world. */
export function solverSlot(id: u32): i32 {
  if (id == 0) return FIXED;
  const slot = slotOf(id);
  assert(slot >= 0);
  return slot >= FIRST_STATIC ? FIXED : slot;
}

/** Levers as they are when the tick begins. The world's anchor is a centre without a lever. */
export function prepareArms(s: SolverJoint, j: Joint): void {
  const a = body(slotOf(j.bodyA));
  s.armStartA = rotate(a.rotation, j.anchorA);
  if (j.bodyB == 0) {
    s.armStartB = zero3();
    s.apart = sub3(j.anchorB, a.position);
    return;
  }
  const b: Body = body(slotOf(j.bodyB));
  s.armStartB = rotate(b.rotation, j.anchorB);
  s.apart = sub3(b.position, a.position);
}

/** How far a body has turned in this tick. */
export function turnNow(b: SolverBody): v128 {
  return normalizeQuat(turnOf(b.turned));
}

export function refreshArms(s: SolverJoint, turnA: v128, turnB: v128): void {
  s.armA = rotate(turnA, s.armStartA);
  s.armB = rotate(turnB, s.armStartB);
}

/** From the anchor on A to the anchor on B. */
export function gap(s: SolverJoint, a: SolverBody, b: SolverBody): v128 {
  return add3(s.apart, add3(sub3(b.moved, a.moved), sub3(s.armB, s.armA)));
}

/** Speed of the anchor on B as seen from the anchor on A. */
export function gapSpeed(s: SolverJoint, a: SolverBody, b: SolverBody): v128 {
  const ofA = add3(a.linear, cross3(a.angular, s.armA));
  const ofB = add3(b.linear, cross3(b.angular, s.armB));
  return sub3(ofB, ofA);
}

/**
 * A change of velocities that the body does not carry into the next substep by itself: there each
 * joint is warm started anew, on levers that have turned. Carried like a contact's, a chain of
 * twenty opens by 99 mm in a swing instead of 8.
 */
function change(b: SolverBody, linear: v128, angular: v128): void {
  b.linear = add3(b.linear, linear);
  b.angular = add3(b.angular, angular);
  b.linearBefore = add3(b.linearBefore, linear);
  b.angularBefore = add3(b.angularBefore, angular);
}

/** An impulse at the anchors, on B; A gets the opposite. What stands for the world gets none. */
export function pushApart(s: SolverJoint, a: SolverBody, b: SolverBody, impulse: v128): void {
  const back = neg3(impulse);
  if (s.slotA != FIXED) {
    change(a, f32x4.mul(back, a.inverseMass), applyInertia(a, cross3(s.armA, back)));
  }
  if (s.slotB != FIXED) {
    change(b, f32x4.mul(impulse, b.inverseMass), applyInertia(b, cross3(s.armB, impulse)));
  }
}

/** A turning impulse on B; A gets the opposite. */
export function twistApart(s: SolverJoint, a: SolverBody, b: SolverBody, impulse: v128): void {
  if (s.slotA != FIXED) change(a, zero3(), applyInertia(a, neg3(impulse)));
  if (s.slotB != FIXED) change(b, zero3(), applyInertia(b, impulse));
}
