import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { BODY_KEYS, NEAREST_KEYS, PLAYER_KEYS } from '../layout';
import { MEMBER_CAPACITY, RIM_CAPACITY } from '../limits';
import { isPressed } from './allowance';
import { gatherNear, LOOSE_CELLS, PLAYER_CELLS } from './cells';
import { isHad } from './entries';
import { keepLeast, makeHeap, offerKey, sortHeap } from './nearest';
import { Observer } from './observer';
import {
  bodiesWithin,
  keepShare,
  nearestAlways,
  nearestMax,
  playersWithin,
  pressedShare,
} from './settings';

/**
 * Whose groups an observer is to get: the nearest players and the nearest bodies. A list is in any
 * order until it is sorted; a seed is an entry and how far it counts, squared.
 */

/** Seeds among bodies: further ones could find no room but by the failure of many. */
const BODIES_MAX: i32 = MEMBER_CAPACITY + RIM_CAPACITY;
/** How much further than last time the last of the nearest may be before the look was too short. */
const GUESS_SHARE: f32 = 1.2;

let playerCount: i32 = 0;
let bodyCount: i32 = 0;
let nearestCount: i32 = 0;
/** What a squared distance to a player who is a member counts for. */
let keep: f32 = 1;

function keyOf(keys: usize, place: i32): u64 {
  return load<u64>(keys + ((<usize>place) << 3));
}

function squaredOf(key: u64): f32 {
  return reinterpret<f32>(<u32>(key >>> 32));
}

function entryOf(key: u64): i32 {
  return <i32>(key & 0xffff);
}

export function playerSeeds(): i32 {
  return playerCount;
}

export function playerSeed(place: i32): i32 {
  return entryOf(keyOf(PLAYER_KEYS, place));
}

export function playerSeedSquared(place: i32): f32 {
  return squaredOf(keyOf(PLAYER_KEYS, place));
}

export function bodySeeds(): i32 {
  return bodyCount;
}

export function bodySeed(place: i32): i32 {
  return entryOf(keyOf(BODY_KEYS, place));
}

export function bodySeedSquared(place: i32): f32 {
  return squaredOf(keyOf(BODY_KEYS, place));
}

/** The very nearest players, of whoever is rationed. */
export function nearestSeeds(): i32 {
  return nearestCount;
}

export function nearestSeed(place: i32): i32 {
  return entryOf(keyOf(NEAREST_KEYS, place));
}

/** Players and bodies the nearest first. */
export function sortSeeds(): void {
  makeHeap(PLAYER_KEYS, playerCount);
  sortHeap(PLAYER_KEYS, playerCount);
  makeHeap(BODY_KEYS, bodyCount);
  sortHeap(BODY_KEYS, bodyCount);
}

/** Nobody is near who is not there. */
export function gatherSeeds(o: Observer, own: i32, isRationed: bool): void {
  playerCount = 0;
  bodyCount = 0;
  nearestCount = 0;
  if (own < 0) return;
  const at = body(slotOf(o.entity)).position;
  keep = isRationed && isPressed(o) ? pressedShare : keepShare;
  gatherPlayers(o, at, own);
  if (isRationed) gatherNearest();
  keepNearest(o);
  bodyCount = gatherNear(LOOSE_CELLS, at, bodiesWithin, keepShare, BODY_KEYS, own);
  if (bodyCount <= BODIES_MAX) return;
  keepLeast(BODY_KEYS, bodyCount, BODIES_MAX);
  bodyCount = BODIES_MAX;
}

/** Looks as far as last time's nearest were, and again as far as may be when that was too near. */
function gatherPlayers(o: Observer, at: v128, own: i32): void {
  const guess = o.nearestWithin * GUESS_SHARE;
  if (guess > 0 && guess < playersWithin) {
    playerCount = gatherNear(PLAYER_CELLS, at, guess, keep, PLAYER_KEYS, own);
  }
  if (playerCount >= nearestMax) return;
  playerCount = gatherNear(PLAYER_CELLS, at, playersWithin, keep, PLAYER_KEYS, own);
}

/** The very nearest of those, members or not. */
function gatherNearest(): void {
  for (let i = 0; i < playerCount; i++) {
    const key = keyOf(PLAYER_KEYS, i);
    const counts = squaredOf(key);
    const squared = isHad(entryOf(key)) ? counts / keep : counts;
    const plain = ((<u64>reinterpret<u32>(squared)) << 32) | (key & 0xffff);
    nearestCount = offerKey(NEAREST_KEYS, nearestCount, nearestAlways, plain);
  }
}

function keepNearest(o: Observer): void {
  o.nearestWithin = 0;
  if (playerCount < nearestMax) return;
  keepLeast(PLAYER_KEYS, playerCount, nearestMax);
  o.nearestWithin = squaredOf(keyOf(PLAYER_KEYS, 0));
  playerCount = nearestMax;
}
