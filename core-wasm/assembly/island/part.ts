import { Body, body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { invalidateDormantGrid } from '../broadphase/dormant-grid';
import { Contact, contact, contactKey } from '../contact/contact';
import { Joint, joint } from '../joint/joint';
import { jointMover } from '../joint/joint-pairs';
import {
  BODY_BYTES,
  CHANGED,
  CONTACT_BYTES,
  CONTACT_SHIFT,
  CONTACTS,
  CONTACTS_ASIDE,
  DEFINITION_BYTES,
  DEFINITIONS,
  IN_PART,
  ISLANDS,
  JOINT_BYTES,
  OLD_ISLANDS,
  PLAYER_BYTES,
  STAGING,
} from '../layout';
import { CONTACT_CAPACITY, ENTITY_CAPACITY } from '../limits';
import { isReaching } from '../player/grip';
import { leftGripOf, Player, player, rightGripOf } from '../player/player';
import { Header, header } from '../world/header';
import {
  packedBodies,
  packedContacts,
  packedDefinitions,
  packedJoints,
  packedPlayers,
} from '../world/packed';
import { PREFIX_BYTES } from '../world/snapshot';
import { activate, clearActive, isActive } from './active';
import { isInReach } from './reach';

/**
 * Stepping only what news can have touched. A rollback replays ticks whose outcome is known but for
 * what the news changed: the old timeline. A body whose state and input are those of the old
 * timeline, and whom nobody different can touch in this tick, ends the tick as it did then; so it
 * is not computed but copied. What must be computed are the changed bodies, whoever shared an
 * island with them in the old timeline (and might have been pushed by what is now elsewhere), and
 * whoever the broadphase finds in their way now.
 */

/** Forgets what differed: the present state is that of the old timeline. */
export function beginPart(): void {
  memory.fill(CHANGED, 0, ENTITY_CAPACITY);
}

/** An entity whose input differs, or whose state does, from the old timeline. */
export function markChanged(id: u32): void {
  const index = entityIndex(id);
  if (index < ENTITY_CAPACITY) store<u8>(CHANGED + <usize>index, 1);
}

function isChanged(slot: i32): bool {
  return load<u8>(CHANGED + <usize>entityIndex(body(slot).id)) != 0;
}

function oldIsland(slot: i32): i32 {
  return <i32>load<u16>(OLD_ISLANDS + ((<usize>slot) << 1));
}

function isInPart(slot: i32): bool {
  return load<u8>(IN_PART + <usize>slot) != 0;
}

/** The movers that start the tick active: the changed and their old islands, if awake. */
export function selectPart(): void {
  const movers = header().moverCount;
  clearActive();
  invalidateDormantGrid();
  memory.fill(IN_PART, 0, movers);
  for (let slot = 0; slot < movers; slot++) {
    if (isChanged(slot)) store<u8>(IN_PART + <usize>min<i32>(oldIsland(slot), movers - 1), 1);
  }
  for (let slot = movers - 1; slot >= 0; slot--) {
    const isMate = isInPart(min<i32>(oldIsland(slot), movers - 1));
    if (isMate || isChanged(slot)) store<u8>(IN_PART + <usize>slot, 2);
  }
  addReaching();
  for (let slot = 0; slot < movers; slot++) {
    if (isInPart(slot) && body(slot).asleep == 0) activate(slot);
  }
}

/** A player whose closing hand has something different in reach may take something else. */
function addReaching(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    if (!isReaching(leftGripOf(p).ticks) && !isReaching(rightGripOf(p).ticks)) continue;
    if (reachesPart(p)) addPlayer(p);
  }
}

function reachesPart(p: Player): bool {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (isInPart(slot) && isInReach(p, body(slot))) return true;
  }
  return false;
}

function addPlayer(p: Player): void {
  store<u8>(IN_PART + <usize>slotOf(p.id), 2);
  store<u8>(IN_PART + <usize>slotOf(p.leftHand), 2);
  store<u8>(IN_PART + <usize>slotOf(p.rightHand), 2);
}

// The old timeline's next state, as `saveState` packed it into STAGING.

let oldMovers: usize = 0;
let oldPlayers: usize = 0;
let oldJoints: usize = 0;
let oldContacts: usize = 0;
let oldContactCount: i32 = 0;

function old(slot: i32): Body {
  return changetype<Body>(oldMovers + <usize>slot * BODY_BYTES);
}

function oldJoint(index: i32): Joint {
  return changetype<Joint>(oldJoints + <usize>index * JOINT_BYTES);
}

function oldContact(index: i32): Contact {
  return changetype<Contact>(oldContacts + ((<usize>index) << CONTACT_SHIFT));
}

/**
 * Finds the sections of the old next state. False when it has other bodies, players or joints than
 * the present one, which means that the timelines differ in more than inputs.
 */
function openOld(): bool {
  const now = header();
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  if (h.moverCount != now.moverCount || h.staticCount != now.staticCount) return false;
  if (h.playerCount != now.playerCount || h.tick != now.tick) return false;
  if (h.waterLevel != now.waterLevel || h.restless != now.restless) return false;
  if (v128.any_true(f32x4.ne(h.gravity, now.gravity))) return false;
  if (h.jointCount != now.jointCount) return false;
  const definitionBytes = <usize>now.definitionCount * DEFINITION_BYTES;
  if (h.definitionCount != now.definitionCount) return false;
  if (memory.compare(packedDefinitions(h), DEFINITIONS, definitionBytes) != 0) return false;
  oldMovers = packedBodies(h);
  oldPlayers = packedPlayers(h);
  oldJoints = packedJoints(h);
  oldContacts = packedContacts(h);
  oldContactCount = h.contactCount;
  for (let slot = 0; slot < now.moverCount; slot++) {
    if (old(slot).id != body(slot).id) return false;
  }
  for (let i = 0; i < now.jointCount; i++) {
    if (oldJoint(i).id != joint(i).id) return false;
  }
  return true;
}

/** After the step: copies what was not computed, finds what differs now. False: step it whole. */
export function finishPart(): bool {
  if (!openOld()) return false;
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (isActive(slot)) store<u8>(IN_PART + <usize>slot, 2);
    else if (!isInPart(slot)) copyOld(slot);
  }
  takePlayers();
  takeJoints();
  takeContacts();
  beginPart();
  markDifferences();
  invalidateDormantGrid();
  return true;
}

function copyOld(slot: i32): void {
  memory.copy(changetype<usize>(body(slot)), changetype<usize>(old(slot)), BODY_BYTES);
  store<u16>(ISLANDS + ((<usize>slot) << 1), <u16>oldIsland(slot));
}

function oldPlayer(index: i32): usize {
  return oldPlayers + <usize>index * PLAYER_BYTES;
}

function takePlayers(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    if (isInPart(slotOf(player(i).id))) continue;
    memory.copy(changetype<usize>(player(i)), oldPlayer(i), PLAYER_BYTES);
  }
}

/** Either end tells: both are in the part or neither is. */
function isJointInPart(index: i32): bool {
  const a = jointMover(index, false);
  const b = jointMover(index, true);
  return (a >= 0 && isInPart(a)) || (b >= 0 && isInPart(b));
}

function takeJoints(): void {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    if (isJointInPart(i)) continue;
    memory.copy(changetype<usize>(joint(i)), changetype<usize>(oldJoint(i)), JOINT_BYTES);
  }
}

function isContactInPart(c: Contact): bool {
  const slot = slotOf(c.idA);
  return slot >= 0 && isInPart(slot);
}

function keyOf(c: Contact): u64 {
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}

/** Contacts of the part are the new ones, all others the old ones; both lists ascend. */
function takeContacts(): void {
  const count = header().contactCount;
  let kept = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    if (!isContactInPart(contact(i))) continue;
    const key = keyOf(contact(i));
    for (; next < oldContactCount && keyOf(oldContact(next)) < key; next++) {
      if (!isContactInPart(oldContact(next))) kept = putAside(kept, oldContact(next));
    }
    kept = putAside(kept, contact(i));
  }
  for (; next < oldContactCount; next++) {
    if (!isContactInPart(oldContact(next))) kept = putAside(kept, oldContact(next));
  }
  memory.copy(CONTACTS, CONTACTS_ASIDE, (<usize>kept) << CONTACT_SHIFT);
  if (kept < count) {
    memory.fill(
      CONTACTS + ((<usize>kept) << CONTACT_SHIFT),
      0,
      (<usize>(count - kept)) << CONTACT_SHIFT,
    );
  }
  header().contactCount = kept;
}

function putAside(index: i32, from: Contact): i32 {
  assert(index < CONTACT_CAPACITY);
  const to = CONTACTS_ASIDE + ((<usize>index) << CONTACT_SHIFT);
  memory.copy(to, changetype<usize>(from), CONTACT_BYTES);
  return index + 1;
}

function markDifferences(): void {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (!isInPart(slot)) continue;
    const differs = memory.compare(
      changetype<usize>(body(slot)),
      changetype<usize>(old(slot)),
      BODY_BYTES,
    );
    if (differs != 0) markChanged(body(slot).id);
  }
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    if (memory.compare(changetype<usize>(player(i)), oldPlayer(i), PLAYER_BYTES) == 0) continue;
    markChanged(player(i).id);
    markChanged(player(i).leftHand);
    markChanged(player(i).rightHand);
  }
  markJoints();
  markContacts();
}

function markJoints(): void {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const j = joint(i);
    const address = changetype<usize>(oldJoint(i));
    if (memory.compare(changetype<usize>(j), address, JOINT_BYTES) == 0) continue;
    markChanged(j.bodyA);
    if (j.bodyB != 0) markChanged(j.bodyB);
  }
}

/** A contact that is in one timeline only, or not the same, makes both of its bodies differ. */
function markContacts(): void {
  const count = header().contactCount;
  let i = 0;
  let j = 0;
  while (i < count || j < oldContactCount) {
    const here: u64 = i < count ? keyOf(contact(i)) : u64.MAX_VALUE;
    const there: u64 = j < oldContactCount ? keyOf(oldContact(j)) : u64.MAX_VALUE;
    if (here == there) {
      const differs = memory.compare(
        changetype<usize>(contact(i)),
        changetype<usize>(oldContact(j)),
        CONTACT_BYTES,
      );
      if (differs != 0) markPair(contact(i));
      i++;
      j++;
    } else if (here < there) {
      markPair(contact(i++));
    } else {
      markPair(oldContact(j++));
    }
  }
}

function markPair(c: Contact): void {
  markChanged(c.idA);
  if (c.idB != 0) markChanged(c.idB);
}
