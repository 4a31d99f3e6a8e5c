import { BodyKind, body } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import { ANGULAR_SPEED_MAX_RPS, GRAVITY_MPS2, LINEAR_SPEED_MAX_MPS, SUBSTEP_DT } from '../limits';
import { mulQuat, normalizeQuat, quat } from '../math/quat';
import { addScaled3, clampLength3, dot3, scale3, vec3, x3, y3, z3 } from '../math/vec3';
import { solverBody } from './solver-body';

/** Gravity and damping on dynamic bodies for one substep. */
export function integrateVelocities(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    const b = body(slot);
    if (b.kind != BodyKind.DYNAMIC) continue;
    const s = solverBody(slot);
    const fall = vec3(0, GRAVITY_MPS2 * b.gravityScale * SUBSTEP_DT, 0);
    const linear = scale3(f32x4.add(s.linear, fall), 1.0 / (1.0 + SUBSTEP_DT * b.linearDamping));
    const angular = scale3(s.angular, 1.0 / (1.0 + SUBSTEP_DT * b.angularDamping));
    s.linear = clampLength3(linear, LINEAR_SPEED_MAX_MPS);
    s.angular = clampLength3(angular, ANGULAR_SPEED_MAX_RPS);
  }
}

export function integratePositions(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const s = solverBody(activeSlot(i));
    s.moved = addScaled3(s.moved, s.linear, SUBSTEP_DT);
    s.turned = addScaled3(s.turned, s.angular, SUBSTEP_DT);
  }
}

/** `q` turned by a rotation vector of at most about a radian: sine and cosine by their series. */
export function turnBy(q: v128, turned: v128): v128 {
  const half = scale3(turned, 0.5);
  const squared = dot3(half, half);
  const sinc: f32 = 1.0 - (squared / 6.0) * (1.0 - squared / 20.0);
  const cosine: f32 = 1.0 - 0.5 * squared * (1.0 - squared / 12.0);
  const v = scale3(half, sinc);
  return normalizeQuat(mulQuat(quat(x3(v), y3(v), z3(v), cosine), q));
}
