import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { SOLVER_JOINT_BYTES } from '../layout';
import { factor, Ldl, solve } from '../math/ldl';
import { conjugate, mulQuat } from '../math/quat';
import { add3, neg3, scale3, sub3, vec3, w3, x3, y3, z3 } from '../math/vec3';
import { biasRate, impulseScale, massScale, springDamping } from '../solver/softness';
import { SolverBody } from '../solver/solver-body';
import { Joint } from './joint';
import { PointJoint } from './point';
import { RIGID_BIAS_RATE, RIGID_IMPULSE_SCALE, RIGID_MASS_SCALE, twistApart } from './solver-joint';

/** A point and three rows that keep the frames turned alike, as a block; those may be a spring. */
@unmanaged
@final
export class WeldJoint extends PointJoint {
  /** Turn from frame A to frame B when the tick began, as a rotation vector. */
  twistStart: v128;
  twistMass0: v128;
  twistMass1: v128;
  biasRate: f32;
  massScale: f32;
  impulseScale: f32;
  reserved0: f32;
}

assert(<i32>offsetof<WeldJoint>() <= SOLVER_JOINT_BYTES);

function twistMass(s: WeldJoint): Ldl {
  return changetype<Ldl>(changetype<usize>(s) + offsetof<WeldJoint>('twistMass0'));
}

/** Inertia does not turn within a tick, so neither does the mass. */
export function prepareWeld(s: WeldJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  const frameA = mulQuat(body(slotOf(j.bodyA)).rotation, j.frameA);
  const frameB = j.bodyB == 0 ? j.frameB : mulQuat(body(slotOf(j.bodyB)).rotation, j.frameB);
  const off = mulQuat(frameB, conjugate(frameA));
  const sign: f32 = w3(off) < 0 ? -2.0 : 2.0;
  s.twistStart = vec3(x3(off) * sign, y3(off) * sign, z3(off) * sign);
  const isSoft = j.hertz > 0;
  const damping = springDamping(j.hertz, j.damping);
  s.biasRate = isSoft ? biasRate(j.hertz, damping) : RIGID_BIAS_RATE;
  s.massScale = isSoft ? massScale(j.hertz, damping) : RIGID_MASS_SCALE;
  s.impulseScale = isSoft ? impulseScale(j.hertz, damping) : RIGID_IMPULSE_SCALE;
  factor(
    twistMass(s),
    add3(a.inertiaX, b.inertiaX),
    add3(a.inertiaY, b.inertiaY),
    add3(a.inertiaZ, b.inertiaZ),
  );
}

/** A spring is not relaxed: that would take back the speed that it has just given. */
export function solveTwist(
  s: WeldJoint,
  j: Joint,
  a: SolverBody,
  b: SolverBody,
  useBias: bool,
): void {
  if (j.hertz > 0 && !useBias) return;
  const speed = sub3(b.angular, a.angular);
  let impulse: v128;
  if (useBias) {
    const error = add3(s.twistStart, sub3(b.turned, a.turned));
    const push = scale3(solve(twistMass(s), add3(speed, scale3(error, s.biasRate))), -s.massScale);
    impulse = sub3(push, scale3(j.angularImpulse, s.impulseScale));
  } else {
    impulse = neg3(solve(twistMass(s), speed));
  }
  j.angularImpulse = add3(j.angularImpulse, impulse);
  twistApart(s, a, b, impulse);
}
