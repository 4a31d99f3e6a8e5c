import { type Core, emptyMovers, type MoverColumns } from '../../core-wasm/host/core.ts';
import {
  chooseWanted,
  createInterestScratch,
  createNear,
  type InterestLimits,
  type InterestScratch,
  type Near,
} from './interest.ts';

/**
 * Bubbles: which movers each client simulates. In each frame it must have whole groups, those of
 * whatever it wants; then it computes them as the server does, bit for bit. What it had and its
 * groups of this frame do not hold leaves at the first tick, what it lacks of them enters.
 */

/** What one client has. */
export interface Bubble {
  /** Movers at the first tick of the coming frame; the first `count` count. */
  present: Uint32Array;
  count: number;
  readonly near: Near;
}

export function createBubble(entityCapacity: number): Bubble {
  return { present: new Uint32Array(0), count: 0, near: createNear(entityCapacity) };
}

/** Movers at one tick, and those of each group as a list in entity order. */
interface Census {
  readonly movers: MoverColumns;
  /** Row of the first of a group, by the group's index, −1 for none. */
  readonly first: Int16Array;
  /** Row of the next, by row. */
  next: Int16Array;
}

/** The frame that was just stepped, as bubbles look at it. One serves a room. */
export interface Scene {
  readonly limits: InterestLimits;
  readonly scratch: InterestScratch;
  /** Whom everybody must have. */
  forced: Uint16Array;
  groups: Uint16Array;
  readonly groupStorage: Uint16Array;
  /** At the frame's first tick, and after its last. */
  readonly before: Census;
  readonly after: Census;
  /** By group and by entity index: the choice that last took it. */
  readonly chosenBy: Uint32Array;
  readonly presentBy: Uint32Array;
  choice: number;
  readonly concerned: Uint32Array;
  readonly members: Uint32Array;
  readonly leaves: Uint32Array;
  readonly enters: Uint32Array;
  readonly next: Uint32Array;
}

export function createScene(entityCapacity: number, limits: InterestLimits): Scene {
  const ids = () => new Uint32Array(entityCapacity);
  return {
    limits,
    scratch: createInterestScratch(entityCapacity, limits),
    forced: new Uint16Array(0),
    groups: new Uint16Array(0),
    groupStorage: new Uint16Array(entityCapacity),
    before: createCensus(entityCapacity),
    after: createCensus(entityCapacity),
    chosenBy: ids(),
    presentBy: ids(),
    choice: 0,
    concerned: ids(),
    members: ids(),
    leaves: ids(),
    enters: ids(),
    next: ids(),
  };
}

function createCensus(entityCapacity: number): Census {
  return {
    movers: emptyMovers(),
    first: new Int16Array(entityCapacity),
    next: new Int16Array(0),
  };
}

/** At the first tick of a loaded frame. */
export function beginScene(scene: Scene, core: Core): void {
  scene.forced = core.openFilter();
  core.readMovers(scene.before.movers);
}

/** After its last tick. */
export function endScene(scene: Scene, core: Core): void {
  core.readMovers(scene.after.movers);
  scene.groups = core.groups(scene.groupStorage);
  listGroups(scene.before, scene.groups);
  listGroups(scene.after, scene.groups);
}

function listGroups(census: Census, groups: Uint16Array): void {
  const { movers, first } = census;
  if (census.next.length < movers.count) census.next = new Int16Array(movers.ids.length);
  first.fill(-1);
  for (let row = movers.count - 1; row >= 0; row--) {
    const group = groups[(movers.ids[row] as number) & 0xffff] as number;
    census.next[row] = first[group] as number;
    first[group] = row;
  }
}

/** What one client must be told; views that hold until the next choice. */
export interface Choice {
  /** Its movers at the frame's first tick, once who leaves has left and who enters is in. */
  readonly members: Uint32Array;
  readonly leaves: Uint32Array;
  readonly enters: Uint32Array;
  /** Index of each group that it has, also of those who are spawned only now. */
  readonly concerned: Uint32Array;
  /** Its movers after the frame's last tick: to be taken with `adopt`. */
  readonly next: Uint32Array;
}

/** Chooses the groups of the frame for the owner of player `own`. */
export function chooseBubble(scene: Scene, bubble: Bubble, own: number): Choice {
  const { before, after, groups, limits, forced, chosenBy, presentBy } = scene;
  const choice = ++scene.choice;
  let concernedCount = 0;
  let memberCount = 0;
  let nextCount = 0;
  const take = (index: number): void => {
    // Whose spawn still waits may lie beyond all that ever were.
    const group = groups[index] ?? index;
    if (chosenBy[group] === choice) return;
    chosenBy[group] = choice;
    scene.concerned[concernedCount++] = group;
    memberCount = copyGroup(before, group, scene.members, memberCount);
    nextCount = copyGroup(after, group, scene.next, nextCount);
  };
  take(own & 0xffff);
  for (const index of forced) take(index);
  const wanted = chooseWanted(after.movers, own, bubble.near, limits, scene.scratch);
  for (let i = 0; i < wanted.length; i++) take(wanted[i] as number);

  let leaveCount = 0;
  for (let i = 0; i < bubble.count; i++) {
    const id = bubble.present[i] as number;
    presentBy[id & 0xffff] = choice;
    if (chosenBy[groups[id & 0xffff] as number] !== choice) scene.leaves[leaveCount++] = id;
  }
  let enterCount = 0;
  for (let i = 0; i < memberCount; i++) {
    const id = scene.members[i] as number;
    if (presentBy[id & 0xffff] !== choice) scene.enters[enterCount++] = id;
  }
  return {
    members: scene.members.subarray(0, memberCount),
    concerned: scene.concerned.subarray(0, concernedCount),
    leaves: scene.leaves.subarray(0, leaveCount),
    enters: scene.enters.subarray(0, enterCount),
    next: scene.next.subarray(0, nextCount),
  };
}

function copyGroup(census: Census, group: number, to: Uint32Array, count: number): number {
  let copied = count;
  for (let row = census.first[group] as number; row >= 0; row = census.next[row] as number) {
    to[copied++] = census.movers.ids[row] as number;
  }
  return copied;
}

/** The client has been told: this is what it has when the frame is over. */
export function adopt(bubble: Bubble, next: Uint32Array): void {
  if (bubble.present.length < next.length) bubble.present = new Uint32Array(next.length * 2);
  bubble.present.set(next);
  bubble.count = next.length;
}
