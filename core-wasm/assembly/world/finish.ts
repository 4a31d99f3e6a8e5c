import { Body, body, Role } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import {
  ANGULAR_SPEED_MAX_RPS,
  LINEAR_SPEED_MAX_MPS,
  SLEEP_ANGULAR_RPS,
  SLEEP_LINEAR_MPS,
  SUBSTEP_COUNT,
  SUBSTEP_DT,
} from '../limits';
import { isUnitQuat } from '../math/quat';
import { add3, addScaled3, clampLength3, dot3, isFinite3 } from '../math/vec3';
import { isIdleHand } from '../player/parts';
import { turnBy } from '../solver/integrate';
import { solverBody } from '../solver/solver-body';
import { EventKind, noteEvent } from './events';
import { raiseFault, StepFault } from './fault';
import { clampToRegion, isInRegion } from './region';

/**
 * Takes the solver's result into the bodies. A body that went mad stays where it was, at rest; the
 * rim of the region is a wall without friction.
 */
export function finishBodies(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    const b = body(slot);
    if (isIdleHand(slot)) {
      finishIdle(b);
    } else {
      const s = solverBody(slot);
      finishBody(b, s.moved, s.turned, s.linear, s.angular);
    }
  }
}

/**
 * An idle hand goes at one speed through the tick. As the solver would have it: substep by substep,
 * and from the first on without a zero that is negative.
 */
function finishIdle(b: Body): void {
  const zero = f32x4.splat(0);
  const linear = add3(b.linearVelocity, zero);
  const angular = add3(b.angularVelocity, zero);
  let moved = zero;
  let turned = zero;
  for (let substep = 0; substep < SUBSTEP_COUNT; substep++) {
    moved = addScaled3(moved, linear, SUBSTEP_DT);
    turned = addScaled3(turned, angular, SUBSTEP_DT);
  }
  finishBody(b, moved, turned, linear, angular);
}

function finishBody(b: Body, moved: v128, turned: v128, linear: v128, angular: v128): void {
  const position = add3(b.position, moved);
  const rotation = b.role == Role.PLAYER ? b.rotation : turnBy(b.rotation, turned);
  const sane =
    isFinite3(position) && isUnitQuat(rotation) && isFinite3(linear) && isFinite3(angular);
  if (!sane) {
    b.linearVelocity = f32x4.splat(0);
    b.angularVelocity = f32x4.splat(0);
    quarantine(b);
    return;
  }
  const inside = clampToRegion(position);
  b.position = inside;
  b.rotation = rotation;
  const speed = clampLength3(linear, LINEAR_SPEED_MAX_MPS);
  b.linearVelocity = v128.and(speed, f32x4.eq(inside, position));
  b.angularVelocity = clampLength3(angular, ANGULAR_SPEED_MAX_RPS);
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
