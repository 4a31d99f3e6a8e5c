import { FIRST_STATIC, LARGE_SLOTS, STATIC_BUCKETS, STATIC_SLOTS, STATIC_STARTS } from '../layout';
import { STATIC_ENTRY_CAPACITY } from '../limits';
import { x3, z3 } from '../math/vec3';
import { header } from '../world/header';
import { boundsMax, boundsMin, computeBounds } from './bounds';

/**
 * Static bodies in columns of 4 m × 4 m, hashed. A pure function of which static bodies exist: it
 * is rebuilt after any spawn, despawn or restore, never patched, so that it has no history.
 */

const CELL_M: f32 = 4.0;
/** A body over more cells than this is tried against every mover instead. */
const CELLS_MAX: i32 = 1024;

let current: bool = false;
let revision: u32 = 0;
let largeCount: i32 = 0;

/** Slots moved or a state was loaded: the next tick builds anew. */
export function invalidateStaticGrid(): void {
  current = false;
  revision++;
}

/** Changes whenever the statics may have changed, so that others who look at them can tell. */
export function staticsRevision(): u32 {
  return revision;
}

export function staticCell(metres: f32): i32 {
  return <i32>Mathf.floor(metres / CELL_M);
}

export function staticBucket(x: i32, z: i32): i32 {
  return ((x * 73856093) ^ (z * 19349663)) & (STATIC_BUCKETS - 1);
}

export function staticStart(bucket: i32): i32 {
  return load<i32>(STATIC_STARTS + ((<usize>bucket) << 2));
}

export function staticSlot(entry: i32): i32 {
  return <i32>load<u16>(STATIC_SLOTS + ((<usize>entry) << 1));
}

export function largeStaticCount(): i32 {
  return largeCount;
}

export function largeStatic(index: i32): i32 {
  return <i32>load<u16>(LARGE_SLOTS + ((<usize>index) << 1));
}

/** Counting sort: count, prefix sum, fill from the back. */
export function refreshStaticGrid(): void {
  if (current) return;
  const end = FIRST_STATIC + header().staticCount;
  memory.fill(STATIC_STARTS, 0, (STATIC_BUCKETS + 1) * 4);
  largeCount = 0;
  let entries = 0;
  for (let slot = FIRST_STATIC; slot < end; slot++) {
    computeBounds(slot);
    const cells = cellCount(slot);
    if (cells > CELLS_MAX || entries + cells > STATIC_ENTRY_CAPACITY) {
      store<u16>(LARGE_SLOTS + ((<usize>largeCount) << 1), <u16>slot);
      largeCount++;
      continue;
    }
    entries += cells;
    visitCells(slot, false);
  }
  let sum = 0;
  for (let bucket = 0; bucket <= STATIC_BUCKETS; bucket++) {
    const address = STATIC_STARTS + ((<usize>bucket) << 2);
    sum += load<i32>(address);
    store<i32>(address, sum);
  }
  let large = 0;
  for (let slot = FIRST_STATIC; slot < end; slot++) {
    if (large < largeCount && largeStatic(large) == slot) large++;
    else visitCells(slot, true);
  }
  current = true;
}

function cellCount(slot: i32): i32 {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const columns = staticCell(x3(high)) - staticCell(x3(low)) + 1;
  const rows = staticCell(z3(high)) - staticCell(z3(low)) + 1;
  return columns > 256 || rows > 256 ? i32.MAX_VALUE >> 1 : columns * rows;
}

/** Counts the slot into its buckets, or with `fill` puts it there. */
function visitCells(slot: i32, fill: bool): void {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const lastX = staticCell(x3(high));
  const lastZ = staticCell(z3(high));
  for (let x = staticCell(x3(low)); x <= lastX; x++) {
    for (let z = staticCell(z3(low)); z <= lastZ; z++) {
      const address = STATIC_STARTS + ((<usize>staticBucket(x, z)) << 2);
      if (fill) {
        const entry = load<i32>(address) - 1;
        store<i32>(address, entry);
        store<u16>(STATIC_SLOTS + ((<usize>entry) << 1), <u16>slot);
      } else {
        store<i32>(address, load<i32>(address) + 1);
      }
    }
  }
}
