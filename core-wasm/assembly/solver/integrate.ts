import { ANGULAR_SPEED_MAX_RPS, LINEAR_SPEED_MAX_MPS, SUBSTEP_DT, TICK_DT } from '../limits';
import { mulQuat, normalizeQuat, quat } from '../math/quat';
import { add3, addScaled3, clampLength3, dot3, scale3, sub3, x3, y3, z3 } from '../math/vec3';
import { tiedCount, tiedSlot } from './alone';
import { SolverBody, solverBody } from './solver-body';

/**
 * Gravity and damping for one substep, then the warm start: what constraints did to the body in the
 * substep before, which is the sum of the impulses that they hold now. Per body this is the speed
 * at the end less the speed before the warm start, whatever number of contacts and grabs had a
 * share in it; only the first substep asks them one by one. Joints see to theirs themselves.
 */
export function integrateVelocities(): void {
  const count = tiedCount();
  for (let i = 0; i < count; i++) integrateVelocity(solverBody(tiedSlot(i)));
}

export function integrateVelocity(s: SolverBody): void {
  const carriedLinear = sub3(s.linear, s.linearBefore);
  const carriedAngular = sub3(s.angular, s.angularBefore);
  let linear = s.linear;
  let angular = s.angular;
  if (s.isDynamic != 0) {
    linear = scale3(add3(linear, s.fall), s.linearKeep);
    angular = scale3(angular, s.angularKeep);
    linear = clampLength3(linear, LINEAR_SPEED_MAX_MPS);
    angular = clampLength3(angular, ANGULAR_SPEED_MAX_RPS);
  }
  s.linearBefore = linear;
  s.angularBefore = angular;
  s.linear = add3(linear, carriedLinear);
  s.angular = add3(angular, carriedAngular);
}

export function integratePositions(): void {
  const count = tiedCount();
  for (let i = 0; i < count; i++) integratePosition(solverBody(tiedSlot(i)));
}

export function integratePosition(s: SolverBody): void {
  s.moved = addScaled3(s.moved, s.linear, SUBSTEP_DT);
  s.turned = addScaled3(s.turned, s.angular, SUBSTEP_DT);
}

/** What the speed limit allows in a tick: a radian. */
const TURN_MAX_RAD: f32 = ANGULAR_SPEED_MAX_RPS * TICK_DT;

/** `q` turned by a rotation vector: sine and cosine by their series. */
export function turnBy(q: v128, turned: v128): v128 {
  return normalizeQuat(mulQuat(turnOf(turned), q));
}

/**
 * The turn by a rotation vector, of unit length but for the series' remainder. A longer vector
 * than the speed limit allows comes of a body with absurd masses only, and counts as that limit.
 */
export function turnOf(turned: v128): v128 {
  const half = scale3(clampLength3(turned, TURN_MAX_RAD), 0.5);
  const squared = dot3(half, half);
  const sinc: f32 = 1.0 - (squared / 6.0) * (1.0 - squared / 20.0);
  const cosine: f32 = 1.0 - 0.5 * squared * (1.0 - squared / 12.0);
  const v = scale3(half, sinc);
  return quat(x3(v), y3(v), z3(v), cosine);
}
