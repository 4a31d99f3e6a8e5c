import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { SOLVER_JOINT_BYTES } from '../layout';
import { SUBSTEP_DT } from '../limits';
import { factor, Ldl, solve } from '../math/ldl';
import { axisX, axisY, axisZ, mulQuat, rotate } from '../math/quat';
import { add3, dot3, neg3, scale3, sub3, vec3, x3, y3 } from '../math/vec3';
import { applyInertia, SolverBody } from '../solver/solver-body';
import { Joint, JointFlag } from './joint';
import { PointJoint } from './point';
import { RIGID_BIAS_RATE, RIGID_IMPULSE_SCALE, RIGID_MASS_SCALE, twistApart } from './solver-joint';
import { stopImpulse } from './stop';

/** A point, two rows that keep the axes parallel, and along the axis a motor and two stops. */
@unmanaged
@final
export class HingeJoint extends PointJoint {
  /** Axes x, y, z of frame A, then and now. */
  sideStart: v128;
  upStart: v128;
  axisStart: v128;
  side: v128;
  up: v128;
  axis: v128;
  /** Axis z of frame B when the tick began. */
  otherStart: v128;
  /** How far the axes are from parallel: the turn of B about `side` and `up`. */
  tilt: v128;
  tiltMass0: v128;
  tiltMass1: v128;
  angleStart: f32;
  angle: f32;
  axialMass: f32;
  reserved0: f32;
}

assert(<i32>offsetof<HingeJoint>() <= SOLVER_JOINT_BYTES);

function tiltMass(s: HingeJoint): Ldl {
  return changetype<Ldl>(changetype<usize>(s) + offsetof<HingeJoint>('tiltMass0'));
}

export function prepareHinge(s: HingeJoint, j: Joint): void {
  const frameA = mulQuat(body(slotOf(j.bodyA)).rotation, j.frameA);
  const frameB = j.bodyB == 0 ? j.frameB : mulQuat(body(slotOf(j.bodyB)).rotation, j.frameB);
  s.sideStart = axisX(frameA);
  s.upStart = axisY(frameA);
  s.axisStart = axisZ(frameA);
  s.otherStart = axisZ(frameB);
  const x = axisX(frameB);
  const isLimited = (j.flags & JointFlag.LIMIT) != 0;
  s.angleStart = isLimited ? Mathf.atan2(dot3(x, s.upStart), dot3(x, s.sideStart)) : 0;
}

/** What B sees of a turning impulse on both, about `axis`. */
function yielding(a: SolverBody, b: SolverBody, axis: v128): v128 {
  return add3(applyInertia(a, axis), applyInertia(b, axis));
}

export function refreshHinge(
  s: HingeJoint,
  a: SolverBody,
  b: SolverBody,
  turnA: v128,
  turnB: v128,
): void {
  s.side = rotate(turnA, s.sideStart);
  s.up = rotate(turnA, s.upStart);
  s.axis = rotate(turnA, s.axisStart);
  const other = rotate(turnB, s.otherStart);
  s.tilt = vec3(-dot3(other, s.up), dot3(other, s.side), 0);
  s.angle = s.angleStart + dot3(s.axis, sub3(b.turned, a.turned));
  const bySide = yielding(a, b, s.side);
  const byUp = yielding(a, b, s.up);
  const columnX = vec3(dot3(s.side, bySide), dot3(s.up, bySide), 0);
  factor(tiltMass(s), columnX, vec3(0, dot3(s.up, byUp), 0), f32x4.splat(0));
  const k = dot3(s.axis, yielding(a, b, s.axis));
  s.axialMass = k > 0 ? 1.0 / k : 0;
}

export function warmStartHinge(s: HingeJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  twistApart(s, a, b, hingeTwist(j, s.side, s.up, s.axis));
}

/** All turning impulses together, on B in world axes, given the axes of frame A. */
export function hingeTwist(j: Joint, side: v128, up: v128, axis: v128): v128 {
  const tilt = add3(scale3(side, x3(j.angularImpulse)), scale3(up, y3(j.angularImpulse)));
  return add3(tilt, scale3(axis, j.motorImpulse + j.lowerImpulse - j.upperImpulse));
}

/** The rows that may be at their limit come first: what must always hold has the last word. */
export function solveHinge(
  s: HingeJoint,
  j: Joint,
  a: SolverBody,
  b: SolverBody,
  useBias: bool,
): void {
  if ((j.flags & JointFlag.MOTOR) != 0) solveMotor(s, j, a, b);
  if ((j.flags & JointFlag.LIMIT) != 0) solveStops(s, j, a, b, useBias);
  solveTilt(s, j, a, b, useBias);
}

function solveMotor(s: HingeJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  const spin = dot3(s.axis, sub3(b.angular, a.angular)) - j.motorSpeed;
  const limit = j.motorTorque * SUBSTEP_DT;
  const wanted = j.motorImpulse - s.axialMass * spin;
  const impulse = min<f32>(limit, max<f32>(-limit, wanted));
  twistApart(s, a, b, scale3(s.axis, impulse - j.motorImpulse));
  j.motorImpulse = impulse;
}

function solveStops(s: HingeJoint, j: Joint, a: SolverBody, b: SolverBody, useBias: bool): void {
  const fromLower = dot3(s.axis, sub3(b.angular, a.angular));
  const lower = stopImpulse(s.angle - j.lower, fromLower, s.axialMass, j.lowerImpulse, useBias);
  twistApart(s, a, b, scale3(s.axis, lower - j.lowerImpulse));
  j.lowerImpulse = lower;
  const fromUpper = dot3(s.axis, sub3(a.angular, b.angular));
  const upper = stopImpulse(j.upper - s.angle, fromUpper, s.axialMass, j.upperImpulse, useBias);
  twistApart(s, a, b, scale3(s.axis, j.upperImpulse - upper));
  j.upperImpulse = upper;
}

function solveTilt(s: HingeJoint, j: Joint, a: SolverBody, b: SolverBody, useBias: bool): void {
  const spin = sub3(b.angular, a.angular);
  const speed = vec3(dot3(spin, s.side), dot3(spin, s.up), 0);
  let impulse: v128;
  if (useBias) {
    const rush = add3(speed, scale3(s.tilt, RIGID_BIAS_RATE));
    const push = scale3(solve(tiltMass(s), rush), -RIGID_MASS_SCALE);
    impulse = sub3(push, scale3(j.angularImpulse, RIGID_IMPULSE_SCALE));
  } else {
    impulse = neg3(solve(tiltMass(s), speed));
  }
  j.angularImpulse = add3(j.angularImpulse, impulse);
  twistApart(s, a, b, add3(scale3(s.side, x3(impulse)), scale3(s.up, y3(impulse))));
}
