import { BodyKind, body, Role } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import { isHand } from '../player/parts';
import { boundsMax, boundsMin } from './bounds';
import {
  bucketOf,
  bucketStart,
  centreCell,
  entryMax,
  entryMin,
  entrySlot,
  GRID_LEVELS,
  gather,
  level,
  MOVERS,
  overlaps,
  STATICS,
} from './grid';
import { emit, emitHits } from './pair-list';
import { isNearMarked, LOOSE_SQUARES, STATIC_SQUARES } from './squares';
import { hasStaticSensor } from './static-grid';

/** Those whose bounds touch: movers, hands and what is nobody's, movers and statics. */

export function joinMovers(): void {
  for (let k = 0; k < GRID_LEVELS; k++) joinLevel(k);
  joinRest();
}

/** Hands meet what is nobody's and nothing else: they are in no grid of movers. */
export function joinHands(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    if (!isHand(slot)) continue;
    const low = boundsMin(slot);
    const high = boundsMax(slot);
    if (isNearMarked(LOOSE_SQUARES, low, high)) emitHits(slot, gather(MOVERS, low, high, 0));
  }
}

export function joinStatics(): void {
  if (STATICS.count == 0) return;
  const hasSensor = hasStaticSensor();
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    if (!hasSensor && (isHand(slot) || body(slot).kind != BodyKind.DYNAMIC)) continue;
    // What lies loose lies among statics, mostly; who walks is far from them, mostly.
    const isLoose = body(slot).role == Role.LOOSE;
    const low = boundsMin(slot);
    const high = boundsMax(slot);
    if (isLoose || isNearMarked(STATIC_SQUARES, low, high))
      emitHits(slot, gather(STATICS, low, high, 0));
  }
}

/**
 * Each entry against those behind it in its own and in half of the neighbouring cells, and against
 * all on higher levels and on none.
 */
function joinLevel(k: i32): void {
  const l = level(MOVERS, k);
  if (l.count == 0) return;
  const first = bucketStart(l, 0);
  const hasAbove = first + l.count < MOVERS.count;
  for (let entry = first; entry < first + l.count; entry++) {
    const low = entryMin(MOVERS, entry);
    const high = entryMax(MOVERS, entry);
    const slot = entrySlot(MOVERS, entry);
    const cell = centreCell(l, low, high);
    const x = i32x4.extract_lane(cell, 0);
    const y = i32x4.extract_lane(cell, 1);
    const z = i32x4.extract_lane(cell, 2);
    const own = bucketOf(l.mask, x, y, z);
    joinRun(entry + 1, bucketStart(l, own + 1), low, high, slot);
    const next = (own + 1) & l.mask;
    joinRun(bucketStart(l, next), bucketStart(l, next + 1), low, high, slot);
    joinRow(k, x, y + 1, z, low, high, slot);
    for (let dy = -1; dy <= 1; dy++) joinRow(k, x + 1, y + dy, z, low, high, slot);
    if (hasAbove) emitHits(slot, gather(MOVERS, low, high, k + 1));
  }
}

/** The cells z − 1 … z + 1 of one row: one run of entries, unless it wraps round the table. */
function joinRow(k: i32, x: i32, y: i32, z: i32, low: v128, high: v128, slot: i32): void {
  const l = level(MOVERS, k);
  const start = bucketOf(l.mask, x, y, z - 1);
  const end = bucketOf(l.mask, x, y, z + 1);
  if (start <= end) {
    joinRun(bucketStart(l, start), bucketStart(l, end + 1), low, high, slot);
  } else {
    joinRun(bucketStart(l, start), bucketStart(l, l.mask + 1), low, high, slot);
    joinRun(bucketStart(l, 0), bucketStart(l, end + 1), low, high, slot);
  }
}

function joinRun(first: i32, end: i32, low: v128, high: v128, slot: i32): void {
  for (let entry = first; entry < end; entry++) {
    if (!overlaps(low, high, entryMin(MOVERS, entry), entryMax(MOVERS, entry))) continue;
    emit(slot, entrySlot(MOVERS, entry));
  }
}

/** Movers on no level against each other; `joinLevel` has held all others against them. */
function joinRest(): void {
  for (let entry = MOVERS.levelled; entry < MOVERS.count; entry++) {
    const low = entryMin(MOVERS, entry);
    joinRun(entry + 1, MOVERS.count, low, entryMax(MOVERS, entry), entrySlot(MOVERS, entry));
  }
}
