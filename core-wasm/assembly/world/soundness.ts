import { Body, BodyKind, entityIndex, Role, Shape } from '../body/body';
import { isSize } from '../body/size';
import { areContactImpulsesSound, Contact, contactKey } from '../contact/contact';
import { SENSOR_PART } from '../contact/sense';
import { Joint, jointKey } from '../joint/joint';
import { beginIndices, isNewIndex } from '../joint/joint-indices';
import { areImpulsesSound, isJointSound } from '../joint/joint-sound';
import { BODY_BYTES, CONTACT_SHIFT, JOINT_BYTES, PLAYER_BYTES } from '../layout';
import {
  ANGULAR_SPEED_MAX_RPS,
  CONTACT_CAPACITY,
  DEFINITION_CAPACITY,
  ENTITY_CAPACITY,
  GRAVITY_MAX_MPS2,
  JETPACK_ENERGY_MAX_J,
  JOINT_CAPACITY,
  LINEAR_SPEED_MAX_MPS,
  MANIFOLD_POINTS_MAX,
  MOVER_CAPACITY,
  PLAYER_CAPACITY,
  STATIC_CAPACITY,
  STEP_MAX_M,
  WATER_NONE_M,
} from '../limits';
import { isNormalizedQuat, isUnitQuat } from '../math/quat';
import { isPositive4, isWithin3, isWithin4, w3 } from '../math/vec3';
import { Grip, GripKind } from '../player/grip-record';
import { Button, leftGripOf, Player, rightGripOf } from '../player/player';
import { Walker } from '../player/walker';
import { areDefinitionsSound, isIn } from '../shape/definition-check';
import { Header } from './header';
import {
  packedBodies,
  packedContacts,
  packedDefinitions,
  packedGenerations,
  packedJoints,
  packedPlayers,
} from './packed';
import { isInRegion } from './region';

/**
 * Whether a state from outside is one that the step can go on from: ordered as the step relies on,
 * naming only what exists, with no number in it that could become NaN. A checkpoint's hash says
 * that it is what was written; this says that a host cannot be harmed by what was written.
 */

/** Hands and fast kinematic bodies pass the limits of what the solver moves, but not by much. */
const SPEED_SHARE: f32 = 2.0;
const INVERSE_MASS_MAX: f32 = 1e10;
const GRIP_OFFSET_MAX_M: f32 = 1000.0;

export function areCountsPossible(h: Header): bool {
  return (
    h.moverCount >= 0 &&
    h.moverCount <= MOVER_CAPACITY &&
    h.staticCount >= 0 &&
    h.staticCount <= STATIC_CAPACITY &&
    h.playerCount >= 0 &&
    h.playerCount <= PLAYER_CAPACITY &&
    h.jointCount >= 0 &&
    h.jointCount <= JOINT_CAPACITY &&
    h.contactCount >= 0 &&
    h.contactCount <= CONTACT_CAPACITY &&
    h.restless <= 1 &&
    h.entityHigh >= 1 &&
    h.entityHigh <= ENTITY_CAPACITY &&
    h.definitionCount >= 0 &&
    h.definitionCount <= DEFINITION_CAPACITY &&
    h.reserved == 0
  );
}

function isHeaderSound(h: Header): bool {
  return (
    isWithin3(h.gravity, GRAVITY_MAX_MPS2) &&
    w3(h.gravity) == 0 &&
    h.reserved == 0 &&
    Mathf.abs(h.waterLevel) <= -WATER_NONE_M
  );
}

// The sections that are looked at.
let generations: usize = 0;
let definitions: usize = 0;
let definitionCount: i32 = 0;
let bodies: usize = 0;
let moverCount: i32 = 0;
let staticCount: i32 = 0;

/** `h`: header of a packed state, its sections behind it. */
export function isSound(h: Header): bool {
  generations = packedGenerations(h);
  definitions = packedDefinitions(h);
  definitionCount = h.definitionCount;
  bodies = packedBodies(h);
  moverCount = h.moverCount;
  staticCount = h.staticCount;
  return (
    isHeaderSound(h) &&
    areDefinitionsSound(definitions, definitionCount) &&
    areBodiesSound(h.entityHigh, h.playerCount) &&
    arePlayersSound(packedPlayers(h), h.playerCount) &&
    areJointsSound(packedJoints(h), h.jointCount) &&
    areContactsSound(packedContacts(h), h.contactCount)
  );
}

/** Movers, then statics, without a gap. */
function bodyAt(place: i32): Body {
  return changetype<Body>(bodies + <usize>place * BODY_BYTES);
}

function areBodiesSound(entityHigh: i32, playerCount: i32): bool {
  let before = 0;
  let owned = 0;
  for (let place = 0; place < moverCount + staticCount; place++) {
    const b = bodyAt(place);
    const index = entityIndex(b.id);
    if (place == moverCount) before = 0;
    if (index <= before || index >= entityHigh) return false;
    if (load<u16>(generations + ((<usize>index) << 1)) != <u16>(b.id >>> 16)) return false;
    if ((b.kind == BodyKind.STATIC) != place >= moverCount || !isBodySound(b)) return false;
    if (place >= moverCount && find(index) >= 0) return false;
    if (b.role != Role.LOOSE) owned++;
    before = index;
  }
  return owned == 3 * playerCount;
}

function isBodySound(b: Body): bool {
  if (<i32>b.kind > BodyKind.STATIC || !isLookSound(b)) return false;
  if (<i32>b.role > Role.HAND_RIGHT || (b.role == Role.LOOSE && b.owner != 0)) return false;
  if (b.role != Role.LOOSE && b.sensor != 0) return false;
  if (!isInRegion(b.position) || !isNormalizedQuat(b.rotation) || !isSize(b.shape, b.size))
    return false;
  if (!isWithin4(b.linearVelocity, SPEED_SHARE * LINEAR_SPEED_MAX_MPS)) return false;
  if (!isWithin4(b.angularVelocity, SPEED_SHARE * ANGULAR_SPEED_MAX_RPS)) return false;
  if (b.asleep > 1 || b.sensor > 1 || b.reserved1 != 0 || b.reserved2 != 0) return false;
  if (b.asleep != 0 && !isAtRest(b)) return false;
  return areFourthsZero(b) && isMassSound(b) && areMaterialsSound(b);
}

/** What sleeps does not move and belongs to nobody. */
function isAtRest(b: Body): bool {
  return b.role == Role.LOOSE && isWithin4(b.linearVelocity, 0) && isWithin4(b.angularVelocity, 0);
}

/** A hull or compound is one of the snapshot's own definitions; nothing else has one. */
function isLookSound(b: Body): bool {
  if (<i32>b.shape <= Shape.BOX) return b.definition == 0;
  return (
    <i32>b.shape <= Shape.COMPOUND && isIn(definitions, definitionCount, b.definition, b.shape)
  );
}

/** A part is the number of a piece of A times 8 plus that of B, or on terrain less. */
const PART_MAX: u16 = 63;

/** Vectors of three keep lane 3 at zero: sums over all lanes, and equal bytes, rely on it. */
function areFourthsZero(b: Body): bool {
  return (
    w3(b.position) == 0 &&
    w3(b.size) == 0 &&
    w3(b.linearVelocity) == 0 &&
    w3(b.angularVelocity) == 0
  );
}

/** What is held or hit divides by the mass of a loose body; a player's inertia is never used. */
function isMassSound(b: Body): bool {
  if (!isWithin4(b.inverseMass, INVERSE_MASS_MAX)) return false;
  if (b.kind != BodyKind.DYNAMIC) return isWithin4(b.inverseMass, 0);
  return b.role != Role.LOOSE || isPositive4(b.inverseMass);
}

function areMaterialsSound(b: Body): bool {
  return (
    b.friction >= 0 &&
    b.friction <= 4 &&
    b.restitution >= 0 &&
    b.restitution <= 1 &&
    b.linearDamping >= 0 &&
    b.linearDamping <= 1000 &&
    b.angularDamping >= 0 &&
    b.angularDamping <= 1000 &&
    Mathf.abs(b.gravityScale) <= 1000
  );
}

function arePlayersSound(players: usize, count: i32): bool {
  let before = 0;
  for (let i = 0; i < count; i++) {
    const p = changetype<Player>(players + <usize>i * PLAYER_BYTES);
    const index = entityIndex(p.id);
    if (index <= before) return false;
    if (!isPart(p.id, p.id, Role.PLAYER)) return false;
    if (!isPart(p.leftHand, p.id, Role.HAND_LEFT)) return false;
    if (!isPart(p.rightHand, p.id, Role.HAND_RIGHT)) return false;
    if (!isWalkerSound(p) || !isGripSound(leftGripOf(p)) || !isGripSound(rightGripOf(p)))
      return false;
    before = index;
  }
  return true;
}

function isPart(id: u32, owner: u32, role: Role): bool {
  const place = find(entityIndex(id));
  if (place < 0 || bodyAt(place).id != id) return false;
  return bodyAt(place).owner == owner && bodyAt(place).role == role;
}

/** The ground's entity may be gone: then it is like the terrain. */
function isWalkerSound(w: Walker): bool {
  return (
    isWithin4(w.groundNormal, 1.01) &&
    w3(w.groundNormal) == 0 &&
    Mathf.abs(w.groundGap) <= STEP_MAX_M &&
    w.submersion >= 0 &&
    w.submersion <= 1 &&
    w.energy >= 0 &&
    w.energy <= JETPACK_ENERGY_MAX_J &&
    (<i32>(w.buttons | w.buttonsBefore) & ~Button.ALL) == 0 &&
    w.grounded <= 1 &&
    w.reserved == 0
  );
}

function isGripSound(grip: Grip): bool {
  if (!isWithin4(grip.offset, GRIP_OFFSET_MAX_M) || w3(grip.offset) != 0) return false;
  if (!isWithin4(grip.turn, 1.01)) return false;
  if (grip.reserved0 != 0 || grip.reserved1 != 0) return false;
  if (grip.kind == GripKind.OPEN || grip.kind == GripKind.TERRAIN) return grip.held == 0;
  if (<i32>grip.kind > GripKind.TERRAIN) return false;
  const b = findHeld(grip.held);
  if (b == null || b.role != Role.LOOSE) return false;
  if (grip.kind == GripKind.HOLD) return b.kind != BodyKind.DYNAMIC;
  return b.kind == BodyKind.DYNAMIC && isUnitQuat(grip.turn);
}

/** Sorted, each id once, between bodies that exist and are no hands. */
function areJointsSound(joints: usize, count: i32): bool {
  beginIndices();
  let before: u64 = 0;
  for (let i = 0; i < count; i++) {
    const j = changetype<Joint>(joints + <usize>i * JOINT_BYTES);
    const key = jointKey(j);
    if (key <= before || !isNewIndex(j.id)) return false;
    if (!isJointSound(j) || !areImpulsesSound(j)) return false;
    if (!mayJoin(j.bodyA) || (j.bodyB != 0 && !mayJoin(j.bodyB))) return false;
    before = key;
  }
  return true;
}

function mayJoin(id: u32): bool {
  const place = findAny(entityIndex(id));
  return place >= 0 && bodyAt(place).id == id && <i32>bodyAt(place).role <= Role.PLAYER;
}

/** Ids are not looked up: the next step drops the contact of a body that is not there. */
function areContactsSound(contacts: usize, count: i32): bool {
  let before: u64 = 0;
  for (let i = 0; i < count; i++) {
    const c = changetype<Contact>(contacts + ((<usize>i) << CONTACT_SHIFT));
    const key = contactKey(c.idA, c.idB, c.part, c.staticB);
    if (
      key <= before ||
      (c.part > PART_MAX && <u32>c.part < SENSOR_PART) ||
      c.staticB > 1 ||
      c.pointCount > <u32>MANIFOLD_POINTS_MAX
    )
      return false;
    if (!areContactImpulsesSound(c)) return false;
    before = key;
  }
  return true;
}

/** Place of the mover or static with this entity index in the snapshot, or −1. */
function findAny(index: i32): i32 {
  const place = find(index);
  return place >= 0 ? place : findBetween(moverCount, moverCount + staticCount, index);
}

/** Place of the mover with this entity index in the snapshot, or −1. */
function find(index: i32): i32 {
  return findBetween(0, moverCount, index);
}

function findHeld(id: u32): Body | null {
  const place = findAny(entityIndex(id));
  return place >= 0 && bodyAt(place).id == id ? bodyAt(place) : null;
}

function findBetween(first: i32, end: i32, index: i32): i32 {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entityIndex(bodyAt(middle).id) < index) low = middle + 1;
    else high = middle;
  }
  return low < end && entityIndex(bodyAt(low).id) == index ? low : -1;
}
