import { Body, entityIndex, Shape } from '../body/body';
import { Contact } from '../contact/contact';
import { Joint } from '../joint/joint';
import {
  BODIES,
  BODY_BYTES,
  CONTACT_BYTES,
  CONTACT_SHIFT,
  CONTACTS,
  DEFINITION_BYTES,
  HASHES,
  HEADER_BYTES,
  JOINT_BYTES,
  JOINTS,
  LISTED,
  PLAYER_BYTES,
  PLAYERS,
  PROVEN_IDS,
  STAGING,
} from '../layout';
import { DEFINITION_CAPACITY, ENTITY_CAPACITY } from '../limits';
import { hash64 } from '../math/hash';
import { Player } from '../player/player';
import { childRecord } from '../shape/definition';
import { placeIn, recordAt } from '../shape/definition-check';
import { WireFault } from '../wire/reader';
import { Header, header } from './header';
import {
  packedBodies,
  packedContacts,
  packedDefinitions,
  packedEnd,
  packedJoints,
  packedPlayers,
} from './packed';
import { checkForm, PREFIX_BYTES } from './snapshot';

/**
 * Proofs that two worlds have the same movers. Each mover has a hash of all that is its own: the
 * body, the player, the joints that hold it, the contacts of which it is A, and what it looks like.
 * A set's proof is made of the sum of its movers' hashes, of the region and of all that is static.
 * So one pass serves every set of a world, and of two worlds that differ the hashes say in whom;
 * one hash over an excerpt's bytes was the way before, and had to take each set out to prove it.
 */

/** What a set is proven with beside its movers: sum, statics, tick … gravity. */
const FOLD: usize = memory.data(64, 16);
/** By place of the definition; 0 is not known yet. */
const LOOKS: usize = memory.data(DEFINITION_CAPACITY * 8, 16);

let staticsHash: u64 = 0;

function hashOf(id: u32): usize {
  return HASHES + ((<usize>(entityIndex(id) & (ENTITY_CAPACITY - 1))) << 3);
}

function add(id: u32, record: usize, bytes: i32): void {
  const at = hashOf(id);
  store<u64>(at, hash64(record, bytes, load<u64>(at)));
}

function addPlayers(at: usize, end: usize): void {
  for (; at < end; at += PLAYER_BYTES) add(changetype<Player>(at).id, at, PLAYER_BYTES);
}

/** A joint is of both that it holds, so that it is of the one that moves. */
function addJoints(at: usize, end: usize): void {
  for (; at < end; at += JOINT_BYTES) {
    add(changetype<Joint>(at).bodyA, at, JOINT_BYTES);
    add(changetype<Joint>(at).bodyB, at, JOINT_BYTES);
  }
}

function addContacts(at: usize, end: usize): void {
  for (; at < end; at += CONTACT_BYTES) add(changetype<Contact>(at).idA, at, CONTACT_BYTES);
}

/** A hull's or compound's own record and those of a compound's hulls. */
function lookHash(start: usize, count: i32, id: i32): u64 {
  const place = placeIn(start, count, id);
  if (place < 0) return 0;
  const known = load<u64>(LOOKS + ((<usize>place) << 3));
  if (known != 0) return known;
  const d = recordAt(start, place);
  let hash = hash64(changetype<usize>(d), DEFINITION_BYTES, 1);
  const children: i32 = d.kind == Shape.COMPOUND ? d.count : 0;
  for (let i = 0; i < children; i++) {
    const child = childRecord(d, i);
    const hull: i32 = child.shape == Shape.HULL ? placeIn(start, count, child.definition) : -1;
    if (hull >= 0) hash = hash64(changetype<usize>(recordAt(start, hull)), DEFINITION_BYTES, hash);
  }
  store<u64>(LOOKS + ((<usize>place) << 3), hash);
  return hash;
}

/**
 * Hashes every mover of the snapshot of `length` bytes in STAGING, which need not be sound: what
 * went bad must be told apart as well. Proofs of its sets follow. Else the fault.
 */
export function openProofs(length: i32): WireFault {
  const fault = checkForm(length);
  if (fault != WireFault.NONE) return fault;
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  const definitions = packedDefinitions(h);
  const statics = packedBodies(h) + <usize>h.moverCount * BODY_BYTES;
  memory.fill(PROVEN_IDS, 0, ENTITY_CAPACITY * 4);
  memory.fill(LOOKS, 0, DEFINITION_CAPACITY * 8);
  for (let at = packedBodies(h); at < statics; at += BODY_BYTES) {
    const b = changetype<Body>(at);
    const index = entityIndex(b.id) & (ENTITY_CAPACITY - 1);
    const look: u64 =
      <i32>b.shape > Shape.BOX ? lookHash(definitions, h.definitionCount, b.definition) : 0;
    store<u64>(hashOf(b.id), hash64(at, BODY_BYTES, look));
    store<u32>(PROVEN_IDS + ((<usize>index) << 2), b.id);
  }
  addPlayers(packedPlayers(h), packedJoints(h));
  addJoints(packedJoints(h), packedContacts(h));
  addContacts(packedContacts(h), packedEnd(h));
  staticsHash = hash64(statics, h.staticCount * BODY_BYTES, 0);
  return WireFault.NONE;
}

/** Proof of the `count` movers in LISTED, each there once; 0 when one is not there. */
export function proofOfListed(count: i32): u64 {
  let sum: u64 = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(LISTED + ((<usize>i) << 2));
    const index = entityIndex(id);
    if (index >= ENTITY_CAPACITY || id == 0) return 0;
    if (load<u32>(PROVEN_IDS + ((<usize>index) << 2)) != id) return 0;
    sum += load<u64>(hashOf(id));
  }
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  store<u64>(FOLD, sum);
  store<u64>(FOLD, staticsHash, 8);
  store<u32>(FOLD, h.tick, 16);
  store<u32>(FOLD, h.seed, 20);
  store<u32>(FOLD, h.restless, 24);
  store<f32>(FOLD, h.waterLevel, 28);
  v128.store(FOLD, h.gravity, 32);
  store<u64>(FOLD, <u64>count, 48);
  const proof = hash64(FOLD, 64, 0);
  return proof == 0 ? 1 : proof;
}

/** Hash of the header and of every record that moves or holds what does. */
function movingHash(h: Header, bodies: usize, players: usize, joints: usize, contacts: usize): u64 {
  let hash = hash64(changetype<usize>(h), HEADER_BYTES, 0);
  hash = hash64(bodies, h.moverCount * BODY_BYTES, hash);
  hash = hash64(players, h.playerCount * PLAYER_BYTES, hash);
  hash = hash64(joints, h.jointCount * JOINT_BYTES, hash);
  return hash64(contacts, h.contactCount << CONTACT_SHIFT, hash);
}

/**
 * Hash of STATE without what hardly ever changes: what is static, looks, generations. A client
 * notes it of each tick, so that it can be told later in which one something went wrong.
 */
export function hashMoving(): u64 {
  return movingHash(header(), BODIES, PLAYERS, JOINTS, CONTACTS);
}

/** The same of the snapshot of `length` bytes in STAGING, sound or not; 0 when it is none. */
export function hashMovingStaged(length: i32): u64 {
  if (checkForm(length) != WireFault.NONE) return 0;
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  return movingHash(h, packedBodies(h), packedPlayers(h), packedJoints(h), packedContacts(h));
}
