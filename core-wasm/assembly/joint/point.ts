import { factor, Ldl, solve } from '../math/ldl';
import { add3, cross3, neg3, scale3, sub3, vec3, x3 } from '../math/vec3';
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

/** Two anchors that stay together, as one block of three rows: ball, hinge and weld have it. */
@unmanaged
export class PointJoint extends SolverJoint {
  mass0: v128;
  mass1: v128;
}

function massOf(s: PointJoint): Ldl {
  return changetype<Ldl>(changetype<usize>(s) + offsetof<PointJoint>('mass0'));
}

/** K = (1/mA + 1/mB)·1 − [rA]·IA⁻¹·[rA] − [rB]·IB⁻¹·[rB], [r] being r × as a matrix. */
export function refreshPoint(s: PointJoint, a: SolverBody, b: SolverBody): void {
  factor(
    massOf(s),
    column(s, a, b, vec3(1, 0, 0)),
    column(s, a, b, vec3(0, 1, 0)),
    column(s, a, b, vec3(0, 0, 1)),
  );
}

function column(s: PointJoint, a: SolverBody, b: SolverBody, axis: v128): v128 {
  const straight = scale3(axis, x3(a.inverseMass) + x3(b.inverseMass));
  const turnA = cross3(applyInertia(a, cross3(s.armA, axis)), s.armA);
  const turnB = cross3(applyInertia(b, cross3(s.armB, axis)), s.armB);
  return add3(straight, add3(turnA, turnB));
}

/** With `useBias` the gap is closed softly; without, only its speed is taken away. */
export function solvePoint(
  s: PointJoint,
  j: Joint,
  a: SolverBody,
  b: SolverBody,
  useBias: bool,
): void {
  const speed = gapSpeed(s, a, b);
  let impulse: v128;
  if (useBias) {
    const rush = add3(speed, scale3(gap(s, a, b), RIGID_BIAS_RATE));
    const push = scale3(solve(massOf(s), rush), -RIGID_MASS_SCALE);
    impulse = sub3(push, scale3(j.linearImpulse, RIGID_IMPULSE_SCALE));
  } else {
    impulse = neg3(solve(massOf(s), speed));
  }
  j.linearImpulse = add3(j.linearImpulse, impulse);
  pushApart(s, a, b, impulse);
}
