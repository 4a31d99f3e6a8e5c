import {
  CONTACT_PUSH_MAX_MPS,
  LINEAR_SLOP_M,
  RESTITUTION_THRESHOLD_MPS,
  SUBSTEP_DT,
} from '../limits';
import { add3, dot3, mul3, scale3, sub3, sum3 } from '../math/vec3';
import { Constraint, constraint, constraints, Point, point } from './constraint';
import { SolverBody, solverBody } from './solver-body';

/**
 * Contacts one at a time in entity order, two v128 of velocity a body. Four contacts at a time
 * with graph colouring was rejected: its transposes cost more than they save on JavaScriptCore,
 * and a world-wide colouring would tie islands together.
 */

const INVERSE_SUBSTEP: f32 = 1.0 / SUBSTEP_DT;

/** Impulse `p` along `direction` on A and B, with each body's turn. */
function push(
  a: SolverBody,
  b: SolverBody,
  direction: v128,
  turnA: v128,
  turnB: v128,
  p: f32,
): void {
  const impulse = scale3(direction, p);
  a.linear = sub3(a.linear, mul3(impulse, a.inverseMass));
  a.angular = sub3(a.angular, scale3(turnA, p));
  b.linear = add3(b.linear, mul3(impulse, b.inverseMass));
  b.angular = add3(b.angular, scale3(turnB, p));
}

/**
 * What a row sees of two bodies' motions: direction · linear + armB · angularB − armA · angularA,
 * `linear` being B's less A's. The lanes are summed once instead of three times.
 */
function along(
  direction: v128,
  armA: v128,
  armB: v128,
  linear: v128,
  angularA: v128,
  angularB: v128,
): f32 {
  const angular = sub3(mul3(armB, angularB), mul3(armA, angularA));
  return sum3(add3(mul3(direction, linear), angular));
}

/** Applies the impulses that the contact carries from the substep or tick before. */
export function warmStartContacts(): void {
  const count = constraints();
  for (let i = 0; i < count; i++) warmStart(constraint(i));
}

function warmStart(c: Constraint): void {
  const a = solverBody(c.slotA);
  const b = solverBody(c.slotB);
  let impulse = add3(scale3(c.tangent1, c.impulse1), scale3(c.tangent2, c.impulse2));
  let turnA = add3(scale3(c.turn1A, c.impulse1), scale3(c.turn2A, c.impulse2));
  let turnB = add3(scale3(c.turn1B, c.impulse1), scale3(c.turn2B, c.impulse2));
  let total: f32 = 0;
  for (let j = 0; j < c.pointCount; j++) {
    const p = point(c.firstPoint + j);
    total += p.impulse;
    turnA = add3(turnA, scale3(p.turnA, p.impulse));
    turnB = add3(turnB, scale3(p.turnB, p.impulse));
  }
  if (c.pointCount > 1) {
    turnA = add3(turnA, scale3(c.twistA, c.twist));
    turnB = add3(turnB, scale3(c.twistB, c.twist));
  }
  impulse = add3(impulse, scale3(c.normal, total));
  a.linear = sub3(a.linear, mul3(impulse, a.inverseMass));
  a.angular = sub3(a.angular, turnA);
  b.linear = add3(b.linear, mul3(impulse, b.inverseMass));
  b.angular = add3(b.angular, turnB);
}

/** One velocity iteration. With `useBias` overlaps are pushed out softly; without, only relaxed. */
export function solveContacts(useBias: bool): void {
  const count = constraints();
  for (let i = 0; i < count; i++) solve(constraint(i), useBias);
}

/**
 * Non-penetration point by point, then Coulomb friction at the centroid: the tangent impulse stays
 * in a disc of radius μ·load. The accumulated impulse is clamped, not the increment: a warm start
 * that was too strong must be able to be taken back. Velocities live in locals from the first row
 * to the last, because the compiler cannot know that records do not overlap.
 */
function solve(c: Constraint, useBias: bool): void {
  const a = solverBody(c.slotA);
  const b = solverBody(c.slotB);
  const massA = a.inverseMass;
  const massB = b.inverseMass;
  const normal = c.normal;
  const moved = sub3(b.moved, a.moved);
  let vA = a.linear;
  let wA = a.angular;
  let vB = b.linear;
  let wB = b.angular;
  let load: f32 = 0;
  for (let j = 0; j < c.pointCount; j++) {
    const p = point(c.firstPoint + j);
    const s = p.separation + along(normal, p.armA, p.armB, moved, a.turned, b.turned);
    const speed = along(normal, p.armA, p.armB, sub3(vB, vA), wA, wB);
    const previous = p.impulse;
    const impulse = max<f32>(nextImpulse(c, p, s, speed, useBias), 0);
    const change = impulse - previous;
    p.impulse = impulse;
    p.impulseMax = max<f32>(p.impulseMax, impulse);
    load += impulse;
    const thrust = scale3(normal, change);
    vA = sub3(vA, mul3(thrust, massA));
    wA = sub3(wA, scale3(p.turnA, change));
    vB = add3(vB, mul3(thrust, massB));
    wB = add3(wB, scale3(p.turnB, change));
  }

  // Friction belongs to the relaxing pass alone: the other's velocities hold the push out of
  // overlaps, and friction against those makes stacks rock for ever.
  // Nothing presses and nothing is left to take back: a contact that is only near.
  if (useBias || (load == 0 && c.impulse1 == 0 && c.impulse2 == 0 && c.twist == 0)) {
    a.linear = vA;
    a.angular = wA;
    b.linear = vB;
    b.angular = wB;
    return;
  }
  const limit = c.friction * load;
  const slip = sub3(vB, vA);
  let p1 = c.impulse1 - c.tangentMass1 * along(c.tangent1, c.arm1A, c.arm1B, slip, wA, wB);
  let p2 = c.impulse2 - c.tangentMass2 * along(c.tangent2, c.arm2A, c.arm2B, slip, wA, wB);
  const squared = p1 * p1 + p2 * p2;
  if (squared > limit * limit) {
    const share = limit / Mathf.sqrt(squared);
    p1 *= share;
    p2 *= share;
  }
  const d1 = p1 - c.impulse1;
  const d2 = p2 - c.impulse2;
  c.impulse1 = p1;
  c.impulse2 = p2;
  const drag = add3(scale3(c.tangent1, d1), scale3(c.tangent2, d2));
  vA = sub3(vA, mul3(drag, massA));
  wA = sub3(wA, add3(scale3(c.turn1A, d1), scale3(c.turn2A, d2)));
  vB = add3(vB, mul3(drag, massB));
  wB = add3(wB, add3(scale3(c.turn1B, d1), scale3(c.turn2B, d2)));
  if (c.pointCount > 1) {
    const change = twistChange(c, limit * c.twistRadius, dot3(normal, sub3(wB, wA)));
    wA = sub3(wA, scale3(c.twistA, change));
    wB = add3(wB, scale3(c.twistB, change));
  }
  a.linear = vA;
  a.angular = wA;
  b.linear = vB;
  b.angular = wB;
}

/** The impulse that a point asks for, before it is clamped; see `softness.ts` for the formula. */
function nextImpulse(c: Constraint, p: Point, separation: f32, speed: f32, useBias: bool): f32 {
  const previous = p.impulse;
  if (separation > 0) return previous - p.normalMass * (speed + separation * INVERSE_SUBSTEP);
  if (!useBias) return previous - p.normalMass * speed;
  const overlap = min<f32>(0, separation + LINEAR_SLOP_M);
  const bias = max<f32>(c.biasRate * overlap, -CONTACT_PUSH_MAX_MPS);
  return previous - p.normalMass * c.massScale * (speed + bias) - c.impulseScale * previous;
}

/** Friction against turning about the normal; returns the change of its impulse. */
function twistChange(c: Constraint, limit: f32, spin: f32): f32 {
  const twist = min<f32>(limit, max<f32>(-limit, c.twist - c.twistMass * spin));
  const change = twist - c.twist;
  c.twist = twist;
  return change;
}

/** After the substeps: points that were hit faster than the threshold bounce once. */
export function applyRestitution(): void {
  const count = constraints();
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    if (c.restitution == 0) continue;
    const a = solverBody(c.slotA);
    const b = solverBody(c.slotB);
    for (let j = 0; j < c.pointCount; j++) {
      const p = point(c.firstPoint + j);
      if (p.approach > -RESTITUTION_THRESHOLD_MPS || p.impulseMax == 0) continue;
      const speed =
        dot3(c.normal, sub3(b.linear, a.linear)) +
        dot3(p.armB, b.angular) -
        dot3(p.armA, a.angular);
      const wanted = p.impulse - p.normalMass * (speed + c.restitution * p.approach);
      const impulse = max<f32>(wanted, 0);
      push(a, b, c.normal, p.turnA, p.turnB, impulse - p.impulse);
      p.impulse = impulse;
    }
  }
}
