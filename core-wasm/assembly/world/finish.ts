import { Body, body, Role } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import {
  ANGULAR_SPEED_MAX_RPS,
  LINEAR_SPEED_MAX_MPS,
  SLEEP_ANGULAR_RPS,
  SLEEP_LINEAR_MPS,
} from '../limits';
import { isUnitQuat } from '../math/quat';
import { add3, clampLength3, dot3, isFinite3 } from '../math/vec3';
import { turnBy } from '../solver/integrate';
import { SolverBody, solverBody } from '../solver/solver-body';
import { EventKind, noteEvent } from './events';
import { raiseFault, StepFault } from './fault';
import { clampToRegion, isInRegion } from './region';

/**
 * Takes the solver's result into the bodies. A body that went mad stays where it was, at rest; the
 * rim of the region is a wall without friction.
 */
export function finishBodies(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) finishBody(body(activeSlot(i)), solverBody(activeSlot(i)));
}

function finishBody(b: Body, s: SolverBody): void {
  const position = add3(b.position, s.moved);
  const rotation = b.role == Role.PLAYER ? b.rotation : turnBy(b.rotation, s.turned);
  const sane =
    isFinite3(position) && isUnitQuat(rotation) && isFinite3(s.linear) && isFinite3(s.angular);
  if (!sane) {
    b.linearVelocity = f32x4.splat(0);
    b.angularVelocity = f32x4.splat(0);
    quarantine(b);
    return;
  }
  const inside = clampToRegion(position);
  b.position = inside;
  b.rotation = rotation;
  const linear = clampLength3(s.linear, LINEAR_SPEED_MAX_MPS);
  b.linearVelocity = v128.and(linear, f32x4.eq(inside, position));
  b.angularVelocity = clampLength3(s.angular, ANGULAR_SPEED_MAX_RPS);
  if (b.role == Role.LOOSE && !isInRegion(position)) quarantine(b);
  if (!isStill(b)) b.stillTicks = 0;
  else if (b.stillTicks < u16.MAX_VALUE) b.stillTicks++;
}

/** Tells of a body that was stopped, once a tick. */
function quarantine(b: Body): void {
  raiseFault(StepFault.QUARANTINED);
  noteEvent(EventKind.QUARANTINED, b.id, 0);
}

function isStill(b: Body): bool {
  return (
    dot3(b.linearVelocity, b.linearVelocity) < SLEEP_LINEAR_MPS * SLEEP_LINEAR_MPS &&
    dot3(b.angularVelocity, b.angularVelocity) < SLEEP_ANGULAR_RPS * SLEEP_ANGULAR_RPS
  );
}
