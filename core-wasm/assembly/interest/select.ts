import { body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { BODY_KEYS, ENTERS, EVERYBODYS, HAD, HAS, LEAVES, PLAYER_KEYS } from '../layout';
import { ENTITY_CAPACITY, MEMBER_CAPACITY, RIM_CAPACITY, TICKS_PER_FRAME } from '../limits';
import { dot3, sub3 } from '../math/vec3';
import { header } from '../world/header';
import { missAgain } from './again';
import { gatherNear, LOOSE_CELLS, PLAYER_CELLS } from './cells';
import {
  areEntriesSame,
  bitBytes,
  entryAt,
  entryNow,
  entryOfOld,
  groupEntry,
  groupOfEntry,
  groupSpan,
  groupStart,
  idBefore,
  idNow,
  isTaken,
  oldId,
} from './entries';
import { ghostTier } from './ghosts';
import { keepLeast, makeHeap, sortHeap } from './nearest';
import { memberEntriesOf, membersOf, Observer, ObserverFlag, rimOf } from './observer';
import {
  bodiesReach,
  bodiesWithin,
  lookInterval,
  membersMax,
  nearestMax,
  playersReach,
  playersWithin,
} from './settings';

/**
 * What one observer simulates: the groups that all must have, his own, then those of the nearest
 * players, then those of the nearest bodies, each whole or not at all. One that finds no room is
 * left out; a smaller one behind it may find some.
 */

/** Seeds among bodies: further ones could find no room but by the failure of many. */
const BODIES_MAX: i32 = MEMBER_CAPACITY + RIM_CAPACITY;

let taken: i32 = 0;
let room: i32 = 0;
let playerCount: i32 = 0;
let bodyCount: i32 = 0;

/** Sets an observer's members and rim; what changed goes behind that of others. */
export function chooseMembers(index: i32, o: Observer, forcedCount: i32): void {
  markHad(index, o);
  const own = entryNow(o.entity);
  if (!isLookDue(index, o) && takeKept(index, o, own, forcedCount)) {
    writeChanges(index, o);
    return;
  }
  gather(o, own);
  o.flags = 0;
  const all = takeOwn(o, own, forcedCount) && takeSeeds();
  if (!all) takeInOrder(o, own, forcedCount);
  writeRim(index, o, all);
  writeChanges(index, o);
}

/** He looks around in turn; at once when he has nothing yet, or could not have all. */
function isLookDue(index: i32, o: Observer): bool {
  if (o.memberCount == 0 || o.flags != 0 || o.rimCount != 0) return true;
  return (<i32>(header().tick / TICKS_PER_FRAME) + index) % lookInterval == 0;
}

/** The groups of whom he had; false when they have grown too large for his room. */
function takeKept(index: i32, o: Observer, own: i32, forcedCount: i32): bool {
  if (!takeOwn(o, own, forcedCount)) return false;
  const entries = memberEntriesOf(index);
  for (let i = 0; i < o.memberCount; i++) {
    const entry = entryOfOld(<i32>load<u16>(entries + ((<usize>i) << 1)));
    if (entry >= 0 && !takeGroupOf(entry)) return false;
  }
  return o.flags == 0;
}

function heapKey(keys: usize, place: i32): u64 {
  return load<u64>(keys + ((<usize>place) << 3));
}

function keyEntry(key: u64): i32 {
  return <i32>(key & 0xffff);
}

/** Members at the frame's first tick; who was put in or taken out between frames is not among. */
function markHad(index: i32, o: Observer): void {
  memory.fill(HAD, 0, bitBytes());
  const entries = memberEntriesOf(index);
  for (let i = 0; i < o.memberCount; i++) {
    const entry = entryOfOld(<i32>load<u16>(entries + ((<usize>i) << 1)));
    if (entry >= 0) setBit(HAD, entry);
  }
}

function setBit(bits: usize, entry: i32): void {
  const at = bits + <usize>(entry >>> 3);
  const bit: u32 = 1 << (entry & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}

/** Of who was there at the first tick and was a member: not to be given again. */
function isHad(entry: i32): bool {
  return ((<i32>load<u8>(HAD + <usize>(entry >>> 3)) >>> (entry & 7)) & 1) != 0;
}

/** Nobody is near who is not there. */
function gather(o: Observer, own: i32): void {
  playerCount = 0;
  bodyCount = 0;
  if (own < 0) return;
  const at = body(slotOf(o.entity)).position;
  playerCount = gatherPlayers(o, at, own);
  bodyCount = gatherNear(LOOSE_CELLS, at, bodiesReach, bodiesWithin, BODY_KEYS, own);
  if (bodyCount <= BODIES_MAX) return;
  keepLeast(BODY_KEYS, bodyCount, BODIES_MAX);
  bodyCount = BODIES_MAX;
}

/** How much further than last time the last of the nearest may be before the look was too short. */
const GUESS_SHARE: f32 = 1.2;

/** Looks as far as last time's nearest were, and again as far as may be when that was too near. */
function gatherPlayers(o: Observer, at: v128, own: i32): i32 {
  const guess = o.nearestWithin * GUESS_SHARE;
  let count = 0;
  if (guess > 0 && guess < playersWithin) {
    const reach = playersReach * Mathf.sqrt(guess / playersWithin);
    count = gatherNear(PLAYER_CELLS, at, reach, guess, PLAYER_KEYS, own);
  }
  if (count < nearestMax) {
    count = gatherNear(PLAYER_CELLS, at, playersReach, playersWithin, PLAYER_KEYS, own);
  }
  o.nearestWithin = 0;
  if (count < nearestMax) return count;
  keepLeast(PLAYER_KEYS, count, nearestMax);
  o.nearestWithin = reinterpret<f32>(<u32>(heapKey(PLAYER_KEYS, 0) >>> 32));
  return nearestMax;
}

/** False when the group finds no room. */
function takeGroupOf(entry: i32): bool {
  const group = groupOfEntry(entry);
  const span = groupSpan(group);
  const mask = span.mask;
  if (mask == 0) return takeWideGroup(group, entry);
  const at = HAS + <usize>span.base;
  const bits = load<u64>(at);
  if ((bits & mask) != 0) return true;
  if (taken + span.size > room) return false;
  store<u64>(at, bits | mask);
  taken += span.size;
  return true;
}

function takeWideGroup(group: i32, entry: i32): bool {
  if (isTaken(entry)) return true;
  const first = groupStart(group);
  const end = groupStart(group + 1);
  if (taken + end - first > room) return false;
  for (let place = first; place < end; place++) setBit(HAS, groupEntry(place));
  taken += end - first;
  return true;
}

/** What all must have, beside the members that are asked for, and his own group. */
function takeOwn(o: Observer, own: i32, forcedCount: i32): bool {
  memory.fill(HAS, 0, bitBytes());
  taken = 0;
  room = MEMBER_CAPACITY;
  for (let i = 0; i < forcedCount; i++) {
    const index = entityIndex(load<u32>(EVERYBODYS + ((<usize>i) << 2)));
    const entry = index < ENTITY_CAPACITY ? entryAt(index) : -1;
    if (entry >= 0 && !takeGroupOf(entry)) o.flags |= ObserverFlag.MISSES_FORCED;
  }
  room = min<i32>(MEMBER_CAPACITY, taken + membersMax);
  if (own < 0 || takeGroupOf(own)) return true;
  o.flags |= ObserverFlag.OVERFULL;
  return false;
}

/** In any order; when all find room the order says nothing. */
function takeSeeds(): bool {
  for (let i = 0; i < playerCount; i++) {
    if (!takeGroupOf(keyEntry(heapKey(PLAYER_KEYS, i)))) return false;
  }
  for (let i = 0; i < bodyCount; i++) {
    if (!takeGroupOf(keyEntry(heapKey(BODY_KEYS, i)))) return false;
  }
  return true;
}

function takeInOrder(o: Observer, own: i32, forcedCount: i32): void {
  takeOwn(o, own, forcedCount);
  makeHeap(PLAYER_KEYS, playerCount);
  sortHeap(PLAYER_KEYS, playerCount);
  makeHeap(BODY_KEYS, bodyCount);
  sortHeap(BODY_KEYS, bodyCount);
  for (let i = 0; i < playerCount; i++) takeGroupOf(keyEntry(heapKey(PLAYER_KEYS, i)));
  for (let i = 0; i < bodyCount; i++) takeGroupOf(keyEntry(heapKey(BODY_KEYS, i)));
}

/** Bodies that found no room. */
function writeRim(index: i32, o: Observer, all: bool): void {
  o.rimCount = 0;
  for (let i = 0; i < bodyCount && !all && o.rimCount < RIM_CAPACITY; i++) {
    const entry = keyEntry(heapKey(BODY_KEYS, i));
    if (!isTaken(entry)) putRim(index, o, entry);
  }
}

function putRim(index: i32, o: Observer, entry: i32): void {
  const rim = rimOf(index, o.rimCount++);
  rim.id = idNow(entry);
  const way = sub3(body(slotOf(rim.id)).position, body(slotOf(o.entity)).position);
  rim.tier = ghostTier(dot3(way, way));
}

/** Mostly nobody came or went, in the world and here: then all stands written already. */
function writeChanges(index: i32, o: Observer): void {
  o.enterCount = 0;
  o.leaveCount = 0;
  if (o.againCount > 0) missAgain(o);
  if (areEntriesSame() && hasWhatHeHad()) return;
  writeLeaves(index, o);
  writeEnters(o);
  writeMembers(index, o);
}

function hasWhatHeHad(): bool {
  for (let at: usize = 0; at < bitBytes(); at += 16) {
    if (v128.any_true(v128.xor(v128.load(HAS + at), v128.load(HAD + at)))) return false;
  }
  return true;
}

function writeLeaves(index: i32, o: Observer): void {
  const entries = memberEntriesOf(index);
  let leaves = LEAVES + ((<usize>o.leaveStart) << 2);
  for (let i = 0; i < o.memberCount; i++) {
    const old = <i32>load<u16>(entries + ((<usize>i) << 1));
    const entry = entryOfOld(old);
    if (entry >= 0 && isTaken(entry) && isHad(entry)) continue;
    store<u32>(leaves, oldId(old));
    leaves += 4;
  }
  o.leaveCount = <i32>((leaves - LEAVES) >> 2) - o.leaveStart;
}

/** Who enters was there at the frame's first tick; who came since comes by the frame itself. */
function writeEnters(o: Observer): void {
  let enters = ENTERS + ((<usize>o.enterStart) << 2);
  for (let at: usize = 0; at < bitBytes(); at += 8) {
    for (let bits = load<u64>(HAS + at) & ~load<u64>(HAD + at); bits != 0; bits &= bits - 1) {
      const id = idBefore(<i32>(at << 3) + <i32>ctz(bits));
      if (id == 0) continue;
      store<u32>(enters, id);
      enters += 4;
    }
  }
  o.enterCount = <i32>((enters - ENTERS) >> 2) - o.enterStart;
}

function writeMembers(index: i32, o: Observer): void {
  const ids = membersOf(index);
  const entries = memberEntriesOf(index);
  let count: usize = 0;
  for (let at: usize = 0; at < bitBytes(); at += 8) {
    for (let bits = load<u64>(HAS + at); bits != 0; bits &= bits - 1) {
      const entry = <i32>(at << 3) + <i32>ctz(bits);
      const id = idNow(entry);
      if (id == 0) continue;
      store<u32>(ids + (count << 2), id);
      store<u16>(entries + (count << 1), <u16>entry);
      count++;
    }
  }
  o.memberCount = <i32>count;
}
