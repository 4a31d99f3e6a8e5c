import { Body, body } from '../body/body';
import { anchorDistance, anchorOf, isSameAnchor } from '../contact/anchor';
import { Contact, contact, contactKey } from '../contact/contact';
import { FIRST_STATIC } from '../layout';
import { CONTACT_CAPACITY, CONTACT_DAMPING_RATIO, CONTACT_HERTZ, POINT_CAPACITY } from '../limits';
import {
  add3,
  cross3,
  dot3,
  length3,
  perpendicular3,
  scale3,
  sub3,
  vec3,
  w3,
  x3,
} from '../math/vec3';
import { manifoldNormal, manifoldPoint, pointCount } from '../narrowphase/manifold';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { appendConstraint, Constraint, constraints, Point, point, points } from './constraint';
import { biasRate, impulseScale, massScale } from './softness';
import { biasOf } from './solve-contacts';
import { applyInertia, FIXED, SolverBody, solverBody } from './solver-body';

/** Where the search for last tick's contact stands: both lists ascend, so it only moves forward. */
let cursor: i32 = 0;

/** Stands for a slot where B is the terrain. */
export const TERRAIN: i32 = -1;

export function beginPrepare(): void {
  cursor = 0;
}

/** Lane 3 of a manifold point is its separation. */
function place(p: v128): v128 {
  return f32x4.replace_lane(p, 3, 0);
}

/** Turns the manifold under construction into a constraint between the slots. */
export function prepareConstraint(slotA: i32, slotB: i32, part: u32): void {
  const count = pointCount();
  if (count == 0) return;
  if (constraints() == CONTACT_CAPACITY || points() + count > POINT_CAPACITY) {
    raiseFault(StepFault.CONTACTS_FULL);
    return;
  }
  const isFixed = slotB == TERRAIN || slotB >= FIRST_STATIC;
  const a = body(slotA);
  const c = appendConstraint(count);
  c.slotA = slotA;
  c.slotB = isFixed ? FIXED : slotB;
  c.part = part;
  c.staticB = slotB >= FIRST_STATIC ? 1 : 0;
  c.idA = a.id;
  c.idB = slotB == TERRAIN ? 0 : body(slotB).id;
  c.normal = manifoldNormal();
  setMaterial(c, a, slotB);
  const solverA = solverBody(slotA);
  const solverB = solverBody(c.slotB);
  const centreA = a.position;
  const centreB = slotB == TERRAIN ? f32x4.splat(0) : body(slotB).position;
  setSoftness(c, solverA, solverB);
  c.inverseMass = x3(solverA.inverseMass) + x3(solverB.inverseMass);
  let centroid = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const at = place(manifoldPoint(i));
    centroid = add3(centroid, at);
    const p = point(c.firstPoint + i);
    preparePoint(p, c.normal, sub3(at, centreA), sub3(at, centreB), solverA, solverB);
    p.separation = w3(manifoldPoint(i));
    p.bias = biasOf(c, p.separation);
    p.anchor = anchorOf(sub3(at, centreA));
  }
  centroid = scale3(centroid, 1.0 / <f32>count);
  prepareFriction(c, sub3(centroid, centreA), sub3(centroid, centreB), solverA, solverB);
  if (count > 1) prepareTwist(c, centroid, solverA, solverB);
  warmStartFrom(c);
}

/** Geometric mean of the frictions, the greater restitution; the terrain is like rock. */
function setMaterial(c: Constraint, a: Body, slotB: i32): void {
  const frictionB: f32 = slotB == TERRAIN ? 0.8 : body(slotB).friction;
  const restitutionB: f32 = slotB == TERRAIN ? 0 : body(slotB).restitution;
  c.friction = Mathf.sqrt(a.friction * frictionB);
  c.restitution = max<f32>(a.restitution, restitutionB);
}

const BIAS_RATE: f32 = biasRate(CONTACT_HERTZ, CONTACT_DAMPING_RATIO);
const MASS_SCALE: f32 = massScale(CONTACT_HERTZ, CONTACT_DAMPING_RATIO);
const IMPULSE_SCALE: f32 = impulseScale(CONTACT_HERTZ, CONTACT_DAMPING_RATIO);
const FIXED_BIAS_RATE: f32 = biasRate(2.0 * CONTACT_HERTZ, CONTACT_DAMPING_RATIO);
const FIXED_MASS_SCALE: f32 = massScale(2.0 * CONTACT_HERTZ, CONTACT_DAMPING_RATIO);
const FIXED_IMPULSE_SCALE: f32 = impulseScale(2.0 * CONTACT_HERTZ, CONTACT_DAMPING_RATIO);

/** Against something that cannot give way the spring is twice as stiff. */
function setSoftness(c: Constraint, a: SolverBody, b: SolverBody): void {
  const fixed = x3(a.inverseMass) == 0 || x3(b.inverseMass) == 0;
  c.biasRate = fixed ? FIXED_BIAS_RATE : BIAS_RATE;
  c.massScale = fixed ? FIXED_MASS_SCALE : MASS_SCALE;
  c.impulseScale = fixed ? FIXED_IMPULSE_SCALE : IMPULSE_SCALE;
}

function preparePoint(
  p: Point,
  normal: v128,
  leverA: v128,
  leverB: v128,
  a: SolverBody,
  b: SolverBody,
): void {
  p.armA = cross3(leverA, normal);
  p.armB = cross3(leverB, normal);
  p.turnA = applyInertia(a, p.armA);
  p.turnB = applyInertia(b, p.armB);
  const k = x3(a.inverseMass) + x3(b.inverseMass) + dot3(p.armA, p.turnA) + dot3(p.armB, p.turnB);
  p.normalMass = k > 0 ? 1.0 / k : 0;
  p.approach =
    dot3(normal, sub3(b.linear, a.linear)) + dot3(p.armB, b.angular) - dot3(p.armA, a.angular);
  p.impulse = 0;
  p.impulseMax = 0;
}

function prepareFriction(
  c: Constraint,
  leverA: v128,
  leverB: v128,
  a: SolverBody,
  b: SolverBody,
): void {
  const inverseMass = x3(a.inverseMass) + x3(b.inverseMass);
  c.tangent1 = perpendicular3(c.normal);
  c.tangent2 = cross3(c.normal, c.tangent1);
  c.arm1A = cross3(leverA, c.tangent1);
  c.arm1B = cross3(leverB, c.tangent1);
  c.turn1A = applyInertia(a, c.arm1A);
  c.turn1B = applyInertia(b, c.arm1B);
  const k1 = inverseMass + dot3(c.arm1A, c.turn1A) + dot3(c.arm1B, c.turn1B);
  c.tangentMass1 = k1 > 0 ? 1.0 / k1 : 0;
  c.arm2A = cross3(leverA, c.tangent2);
  c.arm2B = cross3(leverB, c.tangent2);
  c.turn2A = applyInertia(a, c.arm2A);
  c.turn2B = applyInertia(b, c.arm2B);
  const k2 = inverseMass + dot3(c.arm2A, c.turn2A) + dot3(c.arm2B, c.turn2B);
  c.tangentMass2 = k2 > 0 ? 1.0 / k2 : 0;
  c.impulse1 = 0;
  c.impulse2 = 0;
  c.twist = 0;
}

/** Friction against turning about the normal, which a single point has none of. */
function prepareTwist(c: Constraint, centroid: v128, a: SolverBody, b: SolverBody): void {
  let radius: f32 = 0;
  for (let i = 0; i < c.pointCount; i++) {
    radius += length3(sub3(place(manifoldPoint(i)), centroid));
  }
  c.twistRadius = radius / <f32>c.pointCount;
  c.twistA = applyInertia(a, c.normal);
  c.twistB = applyInertia(b, c.normal);
  const kTwist = dot3(c.normal, c.twistA) + dot3(c.normal, c.twistB);
  c.twistMass = kTwist > 0 ? 1.0 / kTwist : 0;
}

/** Takes over last tick's impulses of the same pair and part, point by point. */
function warmStartFrom(c: Constraint): void {
  const key = contactKey(c.idA, c.idB, c.part, c.staticB);
  const count = header().contactCount;
  while (cursor < count && keyOf(contact(cursor)) < key) cursor++;
  if (cursor == count) return;
  const old = contact(cursor);
  if (old.idA != c.idA || old.idB != c.idB || <u32>old.part != c.part) return;
  taken = 0;
  for (let i = 0; i < c.pointCount; i++) {
    const p = point(c.firstPoint + i);
    p.impulse = takeImpulse(old, i, p.anchor);
  }
  const friction = vec3(old.frictionX, old.frictionY, old.frictionZ);
  c.impulse1 = dot3(friction, c.tangent1);
  c.impulse2 = dot3(friction, c.tangent2);
  c.twist = old.twist;
}

function keyOf(c: Contact): u64 {
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}

/** Bit i: old point i has handed its impulse on. */
let taken: u32 = 0;

/** Impulse of the nearest old point that nobody has taken; 0 when none is left. */
function takeImpulse(old: Contact, index: i32, anchor: u32): f32 {
  const count = <i32>old.pointCount;
  let best = index;
  if (index >= count || isTaken(index) || !isSameAnchor(anchor, oldAnchor(old, index))) {
    best = -1;
    let nearest = i32.MAX_VALUE;
    for (let i = 0; i < count; i++) {
      if (isTaken(i)) continue;
      const distance = anchorDistance(anchor, oldAnchor(old, i));
      if (distance >= nearest) continue;
      nearest = distance;
      best = i;
    }
    if (best < 0) return 0;
  }
  taken |= 1 << best;
  return load<f32>(changetype<usize>(old) + ((<usize>best) << 2), offsetof<Contact>('impulse0'));
}

function isTaken(index: i32): bool {
  return ((taken >>> index) & 1) != 0;
}

function oldAnchor(old: Contact, index: i32): u32 {
  return load<u32>(changetype<usize>(old) + ((<usize>index) << 2), offsetof<Contact>('anchor0'));
}
