import { Body, BodyKind, entityIndex } from '../body/body';
import { Contact } from '../contact/contact';
import { Joint } from '../joint/joint';
import {
  BODY_BYTES,
  CONTACT_BYTES,
  CONTACT_SHIFT,
  JOINT_BYTES,
  PLAYER_BYTES,
  POINT_BYTES,
  POINTS,
  SLOT_CAPACITY,
} from '../layout';
import {
  CONTACT_CAPACITY,
  ENTITY_CAPACITY,
  JOINT_CAPACITY,
  PLAYER_CAPACITY,
  POINT_CAPACITY,
} from '../limits';
import { leftGripOf, Player, rightGripOf } from '../player/player';
import { Header } from './header';
import { packedBodies, packedContacts, packedEnd, packedJoints, packedPlayers } from './packed';

/**
 * Where everything of a checked packed state is, by entity: its body, its player, its joints and
 * contacts, and whom it is tied to. Built once, it lets a part be taken at the cost of the part,
 * where a walk through all sections costs the world each time.
 *
 * It stands in the room of the constraints' points, so any step ends it.
 */

/** By entity index: one more than the place among the packed bodies, 0 for none. */
const BODY_PLACES: usize = POINTS;
/** The same among players, among contacts (the first that it is A of), among joints it owns. */
const PLAYER_PLACES: usize = BODY_PLACES + ENTITY_CAPACITY * 2;
const JOINT_HEADS: usize = PLAYER_PLACES + ENTITY_CAPACITY * 2;
const CONTACT_PLACES: usize = JOINT_HEADS + ENTITY_CAPACITY * 2;
/** One more than the number of its last tie, 0 for none. */
const TIE_HEADS: usize = CONTACT_PLACES + ENTITY_CAPACITY * 4;
/** One more than the place of the owner's next joint, by joint. */
const JOINT_NEXT: usize = TIE_HEADS + ENTITY_CAPACITY * 4;
/** A tie is whom to (entity index), and one more than the number of the next, for each end. */
const TIES: usize = JOINT_NEXT + JOINT_CAPACITY * 2;
/** Two hands, two grips and the ground. */
const TIES_OF_PLAYER: i32 = 5;
const TIE_CAPACITY: i32 =
  2 * (TIES_OF_PLAYER * PLAYER_CAPACITY + JOINT_CAPACITY + CONTACT_CAPACITY);

/** Where the index ends; what goes with it may stand behind. */
export const INDEX_END: usize = TIES + TIE_CAPACITY * 8;
assert(INDEX_END <= POINTS + POINT_CAPACITY * POINT_BYTES);
assert(SLOT_CAPACITY < 65536 && ENTITY_CAPACITY <= 65536 && JOINT_CAPACITY < 65536);

let bodies: usize = 0;
let players: usize = 0;
let joints: usize = 0;
let contacts: usize = 0;
let contactsEnd: usize = 0;
let ties: i32 = 0;

/** Indexes the checked packed state of which `h` is the header. */
export function indexPacked(h: Header): void {
  bodies = packedBodies(h);
  players = packedPlayers(h);
  joints = packedJoints(h);
  contacts = packedContacts(h);
  contactsEnd = packedEnd(h);
  memory.fill(BODY_PLACES, 0, JOINT_NEXT - BODY_PLACES);
  ties = 0;
  indexBodies(h.moverCount + h.staticCount);
  indexPlayers(h.playerCount);
  indexJoints(h.jointCount);
  indexContacts(h.contactCount);
}

function indexBodies(count: i32): void {
  for (let place = 0; place < count; place++) {
    const b = changetype<Body>(bodies + <usize>place * BODY_BYTES);
    store<u16>(BODY_PLACES + ((<usize>entityIndex(b.id)) << 1), <u16>(place + 1));
  }
}

function indexPlayers(count: i32): void {
  for (let place = 0; place < count; place++) {
    const p = changetype<Player>(players + <usize>place * PLAYER_BYTES);
    store<u16>(PLAYER_PLACES + ((<usize>entityIndex(p.id)) << 1), <u16>(place + 1));
    tie(p.id, p.leftHand);
    tie(p.id, p.rightHand);
    tie(p.id, leftGripOf(p).held);
    tie(p.id, rightGripOf(p).held);
    tie(p.id, p.groundEntity);
  }
}

/** From the last to the first, so that each owner's list ascends. */
function indexJoints(count: i32): void {
  for (let place = count - 1; place >= 0; place--) {
    const j = jointAt(place);
    const head = JOINT_HEADS + ((<usize>entityIndex(ownerOf(j))) << 1);
    store<u16>(JOINT_NEXT + ((<usize>place) << 1), load<u16>(head));
    store<u16>(head, <u16>(place + 1));
    tie(j.bodyA, j.bodyB);
  }
}

function indexContacts(count: i32): void {
  for (let place = count - 1; place >= 0; place--) {
    const c = changetype<Contact>(contacts + ((<usize>place) << CONTACT_SHIFT));
    // Ids of contacts are not looked up by the check, so that one may be of no entity.
    const index = entityIndex(c.idA);
    if (index >= ENTITY_CAPACITY) continue;
    store<u32>(CONTACT_PLACES + ((<usize>index) << 2), place + 1);
    tie(c.idA, c.idB);
  }
}

/** Notes that two movers are in one part or in none. */
function tie(a: u32, b: u32): void {
  if (!isMover(b) || !isMover(a)) return;
  addTie(entityIndex(a), entityIndex(b));
  addTie(entityIndex(b), entityIndex(a));
}

function addTie(from: i32, to: i32): void {
  assert(ties < TIE_CAPACITY);
  const head = TIE_HEADS + ((<usize>from) << 2);
  const at = TIES + ((<usize>ties) << 3);
  store<u32>(at, to);
  store<u32>(at, load<u32>(head), 4);
  ties++;
  store<u32>(head, ties);
}

/** The packed body of an entity, 0 when it is not there; its generation must match. */
export function findPacked(id: u32): usize {
  const index = entityIndex(id);
  if (index <= 0 || index >= ENTITY_CAPACITY) return 0;
  const at = bodyOf(index);
  return at != 0 && changetype<Body>(at).id == id ? at : 0;
}

/** The packed body of an entity index, 0 for none. */
export function bodyOf(index: i32): usize {
  const place = <usize>load<u16>(BODY_PLACES + ((<usize>index) << 1));
  return place == 0 ? 0 : bodies + (place - 1) * BODY_BYTES;
}

export function isMover(id: u32): bool {
  const at = findPacked(id);
  return at != 0 && changetype<Body>(at).kind != BodyKind.STATIC;
}

/** The packed player of an entity index, 0 for none. */
export function playerOf(index: i32): usize {
  const place = <usize>load<u16>(PLAYER_PLACES + ((<usize>index) << 1));
  return place == 0 ? 0 : players + (place - 1) * PLAYER_BYTES;
}

/** A joint goes with the mover that it holds, and with its A when it holds none. */
export function ownerOf(j: Joint): u32 {
  return !isMover(j.bodyA) && isMover(j.bodyB) ? j.bodyB : j.bodyA;
}

export function jointAt(place: i32): Joint {
  return changetype<Joint>(joints + <usize>place * JOINT_BYTES);
}

/** Place of the first joint that an entity index owns, −1 for none. */
export function firstJoint(index: i32): i32 {
  return <i32>load<u16>(JOINT_HEADS + ((<usize>index) << 1)) - 1;
}

/** Place of the same owner's next joint, −1 behind the last. */
export function nextJoint(place: i32): i32 {
  return <i32>load<u16>(JOINT_NEXT + ((<usize>place) << 1)) - 1;
}

/** Start of the contacts whose A is of that entity index; 0 for none. */
export function contactsOf(index: i32): usize {
  const place = <usize>load<u32>(CONTACT_PLACES + ((<usize>index) << 2));
  return place == 0 ? 0 : contacts + ((place - 1) << CONTACT_SHIFT);
}

/** End of the run of contacts of one A that begins at `start`. */
export function contactsEndOf(start: usize, index: i32): usize {
  let at = start;
  while (at < contactsEnd && entityIndex(changetype<Contact>(at).idA) == index) {
    at += CONTACT_BYTES;
  }
  return at;
}

/** Number of the first tie of an entity index, −1 for none. */
export function firstTie(index: i32): i32 {
  return load<i32>(TIE_HEADS + ((<usize>index) << 2)) - 1;
}

export function nextTie(number: i32): i32 {
  return load<i32>(TIES + ((<usize>number) << 3), 4) - 1;
}

/** Entity index at the other end. */
export function tiedTo(number: i32): i32 {
  return load<i32>(TIES + ((<usize>number) << 3));
}
