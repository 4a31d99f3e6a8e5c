import { Body, body, Role } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import {
  ANGULAR_SPEED_MAX_RPS,
  LINEAR_SPEED_MAX_MPS,
  PLAYER_GROUND_COSINE,
  SLEEP_ANGULAR_RPS,
  SLEEP_LINEAR_MPS,
} from '../limits';
import { isUnitQuat } from '../math/quat';
import { add3, clampLength3, dot3, isFinite3, neg3, y3 } from '../math/vec3';
import { Player, player, playerIndex } from '../player/player';
import { Constraint, constraint, constraints, point } from '../solver/constraint';
import { turnBy } from '../solver/integrate';
import { FIXED, SolverBody, solverBody } from '../solver/solver-body';
import { raiseFault, StepFault } from './fault';
import { header } from './header';
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
    raiseFault(StepFault.QUARANTINED);
    return;
  }
  const inside = clampToRegion(position);
  b.position = inside;
  b.rotation = rotation;
  const linear = clampLength3(s.linear, LINEAR_SPEED_MAX_MPS);
  b.linearVelocity = v128.and(linear, f32x4.eq(inside, position));
  b.angularVelocity = clampLength3(s.angular, ANGULAR_SPEED_MAX_RPS);
  if (b.role == Role.LOOSE && !isInRegion(position)) raiseFault(StepFault.QUARANTINED);
  if (!isStill(b)) b.stillTicks = 0;
  else if (b.stillTicks < u16.MAX_VALUE) b.stillTicks++;
}

function isStill(b: Body): bool {
  return (
    dot3(b.linearVelocity, b.linearVelocity) < SLEEP_LINEAR_MPS * SLEEP_LINEAR_MPS &&
    dot3(b.angularVelocity, b.angularVelocity) < SLEEP_ANGULAR_RPS * SLEEP_ANGULAR_RPS
  );
}

/** A player stands when something that carries weight pushes him up steeply enough. */
export function findGround(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    p.grounded = 0;
    p.groundNormal = f32x4.splat(0);
  }
  const count = constraints();
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    if (!isPressed(c)) continue;
    if (body(c.slotA).role == Role.PLAYER) standOn(c.idA, neg3(c.normal));
    if (c.slotB != FIXED && body(c.slotB).role == Role.PLAYER) standOn(c.idB, c.normal);
  }
}

function isPressed(c: Constraint): bool {
  for (let j = 0; j < c.pointCount; j++) {
    if (point(c.firstPoint + j).impulseMax > 0) return true;
  }
  return false;
}

/** Of several grounds the most level one counts. */
function standOn(id: u32, up: v128): void {
  const p: Player = player(playerIndex(id));
  if (y3(up) < PLAYER_GROUND_COSINE) return;
  if (p.grounded != 0 && y3(up) <= y3(p.groundNormal)) return;
  p.grounded = 1;
  p.groundNormal = up;
}
