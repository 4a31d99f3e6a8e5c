import { body } from '../body/body';
import { invalidateDormantGrid } from '../broadphase/dormant-grid';
import { pair } from '../broadphase/pair-list';
import { FIRST_STATIC, ISLANDS, STILL } from '../layout';
import { SLEEP_TICKS } from '../limits';
import { ATTACHED, attached } from '../player/attached';
import { bodySlot, isHand, leftSlot, rightSlot } from '../player/parts';
import { Player, player } from '../player/player';
import { header } from '../world/header';
import { activeCount, activeSlot, canRest, isActive } from './active';

/**
 * Islands: movers that could have felt each other in a tick, because their bounds touched, because
 * one holds, stands on or reaches for the other, or because they are one player. The lowest slot
 * names an island. Contacts alone would make smaller ones, but bounds are known before anything is
 * computed, so that whoever steps an island knows what must be stepped with it.
 */

function parent(slot: i32): i32 {
  return <i32>load<u16>(ISLANDS + ((<usize>slot) << 1));
}

function setParent(slot: i32, to: i32): void {
  store<u16>(ISLANDS + ((<usize>slot) << 1), <u16>to);
}

/** The lowest slot of the island that an active mover is in. */
export function islandOf(slot: i32): i32 {
  let root = slot;
  while (parent(root) != root) {
    setParent(root, parent(parent(root)));
    root = parent(root);
  }
  return root;
}

export function unite(a: i32, b: i32): void {
  const rootA = islandOf(a);
  const rootB = islandOf(b);
  if (rootA < rootB) setParent(rootB, rootA);
  else setParent(rootA, rootB);
}

/** Each mover for itself; the dormant ones stay so. */
export function clearIslands(): void {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) setParent(slot, slot);
}

/** From here on each slot names its island at once. */
export function flattenIslands(): void {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) setParent(slot, parent(parent(slot)));
}

export function unitePairs(pairCount: i32): void {
  for (let i = 0; i < pairCount; i++) {
    const other = <i32>(pair(i) & 0xffff);
    if (other < FIRST_STATIC) unite(<i32>(pair(i) >>> 16), other);
  }
  const players = header().playerCount;
  for (let i = 0; i < players; i++) unitePlayer(player(i), i);
}

function unitePlayer(p: Player, index: i32): void {
  const slot = bodySlot(index);
  if (!isActive(slot)) return;
  unite(slot, leftSlot(index));
  unite(slot, rightSlot(index));
  for (let k = 0; k < ATTACHED; k++) {
    if (attached(p, k) >= 0) unite(slot, attached(p, k));
  }
}

/** Puts islands to sleep in which nobody has moved for a while. Hands wake as their players do. */
export function restIslands(): void {
  if (header().restless != 0) return;
  const count = activeCount();
  for (let i = 0; i < count; i++) store<u16>(stillAt(activeSlot(i)), u16.MAX_VALUE);
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    if (isHand(slot)) continue;
    const b = body(slot);
    const ticks: u16 = canRest(b) ? b.stillTicks : 0;
    const at = stillAt(islandOf(slot));
    if (ticks < load<u16>(at)) store<u16>(at, ticks);
  }
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    if (isHand(slot)) continue;
    if (<i32>load<u16>(stillAt(islandOf(slot))) < SLEEP_TICKS) continue;
    const b = body(slot);
    b.asleep = 1;
    b.linearVelocity = f32x4.splat(0);
    b.angularVelocity = f32x4.splat(0);
    invalidateDormantGrid();
  }
}

/** Least ticks of stillness in the island that a slot names. */
function stillAt(slot: i32): usize {
  return STILL + ((<usize>slot) << 1);
}
