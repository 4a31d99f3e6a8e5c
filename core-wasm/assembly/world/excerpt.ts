import { Body, BodyKind, entityIndex, Shape } from '../body/body';
import { Joint } from '../joint/joint';
import {
  BODY_BYTES,
  CONTACT_SHIFT,
  EXCERPT,
  HEADER_BYTES,
  JOINT_BYTES,
  LISTED,
  PLAYER_BYTES,
  STAGING,
} from '../layout';
import { ENTITY_CAPACITY, JOINT_CAPACITY } from '../limits';
import { clearWanted, copyWanted, wantDefinition } from '../shape/definition-sets';
import { WireFault } from '../wire/reader';
import { addBit, clearBits, hasBit, listBits } from './bit-set';
import { Header } from './header';
import { packedBodies, packedDefinitions, packedEnd } from './packed';
import {
  bodyOf,
  contactsEndOf,
  contactsOf,
  findPacked,
  firstJoint,
  firstTie,
  indexPacked,
  jointAt,
  nextJoint,
  nextTie,
  playerOf,
  tiedTo,
} from './packed-index';
import { checkState, PREFIX_BYTES, saveState } from './snapshot';

/**
 * Taking a closed set of bodies out of a world: with their players, joints and contacts, asleep or
 * awake, bit for bit. Closed is a set that no joint, grip or contact leaves but to what is static;
 * `island/groups.ts` gives sets that stay closed for a frame. Joints among statics stay with those.
 *
 * An excerpt is a packed state of only these bodies and what they look like, without generations,
 * behind a magic number of its own. It goes in again in `insert.ts`. It is taken from the packed
 * state that is open, and costs what it holds, not what the world holds.
 */

export const EXCERPT_MAGIC: u64 = 0x3230_5450_5245_4358;

/** Whose bits are set are listed, by entity index; empty between two excerpts. */
const LISTED_SET: usize = memory.data(ENTITY_CAPACITY / 8, 16);
/** The listed entity indices, ascending, two bytes each. */
const ORDER: usize = memory.data(ENTITY_CAPACITY * 2, 16);
/** The same of joints, by place. */
const JOINT_SET: usize = memory.data(JOINT_CAPACITY / 8, 16);
const JOINT_ORDER: usize = memory.data(JOINT_CAPACITY * 2, 16);

let lowest: i32 = 0;
let highest: i32 = 0;

/** Makes the snapshot of `length` bytes in STAGING the one that excerpts are taken from. */
export function openSnapshot(length: i32): WireFault {
  const fault = checkState(length);
  if (fault == WireFault.NONE) indexPacked(openHeader());
  return fault;
}

/** The same of a snapshot that a world like this one made: it is sound. */
export function openOwnSnapshot(): void {
  indexPacked(openHeader());
}

/** The same with the world as it is, which needs no check. */
export function openWorld(): void {
  saveState();
  indexPacked(openHeader());
}

export function openHeader(): Header {
  return changetype<Header>(STAGING + PREFIX_BYTES);
}

/** Lists the `count` ids at `ids`, in any order; false when a body is not there. */
export function listEntities(ids: usize, count: i32): bool {
  lowest = ENTITY_CAPACITY - 1;
  highest = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(ids + ((<usize>i) << 2));
    if (findPacked(id) == 0) return false;
    const index = entityIndex(id);
    lowest = min(lowest, index);
    highest = max(highest, index);
    addBit(LISTED_SET, index);
  }
  return true;
}

/** Lists every body of the open packed state. */
export function listAll(): void {
  const h = openHeader();
  lowest = 0;
  highest = h.entityHigh - 1;
  const end = packedBodies(h) + <usize>(h.moverCount + h.staticCount) * BODY_BYTES;
  for (let at = packedBodies(h); at < end; at += BODY_BYTES) {
    addBit(LISTED_SET, entityIndex(changetype<Body>(at).id));
  }
}

export function isListed(id: u32): bool {
  return entityIndex(id) < ENTITY_CAPACITY && hasBit(LISTED_SET, entityIndex(id));
}

/** Forgets who is listed. */
export function unlist(): void {
  clearBits(LISTED_SET, lowest, highest);
}

/** How many are listed; their indices are then in order. */
export function orderListed(): i32 {
  return listBits(LISTED_SET, lowest, highest, ORDER);
}

export function orderedIndex(place: i32): i32 {
  return <i32>load<u16>(ORDER + ((<usize>place) << 1));
}

/** Whether nobody of the `count` ordered is tied to a mover that is not listed. */
export function isClosed(count: i32): bool {
  for (let i = 0; i < count; i++) {
    for (let tie = firstTie(orderedIndex(i)); tie >= 0; tie = nextTie(tie)) {
      if (!hasBit(LISTED_SET, tiedTo(tie))) return false;
    }
  }
  return true;
}

/** Notes what the `count` ordered look like; false when they look like nothing that is defined. */
export function wantLooks(count: i32): bool {
  let isWanting = false;
  const h = openHeader();
  const start = packedDefinitions(h);
  for (let i = 0; i < count; i++) {
    const b = changetype<Body>(bodyOf(orderedIndex(i)));
    if (<i32>b.shape <= Shape.BOX) continue;
    if (!isWanting) clearWanted();
    isWanting = true;
    wantDefinition(start, h.definitionCount, b.definition);
  }
  return isWanting;
}

function append(to: usize, from: usize, length: i32): usize {
  memory.copy(to, from, length);
  return to + <usize>length;
}

/** Appends the listed bodies that are static, or those that are not; returns the end. */
function appendBodies(to: usize, count: i32, isStatic: bool): usize {
  let end = to;
  for (let i = 0; i < count; i++) {
    const at = bodyOf(orderedIndex(i));
    if ((changetype<Body>(at).kind == BodyKind.STATIC) != isStatic) continue;
    end = append(end, at, BODY_BYTES);
  }
  return end;
}

function appendPlayers(to: usize, count: i32): usize {
  let end = to;
  for (let i = 0; i < count; i++) {
    const at = playerOf(orderedIndex(i));
    if (at != 0) end = append(end, at, PLAYER_BYTES);
  }
  return end;
}

/** How many joints the `count` ordered own; they are then in order by A, who need not own them. */
export function orderJoints(count: i32): i32 {
  let first = JOINT_CAPACITY;
  let last = -1;
  for (let i = 0; i < count; i++) {
    for (let j = firstJoint(orderedIndex(i)); j >= 0; j = nextJoint(j)) {
      addBit(JOINT_SET, j);
      first = min(first, j);
      last = max(last, j);
    }
  }
  const found = listBits(JOINT_SET, first, last, JOINT_ORDER);
  clearBits(JOINT_SET, first, last);
  return found;
}

export function orderedJoint(place: i32): Joint {
  return jointAt(<i32>load<u16>(JOINT_ORDER + ((<usize>place) << 1)));
}

function appendJoints(to: usize, count: i32): usize {
  const found = orderJoints(count);
  let end = to;
  for (let i = 0; i < found; i++) {
    end = append(end, changetype<usize>(orderedJoint(i)), JOINT_BYTES);
  }
  return end;
}

function appendContacts(to: usize, count: i32): usize {
  let end = to;
  for (let i = 0; i < count; i++) {
    const start = contactsOf(orderedIndex(i));
    if (start == 0) continue;
    end = append(end, start, <i32>(contactsEndOf(start, orderedIndex(i)) - start));
  }
  return end;
}

/** Begins a packed state at `to` as the open one's, with nobody in it, and no look. */
export function beginExcerpt(to: usize, entityHigh: i32): Header {
  const into = changetype<Header>(to + PREFIX_BYTES);
  memory.copy(to, STAGING, PREFIX_BYTES + HEADER_BYTES);
  into.entityHigh = entityHigh;
  into.moverCount = 0;
  into.staticCount = 0;
  into.playerCount = 0;
  into.jointCount = 0;
  into.contactCount = 0;
  into.definitionCount = 0;
  return into;
}

function fill(into: Header, count: i32): void {
  const h = openHeader();
  if (wantLooks(count)) {
    const looks = packedDefinitions(into);
    into.definitionCount = copyWanted(packedDefinitions(h), h.definitionCount, looks);
  }
  const movers = packedBodies(into);
  const statics = appendBodies(movers, count, false);
  into.moverCount = <i32>(statics - movers) / BODY_BYTES;
  const players = appendBodies(statics, count, true);
  into.staticCount = <i32>(players - statics) / BODY_BYTES;
  const joints = appendPlayers(players, count);
  into.playerCount = <i32>(joints - players) / PLAYER_BYTES;
  const contacts = appendJoints(joints, count);
  into.jointCount = <i32>(contacts - joints) / JOINT_BYTES;
  into.contactCount = <i32>(appendContacts(contacts, count) - contacts) >> CONTACT_SHIFT;
}

/**
 * Takes the `count` bodies whose ids are at `ids`, in any order, out of the open packed state,
 * which stays as it is. Bytes of the excerpt at `to`, where there is room for all that they have;
 * −1 when a body is not there, or the set is not closed.
 */
export function takeGroup(ids: usize, count: i32, to: usize): i32 {
  const isThere = listEntities(ids, count);
  const listed = isThere ? orderListed() : 0;
  const isTaken = isThere && isClosed(listed);
  unlist();
  if (!isTaken) return -1;
  const into = beginExcerpt(to, 0);
  store<u64>(to, EXCERPT_MAGIC);
  fill(into, listed);
  return <i32>(packedEnd(into) - to);
}

/** `takeGroup` of the ids in LISTED, to EXCERPT. */
export function takeExcerpt(count: i32): i32 {
  return takeGroup(LISTED, count, EXCERPT);
}

/** Lists every mover of the open packed state; returns how many they are. */
export function listMovers(): i32 {
  const h = openHeader();
  let to = LISTED;
  for (let i = 0; i < h.moverCount; i++) {
    store<u32>(to, changetype<Body>(packedBodies(h) + <usize>i * BODY_BYTES).id);
    to += 4;
  }
  return h.moverCount;
}
