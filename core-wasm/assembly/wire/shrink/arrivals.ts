import { Body, BodyKind, entityIndex } from '../../body/body';
import { Joint, jointKey } from '../../joint/joint';
import {
  BODY_BYTES,
  CONTACT_SHIFT,
  DEFINITION_BYTES,
  EXCERPT,
  JOINT_BYTES,
  PLAYER_BYTES,
  POINT_BYTES,
  POINTS,
  SLOT_CAPACITY,
} from '../../layout';
import {
  CONTACT_CAPACITY,
  DEFINITION_CAPACITY,
  ENTITY_CAPACITY,
  JOINT_CAPACITY,
  PLAYER_CAPACITY,
  POINT_CAPACITY,
} from '../../limits';
import { Player } from '../../player/player';
import { Definition } from '../../shape/definition';
import { addBit, clearBits, hasBit, listBits } from '../../world/bit-set';
import { Header } from '../../world/header';
import { packedBodies, packedDefinitions, packedEnd } from '../../world/packed';
import { HISTORY_BYTES } from '../pack/history';

/**
 * What came in chunks, until all of it is there: then it is put in order as one packed state. Its
 * room is that of an excerpt that is taken, and of the index of what those are taken from.
 */

const BODIES: usize = EXCERPT;
const PLAYERS: usize = BODIES + SLOT_CAPACITY * BODY_BYTES;
const JOINTS: usize = PLAYERS + PLAYER_CAPACITY * PLAYER_BYTES;
const CONTACTS: usize = JOINTS + JOINT_CAPACITY * JOINT_BYTES;
const DEFINITIONS: usize = CONTACTS + ((<usize>CONTACT_CAPACITY) << CONTACT_SHIFT);

/** By entity index, of those in the set: the body, the player or 0, contacts. */
const BODY_AT: usize = POINTS;
const PLAYER_AT: usize = BODY_AT + ENTITY_CAPACITY * 4;
const CONTACTS_AT: usize = PLAYER_AT + ENTITY_CAPACITY * 4;
const CONTACTS_END: usize = CONTACTS_AT + ENTITY_CAPACITY * 4;
/** Entity indices in order. */
const ORDER: usize = CONTACTS_END + ENTITY_CAPACITY * 4;
/** Places of joints and definitions in order. */
const JOINT_ORDER: usize = ORDER + ENTITY_CAPACITY * 2;
const DEFINITION_ORDER: usize = JOINT_ORDER + JOINT_CAPACITY * 2;
/** Of a snapshot whose header has arrived: generations of who is not there. */
export const ARRIVED_GENERATIONS: usize = DEFINITION_ORDER + DEFINITION_CAPACITY * 2;
/** Of players, in the order in which they came: histories that came with them. */
const HISTORIES: usize = ARRIVED_GENERATIONS + ENTITY_CAPACITY * 2;
assert(HISTORIES + PLAYER_CAPACITY * HISTORY_BYTES <= POINTS + POINT_CAPACITY * POINT_BYTES);

/** Entity indices of who came; empty between two arrivals. */
const PRESENT: usize = memory.data(ENTITY_CAPACITY / 8, 16);

let bodies: i32 = 0;
let players: i32 = 0;
let joints: i32 = 0;
let contacts: i32 = 0;
let definitions: i32 = 0;

/** Forgets who came. */
export function beginArrivals(): void {
  clearBits(PRESENT, 0, ENTITY_CAPACITY - 1);
  bodies = 0;
  players = 0;
  joints = 0;
  contacts = 0;
  definitions = 0;
}

/** A zero body of that id, or 0 when there is no room or its index came before. */
export function arriveBody(id: u32): usize {
  const index = entityIndex(id);
  if (index == 0 || index >= ENTITY_CAPACITY || bodies == SLOT_CAPACITY) return 0;
  if (hasBit(PRESENT, index)) return 0;
  addBit(PRESENT, index);
  const at = BODIES + <usize>bodies * BODY_BYTES;
  memory.fill(at, 0, BODY_BYTES);
  changetype<Body>(at).id = id;
  put(BODY_AT, index, at);
  put(PLAYER_AT, index, 0);
  put(CONTACTS_AT, index, 0);
  put(CONTACTS_END, index, 0);
  bodies++;
  return at;
}

/** A zero player of an entity index that came, or 0 when there is no room. */
export function arrivePlayer(index: i32): usize {
  if (players == PLAYER_CAPACITY) return 0;
  const at = PLAYERS + <usize>players * PLAYER_BYTES;
  memory.fill(at, 0, PLAYER_BYTES);
  put(PLAYER_AT, index, at);
  memory.fill(arrivedHistory(players), 0, HISTORY_BYTES);
  players++;
  return at;
}

export function arrivedPlayers(): i32 {
  return players;
}

/** What is known of the entries of the player who came as number `number`; zeros for nothing. */
export function arrivedHistory(number: i32): usize {
  return HISTORIES + <usize>number * HISTORY_BYTES;
}

export function arrivedPlayer(number: i32): Player {
  return changetype<Player>(PLAYERS + <usize>number * PLAYER_BYTES);
}

/** Zero contacts of an entity index that came, or 0 when there is no room. */
export function arriveContacts(index: i32, count: i32): usize {
  if (count > CONTACT_CAPACITY - contacts) return 0;
  const at = CONTACTS + ((<usize>contacts) << CONTACT_SHIFT);
  const bytes = (<usize>count) << CONTACT_SHIFT;
  memory.fill(at, 0, bytes);
  put(CONTACTS_AT, index, at);
  put(CONTACTS_END, index, at + bytes);
  contacts += count;
  return at;
}

/** A zero joint, to be settled once it is known; 0 when there is no room. */
export function arriveJoint(): usize {
  if (joints == JOINT_CAPACITY) return 0;
  const at = JOINTS + <usize>joints * JOINT_BYTES;
  memory.fill(at, 0, JOINT_BYTES);
  return at;
}

/** Finds the place in order of the joint that arrived last. */
export function settleJoint(): void {
  const key = jointKey(jointAt(joints));
  let place = joints;
  while (place > 0 && jointKey(jointAt(inOrder(JOINT_ORDER, place - 1))) > key) place--;
  insert(JOINT_ORDER, joints, place, joints);
  joints++;
}

/** A zero definition, to be settled once it is known; 0 when there is no room. */
export function arriveDefinition(): usize {
  if (definitions == DEFINITION_CAPACITY) return 0;
  const at = DEFINITIONS + <usize>definitions * DEFINITION_BYTES;
  memory.fill(at, 0, DEFINITION_BYTES);
  return at;
}

/** Finds the place of the definition that arrived last; false when another one has its id. */
export function settleDefinition(): bool {
  const at = definitionAt(definitions);
  const id = at.id;
  let place = definitions;
  while (place > 0 && definitionAt(inOrder(DEFINITION_ORDER, place - 1)).id > id) place--;
  if (place > 0 && definitionAt(inOrder(DEFINITION_ORDER, place - 1)).id == id) {
    const other = definitionAt(inOrder(DEFINITION_ORDER, place - 1));
    return memory.compare(changetype<usize>(other), changetype<usize>(at), DEFINITION_BYTES) == 0;
  }
  insert(DEFINITION_ORDER, definitions, place, definitions);
  definitions++;
  return true;
}

function jointAt(place: i32): Joint {
  return changetype<Joint>(JOINTS + <usize>place * JOINT_BYTES);
}

function definitionAt(place: i32): Definition {
  return changetype<Definition>(DEFINITIONS + <usize>place * DEFINITION_BYTES);
}

function put(table: usize, index: i32, value: usize): void {
  store<u32>(table + ((<usize>index) << 2), <u32>value);
}

function get(table: usize, index: i32): usize {
  return <usize>load<u32>(table + ((<usize>index) << 2));
}

function inOrder(order: usize, place: i32): i32 {
  return <i32>load<u16>(order + ((<usize>place) << 1));
}

function insert(order: usize, count: i32, place: i32, value: i32): void {
  const at = order + ((<usize>place) << 1);
  memory.copy(at + 2, at, (<usize>(count - place)) << 1);
  store<u16>(at, <u16>value);
}

/** Everybody who came, in order, behind `into`, whose generations and counts of others stand. */
export function settle(into: Header): void {
  const count = listBits(PRESENT, 0, ENTITY_CAPACITY - 1, ORDER);
  into.definitionCount = definitions;
  let to = packedDefinitions(into);
  for (let i = 0; i < definitions; i++) {
    const place = inOrder(DEFINITION_ORDER, i);
    to = append(to, changetype<usize>(definitionAt(place)), DEFINITION_BYTES);
  }
  const first = packedBodies(into);
  to = appendBodies(first, count, false);
  into.moverCount = <i32>(to - first) / BODY_BYTES;
  into.staticCount = bodies - into.moverCount;
  to = appendBodies(to, count, true);
  for (let i = 0; i < count; i++) {
    const at = get(PLAYER_AT, inOrder(ORDER, i));
    if (at != 0) to = append(to, at, PLAYER_BYTES);
  }
  into.playerCount = players;
  for (let i = 0; i < joints; i++) {
    const place = inOrder(JOINT_ORDER, i);
    to = append(to, changetype<usize>(jointAt(place)), JOINT_BYTES);
  }
  into.jointCount = joints;
  for (let i = 0; i < count; i++) {
    const index = inOrder(ORDER, i);
    const start = get(CONTACTS_AT, index);
    if (start != 0) to = append(to, start, <i32>(get(CONTACTS_END, index) - start));
  }
  into.contactCount = contacts;
  assert(to == packedEnd(into));
}

function appendBodies(to: usize, count: i32, isStatic: bool): usize {
  let end = to;
  for (let i = 0; i < count; i++) {
    const at = get(BODY_AT, inOrder(ORDER, i));
    if ((changetype<Body>(at).kind == BodyKind.STATIC) != isStatic) continue;
    end = append(end, at, BODY_BYTES);
  }
  return end;
}

function append(to: usize, from: usize, length: i32): usize {
  memory.copy(to, from, length);
  return to + <usize>length;
}

/** Body of an entity index that came, 0 for none. */
export function arrived(index: i32): usize {
  return hasBit(PRESENT, index) ? get(BODY_AT, index) : 0;
}
