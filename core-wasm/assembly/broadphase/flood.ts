import { activate, activeCount, activeSlot, isActive, sortActive } from '../island/active';
import { activateJoined } from '../joint/joint-pairs';
import { ATTACHED, attached } from '../player/attached';
import { bodySlot, leftSlot, rightSlot } from '../player/parts';
import { Player, player } from '../player/player';
import { header } from '../world/header';
import { boundsMax, boundsMin } from './bounds';
import { DORMANT, gather, hit } from './grid';
import { mayCollide } from './may-collide';
import { emit } from './pair-list';
import { DORMANT_SQUARES, isNearMarked } from './squares';

/**
 * Whoever is touched by the active becomes active, and whoever those touch. The list grows while it
 * is walked. Pairs of two that were dormant are met from both sides; the sort drops the second.
 */
export function flood(): void {
  let next = 0;
  while (next < activeCount()) {
    for (; next < activeCount(); next++) wakeTouched(activeSlot(next));
    activateAttached();
    activateJoined();
  }
  sortActive();
}

function wakeTouched(slot: i32): void {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  if (!isNearMarked(DORMANT_SQUARES, low, high)) return;
  const hits = gather(DORMANT, low, high, 0);
  for (let i = 0; i < hits; i++) {
    if (hit(i) == slot || !mayCollide(slot, hit(i))) continue;
    activate(hit(i));
    emit(slot, hit(i));
  }
}

/** A player, his hands, what they hold and what he stands on are active together. */
function activateAttached(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    if (!isAnyPartActive(p, i)) continue;
    activate(bodySlot(i));
    activate(leftSlot(i));
    activate(rightSlot(i));
    for (let k = 0; k < ATTACHED; k++) {
      if (attached(p, k) >= 0) activate(attached(p, k));
    }
  }
}

function isAnyPartActive(p: Player, index: i32): bool {
  return (
    isActive(bodySlot(index)) ||
    isActive(leftSlot(index)) ||
    isActive(rightSlot(index)) ||
    isAttachedActive(p)
  );
}

function isAttachedActive(p: Player): bool {
  for (let k = 0; k < ATTACHED; k++) {
    if (attached(p, k) >= 0 && isActive(attached(p, k))) return true;
  }
  return false;
}
