import { Body, BodyKind, body, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { maySense } from '../contact/sense';
import { activate, activeCount, activeSlot, isActive, sortActive } from '../island/active';
import { activateJoined, areKeptApart, markJoined } from '../joint/joint-pairs';
import { PAIR_COUNTS, PAIRS, PAIRS_SORTED } from '../layout';
import { PAIR_CAPACITY } from '../limits';
import { x3, y3, z3 } from '../math/vec3';
import { ATTACHED, attached } from '../player/attached';
import { isLoadOf, Player, player, playerIndex } from '../player/player';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { boundsMax, boundsMin, computeBounds, lowerWalkerBounds } from './bounds';
import { refreshDormantGrid } from './dormant-grid';
import {
  bucketOf,
  bucketStart,
  buildGridOf,
  centreCell,
  DORMANT,
  entryMax,
  entryMin,
  entrySlot,
  GRID_LEVELS,
  gather,
  hit,
  level,
  MOVERS,
  overlaps,
  STATICS,
} from './grid';
import { hasStaticSensor, refreshStaticGrid } from './static-grid';

/** All pairs whose bounds touch and that may collide, as lower slot << 16 | higher, ascending. */
export function findPairs(): void {
  const movers = header().moverCount;
  for (let i = 0; i < activeCount(); i++) computeBounds(activeSlot(i));
  const cell = fittingCell();
  refreshStaticGrid();
  buildGridOf(MOVERS, movers, 1, cell);
  markJoined();
  count = 0;
  memory.fill(PAIR_COUNTS, 0, (<usize>(movers + 1)) << 2);
  for (let k = 0; k < GRID_LEVELS; k++) joinLevel(k);
  joinRest();
  if (activeCount() < movers && refreshDormantGrid(cell)) flood();
  lowerWalkerBounds();
  joinStatics();
  sortPairs(movers);
}

export function pairCount(): i32 {
  return count;
}

export function pair(index: i32): u32 {
  return load<u32>(PAIRS + ((<usize>index) << 2));
}

let count: i32 = 0;

const CELL_MIN_M: f32 = 0.25;
/** A cell holds what is a quarter larger than the mean: the turned and the swept of one kind. */
const CELL_SHARE: f32 = 1.25;

/** Any cell gives the same pairs; this one leaves few bodies to a cell and few to higher levels. */
function fittingCell(): f32 {
  const active = activeCount();
  let sum: f32 = 0;
  for (let i = 0; i < active; i++) {
    const slot = activeSlot(i);
    const size = f32x4.sub(boundsMax(slot), boundsMin(slot));
    sum += max<f32>(x3(size), max<f32>(y3(size), z3(size)));
  }
  return active == 0 ? 1.0 : max<f32>(CELL_MIN_M, (CELL_SHARE * sum) / <f32>active);
}

/**
 * Whoever is touched by the active becomes active, and whoever those touch. The list grows while it
 * is walked. Pairs of two that were dormant are met from both sides; the sort drops the second.
 */
function flood(): void {
  let next = 0;
  while (next < activeCount()) {
    for (; next < activeCount(); next++) {
      const slot = activeSlot(next);
      const hits = gather(DORMANT, boundsMin(slot), boundsMax(slot), 0);
      for (let i = 0; i < hits; i++) {
        if (hit(i) == slot || !mayCollide(slot, hit(i))) continue;
        activate(hit(i));
        emit(slot, hit(i));
      }
    }
    activateAttached();
    activateJoined();
  }
  sortActive();
}

/** A player, his hands, what they hold and what he stands on are active together. */
function activateAttached(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    if (!isAnyPartActive(p)) continue;
    activate(slotOf(p.id));
    activate(slotOf(p.leftHand));
    activate(slotOf(p.rightHand));
    for (let k = 0; k < ATTACHED; k++) {
      if (attached(p, k) >= 0) activate(attached(p, k));
    }
  }
}

function isAnyPartActive(p: Player): bool {
  return (
    isActive(slotOf(p.id)) ||
    isActive(slotOf(p.leftHand)) ||
    isActive(slotOf(p.rightHand)) ||
    isAttachedActive(p)
  );
}

function isAttachedActive(p: Player): bool {
  for (let k = 0; k < ATTACHED; k++) {
    if (attached(p, k) >= 0 && isActive(attached(p, k))) return true;
  }
  return false;
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

function emitHits(slot: i32, hits: i32): void {
  for (let i = 0; i < hits; i++) emit(slot, hit(i));
}

/** Movers on no level against each other; `joinLevel` has held all others against them. */
function joinRest(): void {
  for (let entry = MOVERS.levelled; entry < MOVERS.count; entry++) {
    const low = entryMin(MOVERS, entry);
    joinRun(entry + 1, MOVERS.count, low, entryMax(MOVERS, entry), entrySlot(MOVERS, entry));
  }
}

function joinStatics(): void {
  if (STATICS.count == 0) return;
  for (let i = 0; i < activeCount(); i++) {
    const slot = activeSlot(i);
    if (body(slot).kind != BodyKind.DYNAMIC && !hasStaticSensor()) continue;
    emitHits(slot, gather(STATICS, boundsMin(slot), boundsMax(slot), 0));
  }
}

function emit(a: i32, b: i32): void {
  if (a == b || !mayCollide(a, b) || areKeptApart(a, b)) return;
  if (count == PAIR_CAPACITY) {
    raiseFault(StepFault.PAIRS_FULL);
    return;
  }
  const low = min<i32>(a, b);
  store<u32>(PAIRS + ((<usize>count) << 2), ((<u32>low) << 16) | <u32>max<i32>(a, b));
  const address = PAIR_COUNTS + ((<usize>low) << 2);
  store<i32>(address, load<i32>(address) + 1);
  count++;
}

/** One must move, or sense; and a player never fights with his own hands or load. */
function mayCollide(a: i32, b: i32): bool {
  const one = body(a);
  const two = body(b);
  if ((one.layer & two.mask) == 0 || (two.layer & one.mask) == 0) return false;
  if ((one.sensor | two.sensor) != 0) return maySense(one, two);
  if (one.kind != BodyKind.DYNAMIC && two.kind != BodyKind.DYNAMIC) return false;
  if (one.owner != 0 && two.owner != 0) {
    return one.role == Role.PLAYER && two.role == Role.PLAYER;
  }
  if (one.owner != 0) return touchesLoose(one, two.id);
  if (two.owner != 0) return touchesLoose(two, one.id);
  return true;
}

function touchesLoose(part: Body, loose: u32): bool {
  if (part.role != Role.PLAYER && part.touches == 0) return false;
  return !isCarriedBy(part.owner, loose);
}

function isCarriedBy(owner: u32, id: u32): bool {
  const index = playerIndex(owner);
  return index >= 0 && isLoadOf(player(index), id);
}

/** Sorts by the lower slot by counting, by the higher by insertion; drops what came twice. */
function sortPairs(movers: i32): void {
  let sum = 0;
  for (let slot = 0; slot < movers; slot++) {
    const address = PAIR_COUNTS + ((<usize>slot) << 2);
    const here = load<i32>(address);
    store<i32>(address, sum);
    sum += here;
  }
  for (let i = 0; i < count; i++) {
    const key = pair(i);
    const address = PAIR_COUNTS + ((<usize>(key >>> 16)) << 2);
    const at = load<i32>(address);
    store<i32>(address, at + 1);
    store<u32>(PAIRS_SORTED + ((<usize>at) << 2), key);
  }
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const key = load<u32>(PAIRS_SORTED + ((<usize>i) << 2));
    let at = kept;
    while (at > 0 && pair(at - 1) > key) at--;
    if (at > 0 && pair(at - 1) == key) continue;
    const address = PAIRS + ((<usize>at) << 2);
    if (at < kept) memory.copy(address + 4, address, (<usize>(kept - at)) << 2);
    store<u32>(address, key);
    kept++;
  }
  count = kept;
}
