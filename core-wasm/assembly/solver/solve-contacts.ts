import {
  CONTACT_PUSH_MAX_MPS,
  LINEAR_SLOP_M,
  RESTITUTION_THRESHOLD_MPS,
  SUBSTEP_DT,
} from '../limits';
import { add3, dot3, scale3, sub3 } from '../math/vec3';
import { Constraint, constraint, constraints, point } from './constraint';
import { SolverBody, solverBody } from './solver-body';

/**
 * Contacts one at a time in entity order, two v128 of velocity a body. Four contacts at a time
 * with graph colouring was rejected: its transposes cost more than they save on JavaScriptCore,
 * and a world-wide colouring would tie islands together.
 */

const INVERSE_SUBSTEP: f32 = 1.0 / SUBSTEP_DT;

/** Adds impulse `p` along `direction`, with each body's turn. */
function push(
  a: SolverBody,
  b: SolverBody,
  direction: v128,
  turnA: v128,
  turnB: v128,
  p: f32,
): void {
  const impulse = scale3(direction, p);
  a.linear = sub3(a.linear, f32x4.mul(impulse, a.inverseMass));
  a.angular = sub3(a.angular, scale3(turnA, p));
  b.linear = add3(b.linear, f32x4.mul(impulse, b.inverseMass));
  b.angular = add3(b.angular, scale3(turnB, p));
}

/** Applies the impulses that the contact carries from the substep or tick before. */
export function warmStartContacts(): void {
  const count = constraints();
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    const a = solverBody(c.slotA);
    const b = solverBody(c.slotB);
    for (let j = 0; j < c.pointCount; j++) {
      const p = point(c.firstPoint + j);
      push(a, b, c.normal, p.turnA, p.turnB, p.impulse);
    }
    push(a, b, c.tangent1, c.turn1A, c.turn1B, c.impulse1);
    push(a, b, c.tangent2, c.turn2A, c.turn2B, c.impulse2);
    a.angular = sub3(a.angular, scale3(c.twistA, c.twist));
    b.angular = add3(b.angular, scale3(c.twistB, c.twist));
  }
}

/** One velocity iteration. With `useBias` overlaps are pushed out softly; without, only relaxed. */
export function solveContacts(useBias: bool): void {
  const count = constraints();
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    const a = solverBody(c.slotA);
    const b = solverBody(c.slotB);
    const load = solveNormals(c, a, b, useBias);
    solveFriction(c, a, b, load);
  }
}

/**
 * The accumulated impulse is clamped, not the increment: a warm start that was too strong must be
 * able to be taken back. Returns the manifold's total normal impulse.
 */
function solveNormals(c: Constraint, a: SolverBody, b: SolverBody, useBias: bool): f32 {
  const normal = c.normal;
  let total: f32 = 0;
  for (let j = 0; j < c.pointCount; j++) {
    const p = point(c.firstPoint + j);
    const separation =
      p.separation +
      dot3(normal, sub3(b.moved, a.moved)) +
      dot3(p.armB, b.turned) -
      dot3(p.armA, a.turned);
    let bias: f32 = 0;
    let massShare: f32 = 1;
    let kept: f32 = 0;
    if (separation > 0) {
      bias = separation * INVERSE_SUBSTEP;
    } else if (useBias) {
      const overlap = min<f32>(0, separation + LINEAR_SLOP_M);
      bias = max<f32>(c.biasRate * overlap, -CONTACT_PUSH_MAX_MPS);
      massShare = c.massScale;
      kept = c.impulseScale;
    }
    const speed =
      dot3(normal, sub3(b.linear, a.linear)) + dot3(p.armB, b.angular) - dot3(p.armA, a.angular);
    const previous = p.impulse;
    const wanted = previous - p.normalMass * massShare * (speed + bias) - kept * previous;
    const impulse = max<f32>(wanted, 0);
    p.impulse = impulse;
    p.impulseMax = max<f32>(p.impulseMax, impulse);
    total += impulse;
    push(a, b, normal, p.turnA, p.turnB, impulse - previous);
  }
  return total;
}

/** Coulomb friction at the centroid: the tangent impulse stays in a disc of radius μ·load. */
function solveFriction(c: Constraint, a: SolverBody, b: SolverBody, load: f32): void {
  const limit = c.friction * load;
  const velocity = sub3(b.linear, a.linear);
  const speed1 = dot3(c.tangent1, velocity) + dot3(c.arm1B, b.angular) - dot3(c.arm1A, a.angular);
  const speed2 = dot3(c.tangent2, velocity) + dot3(c.arm2B, b.angular) - dot3(c.arm2A, a.angular);
  let impulse1 = c.impulse1 - c.tangentMass1 * speed1;
  let impulse2 = c.impulse2 - c.tangentMass2 * speed2;
  const squared = impulse1 * impulse1 + impulse2 * impulse2;
  if (squared > limit * limit) {
    const share = limit / Mathf.sqrt(squared);
    impulse1 *= share;
    impulse2 *= share;
  }
  push(a, b, c.tangent1, c.turn1A, c.turn1B, impulse1 - c.impulse1);
  push(a, b, c.tangent2, c.turn2A, c.turn2B, impulse2 - c.impulse2);
  c.impulse1 = impulse1;
  c.impulse2 = impulse2;

  const twistLimit = limit * c.twistRadius;
  const spin = dot3(c.normal, sub3(b.angular, a.angular));
  const twist = min<f32>(twistLimit, max<f32>(-twistLimit, c.twist - c.twistMass * spin));
  const change = twist - c.twist;
  c.twist = twist;
  a.angular = sub3(a.angular, scale3(c.twistA, change));
  b.angular = add3(b.angular, scale3(c.twistB, change));
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
