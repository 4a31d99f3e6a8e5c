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
import { tie } from './solved';
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
  if (!isFixed) {
    tie(slotA);
    tie(slotB);
  }
  c.part = part;
  c.staticB = slotB >= FIRST_STATIC ? 1 : 0;
  c.idA = a.id;
  c.idB = slotB == TERRAIN ? 0 : body(slotB).id;
  const normal = manifoldNormal();
  c.normal = normal;
  setMaterial(c, a, slotB);
  const solverA = solverBody(slotA);
  const solverB = solverBody(c.slotB);
  const centreA = a.position;
  const centreB = slotB == TERRAIN ? f32x4.splat(0) : body(slotB).position;
  setSoftness(c, solverA, solverB);
  c.inverseMass = x3(solverA.inverseMass) + x3(solverB.inverseMass);
  let centroid = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    const found = manifoldPoint(i);
    const at = place(found);
    const leverA = sub3(at, centreA);
    centroid = add3(centroid, at);
    const p = point(c.firstPoint + i);
    preparePoint(p, normal, leverA, sub3(at, centreB), solverA, solverB, isFixed);
    p.separation = w3(found);
    p.bias = biasOf(c, w3(found));
    p.anchor = anchorOf(leverA);
  }
  centroid = scale3(centroid, 1.0 / <f32>count);
  const leverA = sub3(centroid, centreA);
  prepareFriction(c, normal, leverA, sub3(centroid, centreB), solverA, solverB, isFixed);
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

/** Inverse inertia times a lever's arm; what is fixed turns by nothing, whatever the arm. */
function turnOf(s: SolverBody, arm: v128, isFixed: bool): v128 {
  return isFixed ? f32x4.splat(0) : applyInertia(s, arm);
}

function preparePoint(
  p: Point,
  normal: v128,
  leverA: v128,
  leverB: v128,
  a: SolverBody,
  b: SolverBody,
  isFixed: bool,
): void {
  const armA = cross3(leverA, normal);
  const armB = cross3(leverB, normal);
  const turnA = applyInertia(a, armA);
  const turnB = turnOf(b, armB, isFixed);
  const k = x3(a.inverseMass) + x3(b.inverseMass) + dot3(armA, turnA) + dot3(armB, turnB);
  p.armA = armA;
  p.armB = armB;
  p.turnA = turnA;
  p.turnB = turnB;
  p.normalMass = k > 0 ? 1.0 / k : 0;
  p.approach =
    dot3(normal, sub3(b.linear, a.linear)) + dot3(armB, b.angular) - dot3(armA, a.angular);
  p.impulse = 0;
  p.impulseMax = 0;
}

function prepareFriction(
  c: Constraint,
  normal: v128,
  leverA: v128,
  leverB: v128,
  a: SolverBody,
  b: SolverBody,
  isFixed: bool,
): void {
  const inverseMass = x3(a.inverseMass) + x3(b.inverseMass);
  const tangent1 = perpendicular3(normal);
  const arm1A = cross3(leverA, tangent1);
  const arm1B = cross3(leverB, tangent1);
  const turn1A = applyInertia(a, arm1A);
  const turn1B = turnOf(b, arm1B, isFixed);
  const k1 = inverseMass + dot3(arm1A, turn1A) + dot3(arm1B, turn1B);
  c.tangent1 = tangent1;
  c.arm1A = arm1A;
  c.arm1B = arm1B;
  c.turn1A = turn1A;
  c.turn1B = turn1B;
  c.tangentMass1 = k1 > 0 ? 1.0 / k1 : 0;
  const tangent2 = cross3(normal, tangent1);
  const arm2A = cross3(leverA, tangent2);
  const arm2B = cross3(leverB, tangent2);
  const turn2A = applyInertia(a, arm2A);
  const turn2B = turnOf(b, arm2B, isFixed);
  const k2 = inverseMass + dot3(arm2A, turn2A) + dot3(arm2B, turn2B);
  c.tangent2 = tangent2;
  c.arm2A = arm2A;
  c.arm2B = arm2B;
  c.turn2A = turn2A;
  c.turn2B = turn2B;
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
