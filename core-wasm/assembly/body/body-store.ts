import { invalidateDormantGrid } from '../broadphase/dormant-grid';
import { invalidateStaticGrid } from '../broadphase/static-grid';
import { dropContactsOf } from '../contact/contact';
import { BODY_BYTES, FIRST_STATIC, GENERATIONS, SLOT_OF } from '../layout';
import { ENTITY_CAPACITY, MOVER_CAPACITY, STATIC_CAPACITY } from '../limits';
import { header } from '../world/header';
import { Body, BodyKind, body, entityIndex } from './body';

/**
 * Bodies are two dense arrays in ascending entity index, movers and statics. A spawn or despawn
 * moves the tail of one, which costs at most two megabytes of copying; in return slot order is
 * entity order everywhere.
 */

/** Slot of a live entity, or −1. The generation must match. */
export function slotOf(id: u32): i32 {
  const index = entityIndex(id);
  if (index <= 0 || index >= ENTITY_CAPACITY) return -1;
  const slot = <i32>load<i16>(SLOT_OF + ((<usize>index) << 1));
  return slot >= 0 && body(slot).id == id ? slot : -1;
}

export function isIndexUsed(index: i32): bool {
  return load<i16>(SLOT_OF + ((<usize>index) << 1)) >= 0;
}

export function generationOf(index: i32): u32 {
  return <u32>load<u16>(GENERATIONS + ((<usize>index) << 1));
}

/** Rebuilds the slot table from the bodies; after a restore. */
export function indexSlots(): void {
  const h = header();
  invalidateDormantGrid();
  memory.fill(SLOT_OF, 0xff, ENTITY_CAPACITY * 2);
  setSlots(0, h.moverCount);
  setSlots(FIRST_STATIC, FIRST_STATIC + h.staticCount);
}

function setSlots(first: i32, end: i32): void {
  for (let slot = first; slot < end; slot++) {
    store<i16>(SLOT_OF + ((<usize>entityIndex(body(slot).id)) << 1), <i16>slot);
  }
}

/** One past the last slot of the array that `kind` belongs to. */
function endOf(kind: i32): i32 {
  return kind == BodyKind.STATIC ? FIRST_STATIC + header().staticCount : header().moverCount;
}

function firstOf(kind: i32): i32 {
  return kind == BodyKind.STATIC ? FIRST_STATIC : 0;
}

/** First slot of the array whose entity index is not below `index`. */
function lowerBound(kind: i32, index: i32): i32 {
  let low = firstOf(kind);
  let high = endOf(kind);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entityIndex(body(middle).id) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True when `id` may be spawned: index in range and free. */
export function canInsert(id: u32): bool {
  const index = entityIndex(id);
  return index > 0 && index < ENTITY_CAPACITY && !isIndexUsed(index);
}

/** Whether `count` more bodies of the kind find room. */
export function hasRoom(kind: i32, count: i32): bool {
  if (kind == BodyKind.STATIC) return header().staticCount + count <= STATIC_CAPACITY;
  return header().moverCount + count <= MOVER_CAPACITY;
}

/** Makes room for `id` and returns its body, zero but for id and kind, once `canInsert`. */
export function insertBody(id: u32, kind: BodyKind): Body {
  assert(hasRoom(kind, 1));
  const h = header();
  const index = entityIndex(id);
  const slot = lowerBound(kind, index);
  const address = changetype<usize>(body(slot));
  memory.copy(address + BODY_BYTES, address, <usize>(endOf(kind) - slot) * BODY_BYTES);
  memory.fill(address, 0, BODY_BYTES);
  const made = body(slot);
  made.id = id;
  made.kind = <u8>kind;
  addToCount(kind, 1);
  store<u16>(GENERATIONS + ((<usize>index) << 1), <u16>(id >>> 16));
  if (index >= h.entityHigh) h.entityHigh = index + 1;
  setSlots(slot, endOf(kind));
  return made;
}

/** A change makes the grid over them stale. */
function addToCount(kind: i32, change: i32): void {
  if (kind == BodyKind.STATIC) {
    header().staticCount += change;
    invalidateStaticGrid();
  } else {
    header().moverCount += change;
    invalidateDormantGrid();
  }
}

export function removeBody(slot: i32): void {
  const kind = <i32>body(slot).kind;
  assert(slot >= firstOf(kind) && slot < endOf(kind));
  const id = body(slot).id;
  store<i16>(SLOT_OF + ((<usize>entityIndex(id)) << 1), -1);
  dropContactsOf(id);
  const address = changetype<usize>(body(slot));
  memory.copy(address, address + BODY_BYTES, <usize>(endOf(kind) - slot - 1) * BODY_BYTES);
  addToCount(kind, -1);
  memory.fill(changetype<usize>(body(endOf(kind))), 0, BODY_BYTES);
  setSlots(slot, endOf(kind));
}

/** The id that the lowest free index above `after`'s would get next, or 0 when none is free. */
export function nextEntity(after: u32): u32 {
  for (let index = entityIndex(after) + 1; index < ENTITY_CAPACITY; index++) {
    if (isIndexUsed(index)) continue;
    return (((generationOf(index) + 1) & 0xffff) << 16) | <u32>index;
  }
  return 0;
}
