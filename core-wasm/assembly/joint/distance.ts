import { JOINT_LENGTH_MAX_M } from '../limits';
import { cross3, dot3, length3, normalizeOr3, scale3, vec3, x3 } from '../math/vec3';
import { biasRate, impulseScale, massScale, springDamping } from '../solver/softness';
import { applyInertia, SolverBody } from '../solver/solver-body';
import { Joint } from './joint';
import {
  gap,
  gapSpeed,
  pushApart,
  RIGID_BIAS_RATE,
  RIGID_IMPULSE_SCALE,
  RIGID_MASS_SCALE,
  SolverJoint,
} from './solver-joint';
import { stopImpulse } from './stop';

/** Rows along the line from anchor to anchor: a rod, or a spring between two stops. */
@unmanaged
@final
export class DistanceJoint extends SolverJoint {
  axis: v128;
  length: f32;
  axialMass: f32;
  biasRate: f32;
  massScale: f32;
  impulseScale: f32;
  reserved0: f32;
  reserved1: u64;
}

export function prepareDistance(s: DistanceJoint, j: Joint): void {
  const isSpring = j.hertz > 0;
  const damping = springDamping(j.hertz, j.damping);
  s.biasRate = isSpring ? biasRate(j.hertz, damping) : RIGID_BIAS_RATE;
  s.massScale = isSpring ? massScale(j.hertz, damping) : RIGID_MASS_SCALE;
  s.impulseScale = isSpring ? impulseScale(j.hertz, damping) : RIGID_IMPULSE_SCALE;
}

/** Anchors that coincide are parted upwards. */
export function refreshDistance(s: DistanceJoint, a: SolverBody, b: SolverBody): void {
  const between = gap(s, a, b);
  s.length = length3(between);
  s.axis = normalizeOr3(between, vec3(0, 1, 0));
  const turnA = cross3(s.armA, s.axis);
  const turnB = cross3(s.armB, s.axis);
  const k =
    x3(a.inverseMass) +
    x3(b.inverseMass) +
    dot3(turnA, applyInertia(a, turnA)) +
    dot3(turnB, applyInertia(b, turnB));
  s.axialMass = k > 0 ? 1.0 / k : 0;
}

export function warmStartDistance(s: DistanceJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  pushApart(s, a, b, scale3(s.axis, distanceThrust(j)));
}

/** Everything that pushes B away from A. */
export function distanceThrust(j: Joint): f32 {
  return x3(j.linearImpulse) + j.springImpulse + j.lowerImpulse - j.upperImpulse;
}

export function solveDistance(
  s: DistanceJoint,
  j: Joint,
  a: SolverBody,
  b: SolverBody,
  useBias: bool,
): void {
  if (j.lower == j.upper) {
    solveRod(s, j, a, b, useBias);
    return;
  }
  // A spring is not relaxed: that would take back the speed that it has just given.
  if (j.hertz > 0 && useBias) solveSpring(s, j, a, b);
  if (j.lower > 0) {
    const speed = dot3(s.axis, gapSpeed(s, a, b));
    const lower = stopImpulse(s.length - j.lower, speed, s.axialMass, j.lowerImpulse, useBias);
    pushApart(s, a, b, scale3(s.axis, lower - j.lowerImpulse));
    j.lowerImpulse = lower;
  }
  if (j.upper < JOINT_LENGTH_MAX_M) {
    const speed = -dot3(s.axis, gapSpeed(s, a, b));
    const upper = stopImpulse(j.upper - s.length, speed, s.axialMass, j.upperImpulse, useBias);
    pushApart(s, a, b, scale3(s.axis, j.upperImpulse - upper));
    j.upperImpulse = upper;
  }
}

function solveRod(s: DistanceJoint, j: Joint, a: SolverBody, b: SolverBody, useBias: bool): void {
  const speed = dot3(s.axis, gapSpeed(s, a, b));
  const before = x3(j.linearImpulse);
  let impulse: f32 = -s.axialMass * speed;
  if (useBias) {
    const rush = speed + (s.length - j.upper) * RIGID_BIAS_RATE;
    impulse = -s.axialMass * RIGID_MASS_SCALE * rush - RIGID_IMPULSE_SCALE * before;
  }
  j.linearImpulse = vec3(before + impulse, 0, 0);
  pushApart(s, a, b, scale3(s.axis, impulse));
}

function solveSpring(s: DistanceJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  const speed = dot3(s.axis, gapSpeed(s, a, b));
  const rush = speed + (s.length - j.length) * s.biasRate;
  const impulse = -s.axialMass * s.massScale * rush - s.impulseScale * j.springImpulse;
  j.springImpulse += impulse;
  pushApart(s, a, b, scale3(s.axis, impulse));
}
