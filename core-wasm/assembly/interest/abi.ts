import {
  ENTERS,
  GHOSTS,
  LEAVES,
  MEMBERS,
  OBSERVER_BYTES,
  OBSERVER_ORDER,
  OBSERVERS,
  RIMS,
} from '../layout';
import { MEMBER_CAPACITY, NEAREST_CAPACITY, OBSERVER_CAPACITY, RIM_CAPACITY } from '../limits';
import { giveAgain } from './again';
import { beginInterest, clearObserver, lookOn, setObserver } from './run';
import { loadSettings } from './settings';

/** The part of the ABI that is interest's; `core-wasm/host/interest.ts` is the one caller. */

export const observersAddress: usize = OBSERVERS;
export const observerBytes: i32 = OBSERVER_BYTES;
export const observerOrderAddress: usize = OBSERVER_ORDER;
export const observerCapacity: i32 = OBSERVER_CAPACITY;
export const membersAddress: usize = MEMBERS;
export const memberCapacity: i32 = MEMBER_CAPACITY;
export const nearestCapacity: i32 = NEAREST_CAPACITY;
export const rimsAddress: usize = RIMS;
export const rimCapacity: i32 = RIM_CAPACITY;
export const entersAddress: usize = ENTERS;
export const leavesAddress: usize = LEAVES;
export const ghostsAddress: usize = GHOSTS;

/** Takes the settings in FIELDS. */
export function interestSet(): void {
  loadSettings();
}

export function interestObserve(index: i32, entity: u32, budget: i32, bytesPerSecond: i32): i32 {
  return setObserver(index, entity, budget, bytesPerSecond) ? 1 : 0;
}

export function interestForget(index: i32): void {
  clearObserver(index);
}

/** `count` ids in LISTED that he is to lose and get with the next run; 1 when that was noted. */
export function interestAgain(index: i32, count: i32): i32 {
  if (index < 0 || index >= OBSERVER_CAPACITY) return 0;
  return giveAgain(index, count) ? 1 : 0;
}

/** After a whole frame; `count` ids in LISTED are for all observers. 1 when it was begun. */
export function interestBegin(count: i32, tells: i32): i32 {
  return beginInterest(count, tells != 0) ? 1 : 0;
}

/** The next `most` observers, who stand in that order from `observerOrderAddress` on; how many. */
export function interestLookOn(most: i32): i32 {
  return lookOn(most);
}
