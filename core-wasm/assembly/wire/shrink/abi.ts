import { EXCERPT, LISTED, MESSAGES, MESSAGES_BYTES, STAGING, STATE_BYTES } from '../../layout';
import { arrivedHistory, arrivedPlayer, arrivedPlayers } from './arrivals';
import { CONTEXTS } from './context';
import { beginEnters, writeEnters } from './enters';
import { beginUnshrink, finishUnshrink, insertArrivals, shrinkGroup, unshrinkGroup } from './group';
import { ODDS } from './prior';
import { shrinkSnapshot, unshrinkSnapshot } from './snapshot';

/** The shrinking's part of the ABI. */

/**
 * Length of the chunk in EXCERPT of the `count` ids in LISTED, or a `WireFault` below zero; with
 * histories when `told` is 1.
 */
export function groupShrink(count: i32, told: i32): i32 {
  return shrinkGroup(LISTED, count, EXCERPT, STATE_BYTES, told != 0);
}

/** Before the first `entersWrite` from an open packed state. */
export function entersBegin(): void {
  beginEnters();
}

/** Length of the chunks of the `count` ids in LISTED, where messages are, or a fault below zero. */
export function entersWrite(count: i32): i32 {
  return writeEnters(LISTED, count, MESSAGES, MESSAGES_BYTES);
}

/** Takes the chunks that the `length` bytes in STAGING are; 0, or a `WireFault`. */
function unshrinkAll(length: i32): i32 {
  beginUnshrink();
  for (let at = 0; at < length; ) {
    const taken = unshrinkGroup(STAGING + <usize>at, length - at);
    if (taken < 0) return -taken;
    at += taken;
  }
  return 0;
}

/** Length of the excerpt in STAGING that its `length` bytes of chunks are, or a fault below 0. */
export function groupsUnshrink(length: i32): i32 {
  const fault = unshrinkAll(length);
  return fault == 0 ? finishUnshrink() : -fault;
}

/**
 * Takes the chunks that the `length` bytes in STAGING are, of which only players are asked for; how
 * many those are, or a `WireFault` below zero.
 */
export function groupsMeet(length: i32): i32 {
  const fault = unshrinkAll(length);
  return fault == 0 ? arrivedPlayers() : -fault;
}

/** Id of the player who was met as number `number`. */
export function metPlayer(number: i32): u32 {
  return arrivedPlayer(number).id;
}

/** Address of his history. */
export function metHistory(number: i32): usize {
  return arrivedHistory(number);
}

/** Puts the chunks that the `length` bytes in STAGING are into the world; a `WireFault`. */
export function groupsInsert(length: i32): i32 {
  const fault = unshrinkAll(length);
  return fault == 0 ? insertArrivals() : fault;
}

/** Length of what the snapshot in STAGING shrinks to, in EXCERPT, or a `WireFault` below zero. */
export function snapshotShrink(length: i32): i32 {
  return shrinkSnapshot(length);
}

/** Length of the snapshot in STAGING that its `length` bytes shrank from, or a fault below 0. */
export function snapshotUnshrink(length: i32): i32 {
  return unshrinkSnapshot(length);
}

// For the training of the prior.

export const oddsAddress: usize = ODDS;
export const oddsCount: i32 = CONTEXTS;
