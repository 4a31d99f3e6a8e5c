import { invalidateStaticGrid } from '../broadphase/static-grid';
import { dropContactsOf } from '../contact/contact';
import { BODIES, BODY_BYTES, BODY_SHIFT, GENERATIONS, SLOT_OF } from '../layout';
import { BODY_CAPACITY, ENTITY_CAPACITY } from '../limits';
import { header } from '../world/header';
import { Body, body, entityIndex } from './body';

/**
 * Bodies are one dense array in ascending entity index. A spawn or despawn moves the tail, which
 * costs at most a megabyte of copying; in return slot order is entity order everywhere.
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
  memory.fill(SLOT_OF, 0xff, ENTITY_CAPACITY * 2);
  setSlotsFrom(0);
}

/** Slots from `first` on have moved: whatever was built over slots is stale. */
function setSlotsFrom(first: i32): void {
  invalidateStaticGrid();
  const count = header().bodyCount;
  for (let slot = first; slot < count; slot++) {
    store<i16>(SLOT_OF + ((<usize>entityIndex(body(slot).id)) << 1), <i16>slot);
  }
}

/** First slot whose entity index is not below `index`. */
function lowerBound(index: i32): i32 {
  let low = 0;
  let high = header().bodyCount;
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

/** Makes room for `id` and returns its zeroed body. The caller checked `canInsert` and space. */
export function insertBody(id: u32): Body {
  const h = header();
  assert(h.bodyCount < BODY_CAPACITY);
  const index = entityIndex(id);
  const slot = lowerBound(index);
  const address = BODIES + ((<usize>slot) << BODY_SHIFT);
  memory.copy(address + BODY_BYTES, address, (<usize>(h.bodyCount - slot)) << BODY_SHIFT);
  memory.fill(address, 0, BODY_BYTES);
  const made = body(slot);
  made.id = id;
  h.bodyCount++;
  store<u16>(GENERATIONS + ((<usize>index) << 1), <u16>(id >>> 16));
  if (index >= h.entityHigh) h.entityHigh = index + 1;
  setSlotsFrom(slot);
  return made;
}

export function removeBody(slot: i32): void {
  const h = header();
  assert(slot >= 0 && slot < h.bodyCount);
  const id = body(slot).id;
  store<i16>(SLOT_OF + ((<usize>entityIndex(id)) << 1), -1);
  dropContactsOf(id);
  const address = BODIES + ((<usize>slot) << BODY_SHIFT);
  memory.copy(address, address + BODY_BYTES, (<usize>(h.bodyCount - slot - 1)) << BODY_SHIFT);
  h.bodyCount--;
  memory.fill(BODIES + ((<usize>h.bodyCount) << BODY_SHIFT), 0, BODY_BYTES);
  setSlotsFrom(slot);
}

/** The id that the lowest free index above `after`'s would get next, or 0 when none is free. */
export function nextEntity(after: u32): u32 {
  for (let index = entityIndex(after) + 1; index < ENTITY_CAPACITY; index++) {
    if (isIndexUsed(index)) continue;
    return (((generationOf(index) + 1) & 0xffff) << 16) | <u32>index;
  }
  return 0;
}
