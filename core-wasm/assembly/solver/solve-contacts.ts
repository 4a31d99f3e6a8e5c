import { POINT_BYTES } from '../layout';
import {
  CONTACT_PUSH_MAX_MPS,
  LINEAR_SLOP_M,
  RESTITUTION_THRESHOLD_MPS,
  SUBSTEP_DT,
} from '../limits';
import { add3, addScaled3, dot3, mul3, scale3, sub3, sum3 } from '../math/vec3';
import { runCount, runEnd, runStart } from './alone';
import { Constraint, constraint, constraints, Point, point } from './constraint';
import { FIXED, SolverBody, solverBody } from './solver-body';

/**
 * Contacts one at a time in entity order, two v128 of velocity a body. Four contacts at a time
 * with graph colouring was rejected: its transposes cost more than they save on JavaScriptCore,
 * and a world-wide colouring would tie islands together.
 *
 * A substep has two passes (Catto, "Soft Step", in "Solver2D", 2024). `pushContacts` makes the
 * velocities with which bodies move: overlaps leave softly. `relaxContacts`, after the move, takes
 * the speed of the push back, so that it does not become energy, and applies friction. Friction in
 * the first pass as well was rejected: it works against the push, and stacks rock for ever.
 *
 * Velocities live in locals from a manifold's first row to its last, because the compiler cannot
 * know that records do not overlap. Along the normal all points see the same linear speed: it is
 * one scalar, and the linear velocities are written once a manifold.
 */

const INVERSE_SUBSTEP: f32 = 1.0 / SUBSTEP_DT;
/**
 * Friction also takes back this share a substep of what has slipped since the tick began: the push
 * moves bodies sideways, too little to see, but a stack would walk off on it. With a half instead
 * of a fifth balls roll by themselves.
 */
const SLIP_RETURN_RATE: f32 = 0.2 * INVERSE_SUBSTEP;

/** What a lever sees of two turns: armB · b − armA · a, the lanes summed once. */
function turning(armA: v128, armB: v128, a: v128, b: v128): f32 {
  return sum3(sub3(mul3(armB, b), mul3(armA, a)));
}

/** The same with motion along `direction` added; `linear` is B's less A's. */
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

/**
 * Applies the impulses that contacts carry from the tick before; once, in the first substep. From
 * one substep to the next a body carries their sum (`integrateVelocities`).
 */
export function warmStartContacts(): void {
  for (let run = 0; run < runCount(); run++) {
    for (let i = runStart(run); i < runEnd(run); i++) warmStart(constraint(i));
  }
}

export function warmStart(c: Constraint): void {
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

/**
 * Non-penetration, point by point. The accumulated impulse is clamped, not the increment: a warm
 * start that was too strong must be able to be taken back.
 */
export function pushContacts(): void {
  for (let run = 0; run < runCount(); run++) {
    for (let i = runStart(run); i < runEnd(run); i++) push(constraint(i));
  }
}

export function push(c: Constraint): void {
  const a = solverBody(c.slotA);
  const b = solverBody(c.slotB);
  const normal = c.normal;
  const inverseMass = c.inverseMass;
  const softMass = c.massScale;
  const softKeep: f32 = 1.0 - c.impulseScale;
  let wA = a.angular;
  let wB = b.angular;
  let speed = dot3(normal, sub3(b.linear, a.linear));
  let total: f32 = 0;
  let at = changetype<usize>(point(c.firstPoint));
  for (let left = c.pointCount; left > 0; left--, at += POINT_BYTES) {
    const p = changetype<Point>(at);
    const previous = p.impulse;
    const bias = p.bias;
    const rush = p.normalMass * (speed + turning(p.armA, p.armB, wA, wB) + bias);
    const wanted = bias > 0 ? previous - rush : softKeep * previous - softMass * rush;
    const impulse = max<f32>(wanted, 0);
    const change = impulse - previous;
    p.impulse = impulse;
    total += change;
    speed += inverseMass * change;
    wA = sub3(wA, scale3(p.turnA, change));
    wB = add3(wB, scale3(p.turnB, change));
  }
  const thrust = scale3(normal, total);
  a.linear = sub3(a.linear, mul3(thrust, a.inverseMass));
  a.angular = wA;
  // What never moves is one record: a store would make each such contact wait for the last one.
  if (c.slotB == FIXED) return;
  b.linear = add3(b.linear, mul3(thrust, b.inverseMass));
  b.angular = wB;
}

/** The velocity that a point wants to have along the normal, with its sign turned. */
export function biasOf(c: Constraint, separation: f32): f32 {
  if (separation > 0) return separation * INVERSE_SUBSTEP;
  const overlap = min<f32>(0, separation + LINEAR_SLOP_M);
  return max<f32>(c.biasRate * overlap, -CONTACT_PUSH_MAX_MPS);
}

/**
 * After the move: measures separations for the next push, then non-penetration and friction.
 * Substeps take a manifold's points in turns forward and backward, because whichever order tilts a
 * box by what the first points gave; in turns the tilts cancel, and a stack stays where it stands.
 */
export function relaxContacts(isBackward: bool): void {
  for (let run = 0; run < runCount(); run++) {
    for (let i = runStart(run); i < runEnd(run); i++) relax(constraint(i), isBackward);
  }
}

export function relax(c: Constraint, isBackward: bool): void {
  const a = solverBody(c.slotA);
  const b = solverBody(c.slotB);
  const normal = c.normal;
  const inverseMass = c.inverseMass;
  const turnedA = a.turned;
  const turnedB = b.turned;
  const moved = dot3(normal, sub3(b.moved, a.moved));
  let wA = a.angular;
  let wB = b.angular;
  let speed = dot3(normal, sub3(b.linear, a.linear));
  let total: f32 = 0;
  let load: f32 = 0;
  const pointCount = c.pointCount;
  const stride = isBackward ? -POINT_BYTES : POINT_BYTES;
  let at = changetype<usize>(point(isBackward ? c.firstPoint + pointCount - 1 : c.firstPoint));
  for (let left = pointCount; left > 0; left--, at += stride) {
    const p = changetype<Point>(at);
    const armA = p.armA;
    const armB = p.armB;
    const bias = biasOf(c, p.separation + moved + turning(armA, armB, turnedA, turnedB));
    p.bias = bias;
    const previous = p.impulse;
    const rush = speed + turning(armA, armB, wA, wB) + max<f32>(bias, 0);
    const impulse = max<f32>(previous - p.normalMass * rush, 0);
    const change = impulse - previous;
    p.impulse = impulse;
    p.impulseMax = max<f32>(p.impulseMax, impulse);
    load += impulse;
    total += change;
    speed += inverseMass * change;
    wA = sub3(wA, scale3(p.turnA, change));
    wB = add3(wB, scale3(p.turnB, change));
  }
  let thrust = scale3(normal, total);
  // A contact that is only near has nothing to rub and nothing to take back.
  if (load != 0 || c.impulse1 != 0 || c.impulse2 != 0 || c.twist != 0) {
    const vA = sub3(a.linear, mul3(thrust, a.inverseMass));
    const vB = add3(b.linear, mul3(thrust, b.inverseMass));
    const limit = c.friction * load;
    const slip = addScaled3(sub3(vB, vA), sub3(b.moved, a.moved), SLIP_RETURN_RATE);
    const turnA = addScaled3(wA, turnedA, SLIP_RETURN_RATE);
    const turnB = addScaled3(wB, turnedB, SLIP_RETURN_RATE);
    let p1 = c.impulse1 - c.tangentMass1 * along(c.tangent1, c.arm1A, c.arm1B, slip, turnA, turnB);
    let p2 = c.impulse2 - c.tangentMass2 * along(c.tangent2, c.arm2A, c.arm2B, slip, turnA, turnB);
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
    thrust = add3(thrust, add3(scale3(c.tangent1, d1), scale3(c.tangent2, d2)));
    wA = sub3(wA, add3(scale3(c.turn1A, d1), scale3(c.turn2A, d2)));
    wB = add3(wB, add3(scale3(c.turn1B, d1), scale3(c.turn2B, d2)));
    if (pointCount > 1) {
      const change = twistChange(c, limit * c.twistRadius, dot3(normal, sub3(turnB, turnA)));
      wA = sub3(wA, scale3(c.twistA, change));
      wB = add3(wB, scale3(c.twistB, change));
    }
  }
  a.linear = sub3(a.linear, mul3(thrust, a.inverseMass));
  a.angular = wA;
  if (c.slotB == FIXED) return;
  b.linear = add3(b.linear, mul3(thrust, b.inverseMass));
  b.angular = wB;
}

/** Friction against turning about the normal; returns the change of its impulse. */
function twistChange(c: Constraint, limit: f32, spin: f32): f32 {
  const twist = min<f32>(limit, max<f32>(-limit, c.twist - c.twistMass * spin));
  const change = twist - c.twist;
  c.twist = twist;
  return change;
}

/** Impulse `change` of a point on A and B. */
function hit(c: Constraint, p: Point, a: SolverBody, b: SolverBody, change: f32): void {
  const thrust = scale3(c.normal, change);
  a.linear = sub3(a.linear, mul3(thrust, a.inverseMass));
  a.angular = sub3(a.angular, scale3(p.turnA, change));
  b.linear = add3(b.linear, mul3(thrust, b.inverseMass));
  b.angular = add3(b.angular, scale3(p.turnB, change));
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
      hit(c, p, a, b, impulse - p.impulse);
      p.impulse = impulse;
    }
  }
}
