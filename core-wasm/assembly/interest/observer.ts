import { MEMBER_ENTRIES, MEMBERS, OBSERVER_BYTES, OBSERVERS, RIM_BYTES, RIMS } from '../layout';
import { MEMBER_CAPACITY, RIM_CAPACITY } from '../limits';

export const enum ObserverFlag {
  /** His own group found no room. */
  OVERFULL = 1,
  /** One that all must have found none. */
  MISSES_FORCED = 2,
}

/**
 * One who looks: what he has, from frame to frame, and what changed in the last. No part of STATE:
 * it decides who is told what, never what happens.
 */
@unmanaged
@final
export class Observer {
  /** Mover around whom he looks; 0 while nobody does. */
  entity: u32;
  /** Bytes of ghosts a frame. */
  budget: i32;
  flags: u32;
  memberCount: i32;
  rimCount: i32;
  /** Places in ENTERS, LEAVES and GHOSTS. */
  enterStart: i32;
  enterCount: i32;
  leaveStart: i32;
  leaveCount: i32;
  ghostStart: i32;
  ghostCount: i32;
  /** Where the last of the nearest players was, m²; 0 while not known. */
  nearestWithin: f32;
  /** The shortest wait among the last ghosts of players; 0 while not known. */
  leastWait: i32;
  /** Place and length of his message in MESSAGES; no length, no message. */
  messageStart: u32;
  messageLength: i32;
  /** Whom he is to get again, in the list of `again.ts`. */
  againStart: u16;
  againCount: u16;
  /** Bytes that he may get a second, 0 without a limit; what is left of them, or owed. */
  bytesPerSecond: i32;
  balance: i32;
  /** The balance at the look before. */
  balanceBefore: i32;
  /** What is kept for what may not be refused, and what his messages take: in parts of a byte. */
  reserve: i32;
  usage: i32;
  /** Players whom he may have, 0 while he has nothing yet, and whom he has; himself included. */
  playersMost: u16;
  playerCount: u16;
  /** Frames until `playersMost` may change. */
  adjustDelay: i32;
}

assert(offsetof<Observer>() == OBSERVER_BYTES);

export function observer(index: i32): Observer {
  return changetype<Observer>(OBSERVERS + <usize>index * OBSERVER_BYTES);
}

/** Address of the ids that an observer simulates, ascending by index. */
export function membersOf(index: i32): usize {
  return MEMBERS + <usize>index * (MEMBER_CAPACITY * 4);
}

/** Address of the same members' entries, two bytes each. */
export function memberEntriesOf(index: i32): usize {
  return MEMBER_ENTRIES + <usize>index * (MEMBER_CAPACITY * 2);
}

/** A loose body that found no room, the nearest first; the host reads pairs of words. */
@unmanaged
@final
export class Rim {
  id: u32;
  /** 0 for the nearest eighth of the distance of ghosts to 3 for its outer half. */
  tier: i32;
}

assert(offsetof<Rim>() == RIM_BYTES);

export function rimOf(index: i32, place: i32): Rim {
  assert(place < RIM_CAPACITY);
  return changetype<Rim>(RIMS + <usize>(index * RIM_CAPACITY + place) * RIM_BYTES);
}
