import { LARGE_MOVERS, MOVING_BUCKETS, MOVING_CELLS, MOVING_SLOTS, MOVING_STARTS } from '../layout';
import { x3, y3, z3 } from '../math/vec3';
import { header } from '../world/header';
import { boundsMax, boundsMin } from './bounds';

/**
 * Moving bodies by the cell of their bounds' centre, hashed, rebuilt every tick. A body whose
 * bounds are larger than a cell goes to a list that is tried against everyone; so two others that
 * touch always lie in neighbouring cells.
 */

export const MOVING_CELL_M: f32 = 2.0;

let largeCount: i32 = 0;

/** Cells along z follow each other, so that three neighbours are one run of the sorted slots. */
export function movingBucket(x: i32, y: i32, z: i32): i32 {
  return (((x * 73856093) ^ (y * 83492791)) + z) & (MOVING_BUCKETS - 1);
}

/** Cell coordinates of a slot, packed: 16 bits each, the fourth set when the body is large. */
export function movingCell(slot: i32): u64 {
  return load<u64>(MOVING_CELLS + ((<usize>slot) << 3));
}

export function packCell(x: i32, y: i32, z: i32): u64 {
  return <u64>(<u16>x) | ((<u64>(<u16>y)) << 16) | ((<u64>(<u16>z)) << 32);
}

export function isLarge(cell: u64): bool {
  return cell >>> 48 != 0;
}

export function movingStart(bucket: i32): i32 {
  return load<i32>(MOVING_STARTS + ((<usize>bucket) << 2));
}

export function movingSlot(entry: i32): i32 {
  return <i32>load<u16>(MOVING_SLOTS + ((<usize>entry) << 1));
}

export function largeMoverCount(): i32 {
  return largeCount;
}

export function largeMover(index: i32): i32 {
  return <i32>load<u16>(LARGE_MOVERS + ((<usize>index) << 1));
}

export function buildMovingGrid(): void {
  const count = header().moverCount;
  memory.fill(MOVING_STARTS, 0, (MOVING_BUCKETS + 1) * 4);
  largeCount = 0;
  for (let slot = 0; slot < count; slot++) {
    const cell = cellOfBounds(slot);
    store<u64>(MOVING_CELLS + ((<usize>slot) << 3), cell);
    if (isLarge(cell)) {
      store<u16>(LARGE_MOVERS + ((<usize>largeCount) << 1), <u16>slot);
      largeCount++;
      continue;
    }
    const address = MOVING_STARTS + ((<usize>bucketOfCell(cell)) << 2);
    store<i32>(address, load<i32>(address) + 1);
  }
  let sum = 0;
  for (let bucket = 0; bucket <= MOVING_BUCKETS; bucket++) {
    const address = MOVING_STARTS + ((<usize>bucket) << 2);
    sum += load<i32>(address);
    store<i32>(address, sum);
  }
  for (let slot = count - 1; slot >= 0; slot--) {
    const cell = movingCell(slot);
    if (isLarge(cell)) continue;
    const address = MOVING_STARTS + ((<usize>bucketOfCell(cell)) << 2);
    const entry = load<i32>(address) - 1;
    store<i32>(address, entry);
    store<u16>(MOVING_SLOTS + ((<usize>entry) << 1), <u16>slot);
  }
}

function bucketOfCell(cell: u64): i32 {
  return movingBucket(<i32>(<i16>cell), <i32>(<i16>(cell >>> 16)), <i32>(<i16>(cell >>> 32)));
}

function cellOfBounds(slot: i32): u64 {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const size = f32x4.sub(high, low);
  const large =
    max<f32>(x3(size), max<f32>(y3(size), z3(size))) > MOVING_CELL_M ? (<u64>1) << 48 : 0;
  const centre = f32x4.mul(f32x4.add(low, high), f32x4.splat(0.5 / MOVING_CELL_M));
  return (
    packCell(
      <i32>Mathf.floor(x3(centre)),
      <i32>Mathf.floor(y3(centre)),
      <i32>Mathf.floor(z3(centre)),
    ) | large
  );
}
