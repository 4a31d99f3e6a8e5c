import { Body, BodyKind, entityIndex, Shape } from '../body/body';
import { Contact } from '../contact/contact';
import { Joint } from '../joint/joint';
import {
  BODY_BYTES,
  CONTACT_BYTES,
  DEFINITION_BYTES,
  EXCERPT,
  EXCERPT_FLAGS,
  EXCERPT_IDS,
  HEADER_BYTES,
  JOINT_BYTES,
  LISTED,
  PLAYER_BYTES,
  STAGING,
} from '../layout';
import { ENTITY_CAPACITY } from '../limits';
import { hash64 } from '../math/hash';
import { leftGripOf, Player, rightGripOf } from '../player/player';
import { clearWanted, copyWanted, wantDefinition } from '../shape/definition-sets';
import { WireFault } from '../wire/reader';
import { Header } from './header';
import {
  generationBytes,
  packedBodies,
  packedContacts,
  packedDefinitions,
  packedEnd,
  packedGenerations,
  packedJoints,
  packedPlayers,
} from './packed';
import { loadState, PREFIX_BYTES, saveState } from './snapshot';

/**
 * Taking a closed set of bodies out of a world: with their players, joints and contacts, asleep or
 * awake, bit for bit. Closed is a set that no joint, grip or contact leaves but to what is static;
 * `island/groups.ts` gives sets that stay closed for a frame. Joints among statics stay with those.
 *
 * An excerpt is a packed state of only these bodies and what they look like, without generations,
 * behind a magic number of its own. It goes in again in `insert.ts`.
 */

export const EXCERPT_MAGIC: u64 = 0x3230_5450_5245_4358;

const LISTED_FLAG: u8 = 1;
const MOVER_FLAG: u8 = 2;

function flags(index: i32): u8 {
  return load<u8>(EXCERPT_FLAGS + <usize>index);
}

function idAt(index: i32): u32 {
  return load<u32>(EXCERPT_IDS + ((<usize>index) << 2));
}

function isThere(id: u32): bool {
  const index = entityIndex(id);
  return index > 0 && index < ENTITY_CAPACITY && idAt(index) == id;
}

function isListed(id: u32): bool {
  return (flags(entityIndex(id)) & LISTED_FLAG) != 0;
}

function isMover(id: u32): bool {
  return isThere(id) && (flags(entityIndex(id)) & MOVER_FLAG) != 0;
}

/** Notes who is in the packed state, and who of them is listed. False: one is not there. */
function mark(h: Header, count: i32): bool {
  memory.fill(EXCERPT_IDS, 0, ENTITY_CAPACITY * 4);
  memory.fill(EXCERPT_FLAGS, 0, ENTITY_CAPACITY);
  const end = packedPlayers(h);
  for (let at = packedBodies(h); at < end; at += BODY_BYTES) {
    const b = changetype<Body>(at);
    const index = <usize>entityIndex(b.id);
    store<u32>(EXCERPT_IDS + (index << 2), b.id);
    if (b.kind != BodyKind.STATIC) store<u8>(EXCERPT_FLAGS + index, MOVER_FLAG);
  }
  for (let i = 0; i < count; i++) {
    const id = load<u32>(LISTED + ((<usize>i) << 2));
    if (!isThere(id)) return false;
    const index = entityIndex(id);
    store<u8>(EXCERPT_FLAGS + <usize>index, flags(index) | LISTED_FLAG);
  }
  return true;
}

/** Both in, both out, or not both movers. */
function stayTogether(a: u32, b: u32): bool {
  return !isMover(a) || !isMover(b) || isListed(a) == isListed(b);
}

function isClosed(h: Header): bool {
  for (let at = packedPlayers(h); at < packedJoints(h); at += PLAYER_BYTES) {
    const p = changetype<Player>(at);
    if (!stayTogether(p.id, p.leftHand) || !stayTogether(p.id, p.rightHand)) return false;
    if (!stayTogether(p.id, leftGripOf(p).held)) return false;
    if (!stayTogether(p.id, rightGripOf(p).held)) return false;
    if (!stayTogether(p.id, p.groundEntity)) return false;
  }
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    const j = changetype<Joint>(at);
    if (!stayTogether(j.bodyA, j.bodyB)) return false;
  }
  for (let at = packedContacts(h); at < packedEnd(h); at += CONTACT_BYTES) {
    const c = changetype<Contact>(at);
    if (!stayTogether(c.idA, c.idB)) return false;
  }
  return true;
}

/** A joint goes with the mover that it holds, and with its A when it holds none. */
function ownerOf(j: Joint): u32 {
  return !isMover(j.bodyA) && isMover(j.bodyB) ? j.bodyB : j.bodyA;
}

/** Whether somebody who stays is joined to, holds or stands on something static that is listed. */
function isMissed(h: Header): bool {
  for (let at = packedPlayers(h); at < packedJoints(h); at += PLAYER_BYTES) {
    const p = changetype<Player>(at);
    if (isListed(p.id)) continue;
    if (isListed(leftGripOf(p).held) || isListed(rightGripOf(p).held)) return true;
    if (isListed(p.groundEntity)) return true;
  }
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    const j = changetype<Joint>(at);
    if (!isListed(ownerOf(j)) && (isListed(j.bodyA) || isListed(j.bodyB))) return true;
  }
  return false;
}

/** What the listed bodies look like. */
function takeLooks(h: Header, into: Header): void {
  const start = packedDefinitions(h);
  clearWanted();
  for (let at = packedBodies(h); at < packedPlayers(h); at += BODY_BYTES) {
    const b = changetype<Body>(at);
    if (<i32>b.shape > Shape.BOX && isListed(b.id)) {
      wantDefinition(start, h.definitionCount, b.definition);
    }
  }
  into.definitionCount = copyWanted(start, h.definitionCount, packedDefinitions(into));
}

/** Copies what is listed, or what is not, behind `into`, and counts it. */
function filter(h: Header, into: Header, listed: bool): void {
  let to = packedBodies(into);
  for (let at = packedBodies(h); at < packedPlayers(h); at += BODY_BYTES) {
    const b = changetype<Body>(at);
    if (isListed(b.id) != listed) continue;
    to = append(to, at, BODY_BYTES);
    if (b.kind == BodyKind.STATIC) into.staticCount++;
    else into.moverCount++;
  }
  for (let at = packedPlayers(h); at < packedJoints(h); at += PLAYER_BYTES) {
    if (isListed(changetype<Player>(at).id) != listed) continue;
    to = append(to, at, PLAYER_BYTES);
    into.playerCount++;
  }
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    if (isListed(ownerOf(changetype<Joint>(at))) != listed) continue;
    to = append(to, at, JOINT_BYTES);
    into.jointCount++;
  }
  for (let at = packedContacts(h); at < packedEnd(h); at += CONTACT_BYTES) {
    if (isListed(changetype<Contact>(at).idA) != listed) continue;
    to = append(to, at, CONTACT_BYTES);
    into.contactCount++;
  }
}

function append(to: usize, from: usize, length: i32): usize {
  memory.copy(to, from, length);
  return to + <usize>length;
}

/** Begins a packed state in EXCERPT as `h`'s, with nobody in it, and no look. */
function beginExcerpt(h: Header, entityHigh: i32): Header {
  const into = changetype<Header>(EXCERPT + PREFIX_BYTES);
  memory.copy(EXCERPT, STAGING, PREFIX_BYTES);
  memory.copy(changetype<usize>(into), changetype<usize>(h), HEADER_BYTES);
  into.entityHigh = entityHigh;
  into.moverCount = 0;
  into.staticCount = 0;
  into.playerCount = 0;
  into.jointCount = 0;
  into.contactCount = 0;
  into.definitionCount = 0;
  return into;
}

/**
 * Takes the `count` bodies whose ids are in LISTED out of the checked snapshot in STAGING, which
 * stays as it is. Bytes of the excerpt in EXCERPT; −1 when a body is not there, or the set is not
 * closed.
 */
export function takeExcerpt(count: i32): i32 {
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  if (!mark(h, count) || !isClosed(h)) return -1;
  const into = beginExcerpt(h, 0);
  takeLooks(h, into);
  filter(h, into, true);
  store<u64>(EXCERPT, EXCERPT_MAGIC);
  return <i32>(packedEnd(into) - EXCERPT);
}

/** Lists every mover of the checked snapshot in STAGING; returns how many they are. */
export function listMovers(): i32 {
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  let to = LISTED;
  for (let i = 0; i < h.moverCount; i++) {
    store<u32>(to, changetype<Body>(packedBodies(h) + <usize>i * BODY_BYTES).id);
    to += 4;
  }
  return h.moverCount;
}

/**
 * Hash of the excerpt of `length` bytes in EXCERPT and of all that is static in the snapshot that
 * it was taken from: what two worlds must have in common that share these movers. Never 0.
 */
export function proofOf(length: i32): u64 {
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  const statics = packedBodies(h) + <usize>h.moverCount * BODY_BYTES;
  const proof = hash64(EXCERPT, length, hash64(statics, h.staticCount * BODY_BYTES, 0));
  return proof == 0 ? 1 : proof;
}

/**
 * Removes the `count` bodies whose ids are in LISTED from the world, without a trace: nobody
 * wakes. False, and nothing changed, when a body is not there, the set is not closed, or who stays
 * would lose something static that he is joined to, holds or stands on.
 */
export function removeListed(count: i32): bool {
  saveState();
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  if (!mark(h, count) || !isClosed(h) || isMissed(h)) return false;
  const into = beginExcerpt(h, h.entityHigh);
  memory.copy(packedGenerations(into), packedGenerations(h), generationBytes(h));
  into.definitionCount = h.definitionCount;
  const definitionBytes = h.definitionCount * DEFINITION_BYTES;
  memory.copy(packedDefinitions(into), packedDefinitions(h), definitionBytes);
  filter(h, into, false);
  const length = <i32>(packedEnd(into) - EXCERPT);
  memory.copy(STAGING, EXCERPT, length);
  assert(loadState(length) == WireFault.NONE);
  return true;
}
