import { Body, BodyKind, entityIndex } from '../../body/body';
import { entryBefore } from '../../interest/entries';
import { Joint } from '../../joint/joint';
import { CONTACT_SHIFT, DEFINITION_BYTES } from '../../layout';
import { Player } from '../../player/player';
import { isWanted } from '../../shape/definition-sets';
import { openHeader, orderedIndex, orderedJoint, orderJoints } from '../../world/excerpt';
import { packedDefinitions } from '../../world/packed';
import { bodyOf, contactsEndOf, contactsOf, playerOf } from '../../world/packed-index';
import { historyBefore } from '../bubble/chunks';
import { isDecoding, isExhausted } from '../pack/coder';
import { HISTORY_BYTES } from '../pack/history';
import {
  arriveBody,
  arriveContacts,
  arriveDefinition,
  arrivedHistory,
  arrivedPlayers,
  arriveJoint,
  arrivePlayer,
  settleDefinition,
  settleJoint,
} from './arrivals';
import { codeContacts, ownerKindOf } from './contacts';
import { Flag, Row } from './context';
import { codeHistory } from './history';
import { beginLoose, codeLoose } from './loose';
import { beginMade } from './make';
import { codeFlag, codeSmall } from './model';
import { codePlayer } from './player';
import { beginRest, codeDefinition, codeJoint } from './rest';
import { beginRoster, enrol, enrolled, rosterCount } from './roster';

/**
 * The walk through all that belongs to a set of bodies: who they are, then each of them, then what
 * is between them. Encoding it reads the open packed state, decoding it fills the arrivals.
 */

let players: i32 = 0;
let loose: i32 = 0;
let statics: i32 = 0;
let joints: i32 = 0;
let looks: i32 = 0;
let areAllLooks: bool = false;
let isTold: bool = false;
let isBroken: bool = false;
let contacts: i32 = 0;

/** How many contacts the members had that were coded last. */
export function codedContacts(): i32 {
  return contacts;
}

/**
 * The members to be encoded: the `count` ordered of the open packed state. With `told` their
 * players' histories go along.
 */
export function enrolOrdered(count: i32, hasLooks: bool, isWhole: bool, told: bool): void {
  beginRoster();
  isTold = told;
  players = 0;
  for (let i = 0; i < count; i++) {
    const at = playerOf(orderedIndex(i));
    if (at == 0) continue;
    const p = changetype<Player>(at);
    enrol(bodyOf(entityIndex(p.id)));
    enrol(bodyOf(entityIndex(p.leftHand)));
    enrol(bodyOf(entityIndex(p.rightHand)));
    players++;
  }
  enrolLoose(count, false);
  loose = rosterCount() - 3 * players;
  enrolLoose(count, true);
  statics = rosterCount() - loose - 3 * players;
  joints = orderJoints(count);
  areAllLooks = isWhole;
  looks = countLooks(hasLooks || isWhole);
}

function enrolLoose(count: i32, isStatic: bool): void {
  for (let i = 0; i < count; i++) {
    const at = bodyOf(orderedIndex(i));
    const b = changetype<Body>(at);
    if (b.owner == 0 && (b.kind == BodyKind.STATIC) == isStatic) enrol(at);
  }
}

function countLooks(hasLooks: bool): i32 {
  if (!hasLooks) return 0;
  let count = 0;
  for (let i = 0; i < openHeader().definitionCount; i++) count += i32(areAllLooks || isWanted(i));
  return count;
}

/** Codes the members; false when the bytes are none, and then some of them have arrived. */
export function codeMembers(): bool {
  isBroken = false;
  contacts = 0;
  beginMade();
  beginLoose();
  beginRest();
  isTold = codeFlag(Flag.TOLD, isTold);
  codeCounts();
  if (isDecoding()) beginRoster();
  codeIds();
  for (let i = 0; i < looks && goesOn(); i++) codeLook(i);
  for (let i = 0; i < players && goesOn(); i++) codeOnePlayer(i);
  for (let i = 0; i < loose + statics && goesOn(); i++) {
    codeLoose(changetype<Body>(enrolled(3 * players + i)));
  }
  for (let i = 0; i < joints && goesOn(); i++) codeOneJoint(i);
  for (let i = 0; i < rosterCount() && goesOn(); i++) codeContactsAt(i);
  return !isBroken;
}

function goesOn(): bool {
  isBroken = isBroken || (isDecoding() && isExhausted());
  return !isBroken;
}

/** Most chunks are one player, or else one loose body. */
function codeCounts(): void {
  players = codeCount(Row.PLAYERS, 1, players);
  loose = codeCount(Row.LOOSE, players == 0 ? 1 : 0, loose);
  statics = codeCount(Row.STATICS, 0, statics);
  joints = codeCount(Row.JOINTS, 0, joints);
  looks = codeCount(Row.DEFINITIONS, 0, looks);
}

/** No such count is larger. */
const COUNT_MAX: i32 = 1 << 20;

function codeCount(row: u32, expected: i32, count: i32): i32 {
  const found = expected + codeSmall(row, count - expected);
  isBroken = isBroken || found < 0 || found > COUNT_MAX;
  return isBroken ? 0 : found;
}

function codeIds(): void {
  let before: u32 = 0;
  for (let i = 0; i < players && goesOn(); i++) {
    before = codeId(Row.INDEX, before, 3 * i);
    const left = codeId(Row.HAND_INDEX, before, 3 * i + 1);
    codeId(Row.HAND_INDEX, left, 3 * i + 2);
  }
  before = 0;
  for (let i = 0; i < loose && goesOn(); i++) before = codeId(Row.INDEX, before, 3 * players + i);
  before = 0;
  for (let i = 0; i < statics && goesOn(); i++) {
    before = codeId(Row.INDEX, before, 3 * players + loose + i);
  }
}

/** The id of the body at `place`; decoding, it arrives. `row + 1` is of generations. */
function codeId(row: u32, before: u32, place: i32): u32 {
  const given: u32 = isDecoding() ? 0 : changetype<Body>(enrolled(place)).id;
  const from = <i32>(before & 0xffff) + 1;
  const index = from + codeSmall(row, <i32>(given & 0xffff) - from);
  const generation = codeSmall(row + 1, <i32>(given >>> 16) - <i32>(before >>> 16));
  const id = ((((before >>> 16) + generation) & 0xffff) << 16) | (<u32>index & 0xffff);
  if (!isDecoding()) return id;
  const at = arriveBody(id);
  if (at == 0) isBroken = true;
  else enrol(at);
  return id;
}

function codeLook(place: i32): void {
  if (isDecoding()) {
    const at = arriveDefinition();
    if (at != 0) codeDefinition(at);
    isBroken = isBroken || at == 0 || !settleDefinition();
    return;
  }
  codeDefinition(packedDefinitions(openHeader()) + <usize>nthLook(place) * DEFINITION_BYTES);
}

let lastLook: i32 = -1;

/** Asked for in order. */
function nthLook(place: i32): i32 {
  let at = place == 0 ? 0 : lastLook + 1;
  while (!areAllLooks && !isWanted(at)) at++;
  lastLook = at;
  return at;
}

function codeOnePlayer(number: i32): void {
  const b = changetype<Body>(enrolled(3 * number));
  const left = changetype<Body>(enrolled(3 * number + 1));
  const right = changetype<Body>(enrolled(3 * number + 2));
  const index = entityIndex(b.id);
  const at = isDecoding() ? arrivePlayer(index) : playerOf(index);
  isBroken = isBroken || at == 0;
  if (at == 0) return;
  const p = changetype<Player>(at);
  p.id = b.id;
  p.leftHand = left.id;
  p.rightHand = right.id;
  codePlayer(p, b, left, right, 3 * number);
  if (!isTold) return;
  codeHistory(p, isDecoding() ? arrivedHistory(arrivedPlayers() - 1) : historyOf(p.id));
}

/** As the frame that was just stepped found it; nothing is known of who was not there. */
function historyOf(id: u32): usize {
  const entry = entryBefore(id);
  return entry < 0 ? UNKNOWN : historyBefore(entry, id);
}

const UNKNOWN: usize = memory.data(HISTORY_BYTES, 16);

function codeOneJoint(place: i32): void {
  if (!isDecoding()) {
    codeJoint(orderedJoint(place));
    return;
  }
  const at = arriveJoint();
  isBroken = isBroken || at == 0;
  if (at == 0) return;
  codeJoint(changetype<Joint>(at));
  settleJoint();
}

function codeContactsAt(place: i32): void {
  const b = changetype<Body>(enrolled(place));
  const index = entityIndex(b.id);
  const start: usize = isDecoding() ? 0 : contactsOf(index);
  const given = start == 0 ? 0 : <i32>(contactsEndOf(start, index) - start) >> CONTACT_SHIFT;
  const count = codeCount(Row.CONTACTS + ownerKindOf(b), 0, given);
  if (count == 0) return;
  const at = isDecoding() ? arriveContacts(index, count) : start;
  isBroken = isBroken || at == 0;
  contacts += count;
  if (at != 0) codeContacts(place, at, count);
}
