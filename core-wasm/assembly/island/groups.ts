import { body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { contact } from '../contact/contact';
import { joint } from '../joint/joint';
import { jointCount } from '../joint/joint-store';
import { BEGAN, FIRST_STATIC, GROUPS } from '../layout';
import { ENTITY_CAPACITY, TICKS_PER_FRAME } from '../limits';
import { leftGripOf, Player, player, rightGripOf } from '../player/player';
import { header } from '../world/header';
import { activeCount, activeSlot } from './active';
import { islandOf } from './islands';

/**
 * Groups: movers that could have felt each other since the frame began, in any of its ticks or
 * through a contact or joint that the frame began with. Whoever has a whole group at the frame's
 * first tick, and the frame, computes it as the whole world does. Groups are known after the frame
 * is stepped, not before: a guess from swept bounds would be larger, and could still be wrong.
 */

function parent(index: i32): i32 {
  const to = <i32>load<u16>(GROUPS + ((<usize>index) << 1));
  return to == 0 ? index : to;
}

function setParent(index: i32, to: i32): void {
  store<u16>(GROUPS + ((<usize>index) << 1), <u16>to);
}

/** The lowest entity index of the group that an entity's index is in. */
export function groupOf(index: i32): i32 {
  let root = index;
  while (parent(root) != root) {
    setParent(root, parent(parent(root)));
    root = parent(root);
  }
  return root;
}

function uniteIndices(a: i32, b: i32): void {
  const rootA = groupOf(a);
  const rootB = groupOf(b);
  if (rootA < rootB) setParent(rootB, rootA);
  else if (rootB < rootA) setParent(rootA, rootB);
}

/** Makes one group of two movers; what is static, or not there, has none. */
export function uniteMovers(a: u32, b: u32): void {
  const slotA = slotOf(a);
  const slotB = slotOf(b);
  if (slotA < 0 || slotA >= FIRST_STATIC || slotB < 0 || slotB >= FIRST_STATIC) return;
  uniteIndices(entityIndex(a), entityIndex(b));
}

/** At a frame's first tick, before its commands: who hangs together already. */
export function beginGroups(): void {
  if (header().tick % TICKS_PER_FRAME != 0) return;
  memory.fill(GROUPS, 0, ENTITY_CAPACITY * 2);
  noteMovers();
  for (let i = 0; i < header().contactCount; i++) {
    const c = contact(i);
    if (c.staticB == 0 && c.idB != 0) uniteMovers(c.idA, c.idB);
  }
  for (let i = 0; i < jointCount(); i++) {
    const j = joint(i);
    if (j.bodyB != 0) uniteMovers(j.bodyA, j.bodyB);
  }
  for (let i = 0; i < header().playerCount; i++) unitePlayer(player(i));
}

let began: i32 = 0;
let beganTick: u32 = 0;

function noteMovers(): void {
  began = header().moverCount;
  beganTick = header().tick;
  for (let slot = 0; slot < began; slot++) {
    store<u32>(BEGAN + ((<usize>slot) << 2), body(slot).id);
  }
}

/** True after a frame that was stepped from its first tick to its last. */
export function areGroupsWhole(): bool {
  return header().tick == beganTick + TICKS_PER_FRAME;
}

/** How many movers there were when the frame began. */
export function beganCount(): i32 {
  return began;
}

/** Their ids, ascending by index. */
export function beganId(place: i32): u32 {
  return load<u32>(BEGAN + ((<usize>place) << 2));
}

function unitePlayer(p: Player): void {
  uniteMovers(p.id, p.leftHand);
  uniteMovers(p.id, p.rightHand);
  uniteMovers(p.id, leftGripOf(p).held);
  uniteMovers(p.id, rightGripOf(p).held);
  uniteMovers(p.id, p.groundEntity);
}

/** Adds the tick's islands. */
export function uniteIslands(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    uniteIndices(entityIndex(body(slot).id), entityIndex(body(islandOf(slot)).id));
  }
}

/** From here on each entity's index names its group at once. */
export function flattenGroups(): void {
  for (let index = 1; index < header().entityHigh; index++) setParent(index, groupOf(index));
}
