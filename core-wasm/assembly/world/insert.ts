import { Body, entityIndex } from '../body/body';
import { Contact, contactKey } from '../contact/contact';
import { Joint, jointKey } from '../joint/joint';
import {
  BODIES,
  BODY_BYTES,
  CONTACT_BYTES,
  CONTACTS,
  EXCERPT,
  GENERATIONS,
  HEADER_BYTES,
  JOINT_BYTES,
  JOINTS,
  PLAYER_BYTES,
  PLAYERS,
  STAGING,
} from '../layout';
import { ENTITY_CAPACITY } from '../limits';
import { Player } from '../player/player';
import { uniteDefinitions } from '../shape/definition-sets';
import { WireFault } from '../wire/reader';
import { EXCERPT_MAGIC } from './excerpt';
import { Header, header } from './header';
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
import { loadState, PREFIX_BYTES, SNAPSHOT_MAGIC, STATICS } from './snapshot';
import { areCountsPossible } from './soundness';

/**
 * Putting an excerpt into the world: the sections of both, merged in order, are a state, and are
 * checked and taken in as one. Whatever the excerpt's bytes are, they can do no more than a
 * snapshot could.
 */

/** Merges the `length` bytes in STAGING into the world, or says why not and changes nothing. */
export function insertExcerpt(length: i32): WireFault {
  if (length < PREFIX_BYTES + HEADER_BYTES) return WireFault.TRUNCATED;
  if (load<u64>(STAGING) != EXCERPT_MAGIC || load<u64>(STAGING, 8) != 0) {
    return WireFault.WRONG_LAYOUT;
  }
  const given = changetype<Header>(STAGING + PREFIX_BYTES);
  const now = header();
  if (given.entityHigh != 0) return WireFault.OUT_OF_RANGE;
  given.entityHigh = now.entityHigh;
  const isPossible = areCountsPossible(given);
  given.entityHigh = 0;
  if (!isPossible) return WireFault.OUT_OF_RANGE;
  const wanted = <i32>(packedEnd(given) - STAGING);
  if (length < wanted) return WireFault.TRUNCATED;
  if (length > wanted) return WireFault.TRAILING_BYTES;
  if (!isSameWorld(given, now)) return WireFault.WRONG_FRAME;
  memory.copy(EXCERPT, STAGING, length);
  return merge(changetype<Header>(EXCERPT + PREFIX_BYTES));
}

/** One tick of one region, that pulls and floods the same. */
function isSameWorld(given: Header, now: Header): bool {
  return (
    given.tick == now.tick &&
    given.seed == now.seed &&
    given.restless == now.restless &&
    given.waterLevel == now.waterLevel &&
    i32x4.all_true(i32x4.eq(given.gravity, now.gravity))
  );
}

/** Lets STAGING be the world with the excerpt in it, and takes that as a snapshot. */
function merge(given: Header): WireFault {
  const now = header();
  const high = highestIndex(given);
  if (high >= ENTITY_CAPACITY) return WireFault.OUT_OF_RANGE;
  const into = changetype<Header>(STAGING + PREFIX_BYTES);
  memory.copy(changetype<usize>(into), changetype<usize>(now), HEADER_BYTES);
  into.entityHigh = max(now.entityHigh, high + 1);
  into.moverCount += given.moverCount;
  into.staticCount += given.staticCount;
  into.playerCount += given.playerCount;
  into.jointCount += given.jointCount;
  into.contactCount += given.contactCount;
  const looks = packedDefinitions(given);
  const united = uniteDefinitions(looks, given.definitionCount, packedDefinitions(into));
  into.definitionCount = united;
  if (!areCountsPossible(into)) return WireFault.OUT_OF_RANGE;
  store<u64>(STAGING, SNAPSHOT_MAGIC);
  store<u64>(STAGING, 0, 8);
  mergeGenerations(given, into);
  const statics = packedBodies(given) + <usize>given.moverCount * BODY_BYTES;
  let to = packedBodies(into);
  to = mergeRecords(BODIES, now.moverCount, packedBodies(given), given.moverCount, BODY, to);
  to = mergeRecords(STATICS, now.staticCount, statics, given.staticCount, BODY, to);
  to = mergeRecords(PLAYERS, now.playerCount, packedPlayers(given), given.playerCount, PLAYER, to);
  to = mergeRecords(JOINTS, now.jointCount, packedJoints(given), given.jointCount, JOINT, to);
  to = mergeRecords(
    CONTACTS,
    now.contactCount,
    packedContacts(given),
    given.contactCount,
    CONTACT,
    to,
  );
  return loadState(<i32>(to - STAGING));
}

function highestIndex(given: Header): i32 {
  let high = 0;
  for (let at = packedBodies(given); at < packedPlayers(given); at += BODY_BYTES) {
    high = max(high, entityIndex(changetype<Body>(at).id));
  }
  return high;
}

/** The world's, with those of the newcomers. */
function mergeGenerations(given: Header, into: Header): void {
  const start = packedGenerations(into);
  memory.copy(start, GENERATIONS, generationBytes(into));
  for (let at = packedBodies(given); at < packedPlayers(given); at += BODY_BYTES) {
    const id = changetype<Body>(at).id;
    store<u16>(start + ((<usize>entityIndex(id)) << 1), <u16>(id >>> 16));
  }
}

// Kinds of records.
const BODY: i32 = 0;
const PLAYER: i32 = 1;
const JOINT: i32 = 2;
const CONTACT: i32 = 3;

function recordBytes(kind: i32): i32 {
  if (kind == BODY) return BODY_BYTES;
  if (kind == PLAYER) return PLAYER_BYTES;
  return kind == JOINT ? JOINT_BYTES : CONTACT_BYTES;
}

/** What the records of a kind are sorted by. */
function keyOf(kind: i32, at: usize): u64 {
  if (kind == BODY) return <u64>entityIndex(changetype<Body>(at).id);
  if (kind == PLAYER) return <u64>entityIndex(changetype<Player>(at).id);
  if (kind == JOINT) return jointKey(changetype<Joint>(at));
  const c = changetype<Contact>(at);
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}

/** Both sorted lists as one, at `to`; returns its end. */
function mergeRecords(a: usize, countA: i32, b: usize, countB: i32, kind: i32, to: usize): usize {
  const bytes = recordBytes(kind);
  const endA = a + <usize>countA * bytes;
  const endB = b + <usize>countB * bytes;
  while (a < endA && b < endB) {
    const isFirst = keyOf(kind, a) <= keyOf(kind, b);
    memory.copy(to, isFirst ? a : b, bytes);
    if (isFirst) a += bytes;
    else b += bytes;
    to += bytes;
  }
  memory.copy(to, a, endA - a);
  to += endA - a;
  memory.copy(to, b, endB - b);
  return to + (endB - b);
}
