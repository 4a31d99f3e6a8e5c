import { body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { EVERYBODYS, HAD, HAS } from '../layout';
import { ENTITY_CAPACITY, RIM_CAPACITY, TICKS_PER_FRAME } from '../limits';
import { dot3, sub3 } from '../math/vec3';
import { header } from '../world/header';
import { adjustPlayers, isPressed, isRationed, leastBytes, mayEnter, mayStay } from './allowance';
import { writeChanges } from './changes';
import {
  areEntriesSame,
  bitBytes,
  entryAt,
  entryNow,
  entryOfOld,
  idNow,
  isHad,
  isRegrouped,
  isTaken,
} from './entries';
import { ghostTier } from './ghosts';
import { memberEntriesOf, Observer, ObserverFlag, rimOf } from './observer';
import {
  bodySeed,
  bodySeedSquared,
  bodySeeds,
  gatherSeeds,
  nearestSeed,
  nearestSeeds,
  playerSeed,
  playerSeedSquared,
  playerSeeds,
  sortSeeds,
} from './seeds';
import { lookInterval, membersMax } from './settings';
import {
  beginTaking,
  enterBytesOfTaken,
  enterBytesOfWeighed,
  keptOfWeighed,
  limitTaking,
  newOfWeighed,
  playersOfWeighed,
  setBit,
  takeGroupOf,
  takenNew,
  takenPlayers,
  takeWeighed,
  weighGroupOf,
} from './take';

/**
 * What one observer simulates: the groups that all must have, his own, then those of the nearest
 * players, then those of the nearest bodies, each whole or not at all. One that finds no room is
 * left out; a smaller one behind it may find some. Where bytes are rationed a group must be paid
 * for as well, but for the very nearest.
 */

/** Whether bytes are counted for the observer whose turn it is. */
let rationed: bool = false;

/** Sets an observer's members and rim; what changed goes behind that of others. */
export function chooseMembers(index: i32, o: Observer, forcedCount: i32, tells: bool): void {
  if (forcedCount == 0 && isStill(index, o)) {
    markMembers(index, o, HAS);
    o.enterCount = 0;
    o.leaveCount = 0;
    return;
  }
  markMembers(index, o, HAD);
  rationed = tells && isRationed(o);
  const own = entryNow(o.entity);
  const due = isLookDue(index, o);
  if (due || !takeKept(index, o, own, forcedCount)) {
    if (due && rationed) adjustPlayers(o, lookInterval);
    look(index, o, own, forcedCount);
  }
  o.playerCount = <u16>takenPlayers();
  writeChanges(index, o);
}

function look(index: i32, o: Observer, own: i32, forcedCount: i32): void {
  gatherSeeds(o, own, rationed);
  o.flags = 0;
  let all = takeOwn(o, own, forcedCount) && takeSeeds();
  if (all && rationed) all = isAllPaid(o);
  if (!all) takeInOrder(o, own, forcedCount);
  writeRim(index, o, all);
}

/** Whether all that was taken may be had. */
function isAllPaid(o: Observer): bool {
  if (takenPlayers() > <i32>o.playersMost) return false;
  return takenNew() == 0 || mayEnter(o, enterBytesOfTaken(), 0);
}

/** Nobody came or went, and whomever he has met nobody and left nobody: mostly it is so. */
function isStill(index: i32, o: Observer): bool {
  if (!areEntriesSame() || o.againCount > 0 || isLookDue(index, o)) return false;
  const entries = memberEntriesOf(index);
  for (let i = 0; i < o.memberCount; i++) {
    if (isRegrouped(<i32>load<u16>(entries + ((<usize>i) << 1)))) return false;
  }
  return true;
}

/** He looks around in turn; at once when he has nothing yet, or found no room for all. */
function isLookDue(index: i32, o: Observer): bool {
  if (o.memberCount == 0 || o.flags != 0) return true;
  if (o.rimCount != 0 && !isRationed(o)) return true;
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
  if (rationed && takenNew() > 0 && !mayStay(o, enterBytesOfTaken(), 0, 0)) return false;
  return o.flags == 0;
}

/** Members at the frame's first tick; who was put in or taken out between frames is not among. */
function markMembers(index: i32, o: Observer, bits: usize): void {
  memory.fill(bits, 0, bitBytes());
  const entries = memberEntriesOf(index);
  for (let i = 0; i < o.memberCount; i++) {
    const entry = entryOfOld(<i32>load<u16>(entries + ((<usize>i) << 1)));
    if (entry >= 0) setBit(bits, entry);
  }
}

/** What all must have, beside the members that are asked for, and his own group. */
function takeOwn(o: Observer, own: i32, forcedCount: i32): bool {
  beginTaking();
  for (let i = 0; i < forcedCount; i++) {
    const index = entityIndex(load<u32>(EVERYBODYS + ((<usize>i) << 2)));
    const entry = index < ENTITY_CAPACITY ? entryAt(index) : -1;
    if (entry >= 0 && !takeGroupOf(entry)) o.flags |= ObserverFlag.MISSES_FORCED;
  }
  limitTaking(membersMax);
  if (own < 0 || takeGroupOf(own)) return true;
  o.flags |= ObserverFlag.OVERFULL;
  return false;
}

/** In any order; when all find room the order says nothing. */
function takeSeeds(): bool {
  for (let i = 0; i < playerSeeds(); i++) if (!takeGroupOf(playerSeed(i))) return false;
  for (let i = 0; i < bodySeeds(); i++) if (!takeGroupOf(bodySeed(i))) return false;
  return true;
}

/** Bytes of those who enter. */
let spent: i32 = 0;

/** Who is pressed takes no bodies beyond the last of his players, but keeps those that he has. */
function takeInOrder(o: Observer, own: i32, forcedCount: i32): void {
  takeOwn(o, own, forcedCount);
  for (let i = 0; i < nearestSeeds(); i++) takeGroupOf(nearestSeed(i));
  spent = rationed ? enterBytesOfTaken() : 0;
  sortSeeds();
  let within: f32 = 0;
  for (let i = 0; i < playerSeeds(); i++) {
    takeNext(o, playerSeed(i));
    if (isTaken(playerSeed(i))) within = playerSeedSquared(i);
  }
  if (!rationed || !isPressed(o)) within = Infinity;
  for (let i = 0; i < bodySeeds(); i++) {
    const entry = bodySeed(i);
    if (isHad(entry) || bodySeedSquared(i) < within) takeNext(o, entry);
  }
}

function takeNext(o: Observer, entry: i32): void {
  if (isTaken(entry)) return;
  weighGroupOf(entry);
  if (!rationed || isPaid(o, entry)) takeWeighed(entry);
}

/** How many players more than one may have stay, so that nobody comes and goes with every look. */
const PLAYERS_SLACK: i32 = 3;

/** Whether there are bytes for who is new in the group just weighed, and for its inputs. */
function isPaid(o: Observer, entry: i32): bool {
  const again = leastBytes(keptOfWeighed());
  const least = leastBytes(newOfWeighed());
  const players = playersOfWeighed();
  const slack = again > 0 ? PLAYERS_SLACK : 0;
  // Whatever is worth more than who is new in it stays: a heap of crates that somebody climbs.
  const isCapped = players > 0 && again <= least;
  if (isCapped && takenPlayers() + players > <i32>o.playersMost + slack) return false;
  if (least == 0) return true;
  // What it takes to the byte means to make its chunk: only of who is likely to get it.
  if (!isBorne(o, least, again)) return false;
  const bytes = enterBytesOfWeighed(entry);
  if (!isBorne(o, bytes, again)) return false;
  spent += bytes;
  return true;
}

function isBorne(o: Observer, bytes: i32, again: i32): bool {
  return again == 0 ? mayEnter(o, bytes, spent) : mayStay(o, bytes, spent, again);
}

/** Bodies that found no room, or no bytes. */
function writeRim(index: i32, o: Observer, all: bool): void {
  o.rimCount = 0;
  for (let i = 0; i < bodySeeds() && !all && o.rimCount < RIM_CAPACITY; i++) {
    const entry = bodySeed(i);
    if (!isTaken(entry)) putRim(index, o, entry);
  }
}

function putRim(index: i32, o: Observer, entry: i32): void {
  const rim = rimOf(index, o.rimCount++);
  rim.id = idNow(entry);
  const way = sub3(body(slotOf(rim.id)).position, body(slotOf(o.entity)).position);
  rim.tier = ghostTier(dot3(way, way));
}
