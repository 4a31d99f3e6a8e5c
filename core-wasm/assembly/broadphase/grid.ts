import { BUCKET_OF, CANDIDATES, HITS, LEVEL_OF } from '../layout';
import { GRID_BUCKETS_MAX, HIT_CAPACITY, MOVER_CAPACITY, STATIC_CAPACITY } from '../limits';
import { x3, y3, z3 } from '../math/vec3';
import { boundsMax, boundsMin } from './bounds';

/**
 * Bodies by the cell of their bounds' centre, in levels of cells each four times as large as the
 * one before. A body lies on the first level whose cells are as large as its bounds, so that two of
 * one level that touch lie in neighbouring cells. What fits on no level comes behind them all.
 *
 * The cells of a level are hashed into buckets, neighbours along z into following buckets, and the
 * bounds are copied into bucket order: three cells are one run of memory. That two cells may share
 * a bucket costs comparisons and can name a pair twice, but loses none.
 */

export const GRID_LEVELS: i32 = 3;
const LEVEL_RATIO: f32 = 4.0;
const BUCKETS_MIN: i32 = 256;

@unmanaged
@final
export class Level {
  /** First entry of each bucket, one more at the end. */
  starts: usize;
  mask: i32;
  count: i32;
  cell: f32;
  inverseCell: f32;
}

@unmanaged
@final
export class Grid {
  /** Two v128 an entry. */
  bounds: usize;
  /** One u16 an entry. */
  slots: usize;
  count: i32;
  /** Entries before this one lie on levels. */
  levelled: i32;
}

export function level(grid: Grid, index: i32): Level {
  const levels = changetype<usize>(grid) + offsetof<Grid>();
  return changetype<Level>(levels + <usize>index * offsetof<Level>());
}

const GRID_BYTES: i32 = 16 + GRID_LEVELS * 20;
const STARTS_BYTES: i32 = GRID_LEVELS * (GRID_BUCKETS_MAX + 1) * 4;
assert(<i32>offsetof<Grid>() == 16 && <i32>offsetof<Level>() == 20);

/** What the tick computes; made anew each tick. */
export const MOVERS: Grid = changetype<Grid>(memory.data(GRID_BYTES, 16));
place(
  MOVERS,
  memory.data(MOVER_CAPACITY * 32, 16),
  memory.data(MOVER_CAPACITY * 2, 16),
  memory.data(STARTS_BYTES, 16),
);

/** Movers that the tick does not compute. */
export const DORMANT: Grid = changetype<Grid>(memory.data(GRID_BYTES, 16));
place(
  DORMANT,
  memory.data(MOVER_CAPACITY * 32, 16),
  memory.data(MOVER_CAPACITY * 2, 16),
  memory.data(STARTS_BYTES, 16),
);

/** Everything that never moves; made anew when it changes. */
export const STATICS: Grid = changetype<Grid>(memory.data(GRID_BYTES, 16));
place(
  STATICS,
  memory.data(STATIC_CAPACITY * 32, 16),
  memory.data(STATIC_CAPACITY * 2, 16),
  memory.data(STARTS_BYTES, 16),
);

function place(grid: Grid, bounds: usize, slots: usize, starts: usize): void {
  grid.bounds = bounds;
  grid.slots = slots;
  for (let k = 0; k < GRID_LEVELS; k++) {
    level(grid, k).starts = starts + <usize>(k * (GRID_BUCKETS_MAX + 1) * 4);
  }
}

export function entryMin(grid: Grid, entry: i32): v128 {
  return v128.load(grid.bounds + ((<usize>entry) << 5));
}

export function entryMax(grid: Grid, entry: i32): v128 {
  return v128.load(grid.bounds + ((<usize>entry) << 5), 16);
}

export function entrySlot(grid: Grid, entry: i32): i32 {
  return <i32>load<u16>(grid.slots + ((<usize>entry) << 1));
}

/** True when two boxes touch; lane 3 of each is its margin's sign, so that it is never apart. */
export function overlaps(minA: v128, maxA: v128, minB: v128, maxB: v128): bool {
  return !v128.any_true(v128.or(f32x4.gt(minA, maxB), f32x4.gt(minB, maxA)));
}

/** Integer cell of a point given in cells. */
export function cellOf(point: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(point));
}

/** Cells along z follow each other. */
export function bucketOf(mask: i32, x: i32, y: i32, z: i32): i32 {
  return (((x * 73856093) ^ (y * 83492791)) + z) & mask;
}

export function bucketStart(l: Level, bucket: i32): i32 {
  return load<i32>(l.starts + ((<usize>bucket) << 2));
}

/** The cell of a box's centre. */
export function centreCell(l: Level, low: v128, high: v128): v128 {
  return cellOf(f32x4.mul(f32x4.add(low, high), f32x4.splat(0.5 * l.inverseCell)));
}

/** Lists a slot for `buildGrid`. */
export function putCandidate(index: i32, slot: i32): void {
  store<u16>(CANDIDATES + ((<usize>index) << 1), <u16>slot);
}

function candidate(index: i32): i32 {
  return <i32>load<u16>(CANDIDATES + ((<usize>index) << 1));
}

/** Sorts the first `count` candidates, whose bounds are fresh, into cells of `cell` metres. */
export function buildGrid(grid: Grid, count: i32, cell: f32): void {
  let buckets = BUCKETS_MIN;
  while (buckets < 2 * count && buckets < GRID_BUCKETS_MAX) buckets <<= 1;
  let size = cell;
  for (let k = 0; k < GRID_LEVELS; k++) {
    const l = level(grid, k);
    l.mask = buckets - 1;
    l.count = 0;
    l.cell = size;
    l.inverseCell = 1.0 / size;
    size *= LEVEL_RATIO;
  }
  for (let i = 0; i < count; i++) countIn(grid, i, candidate(i));
  grid.count = count;
  grid.levelled = sumStarts(grid);
  let last = grid.count;
  for (let i = count - 1; i >= 0; i--) {
    const k = <i32>load<u8>(LEVEL_OF + <usize>i);
    if (k == GRID_LEVELS) putEntry(grid, --last, candidate(i));
    else putEntry(grid, takeEntry(level(grid, k), i), candidate(i));
  }
}

function countIn(grid: Grid, index: i32, slot: i32): void {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const size = f32x4.sub(high, low);
  const extent = max<f32>(x3(size), max<f32>(y3(size), z3(size)));
  let k = 0;
  while (k < GRID_LEVELS && extent > level(grid, k).cell) k++;
  store<u8>(LEVEL_OF + <usize>index, <u8>k);
  if (k == GRID_LEVELS) return;
  const l = level(grid, k);
  if (l.count == 0) memory.fill(l.starts, 0, (<usize>(l.mask + 2)) << 2);
  const cell = centreCell(l, low, high);
  const bucket = bucketOf(
    l.mask,
    i32x4.extract_lane(cell, 0),
    i32x4.extract_lane(cell, 1),
    i32x4.extract_lane(cell, 2),
  );
  store<u16>(BUCKET_OF + ((<usize>index) << 1), <u16>bucket);
  const address = l.starts + ((<usize>bucket) << 2);
  store<i32>(address, load<i32>(address) + 1);
  l.count++;
}

/** Counts become ends, which filling from the back turns into starts. Returns their sum. */
function sumStarts(grid: Grid): i32 {
  let sum = 0;
  for (let k = 0; k < GRID_LEVELS; k++) {
    const l = level(grid, k);
    if (l.count == 0) continue;
    const end = l.starts + ((<usize>(l.mask + 1)) << 2);
    for (let address = l.starts; address < end; address += 4) {
      sum += load<i32>(address);
      store<i32>(address, sum);
    }
    store<i32>(end, sum);
  }
  return sum;
}

function takeEntry(l: Level, index: i32): i32 {
  const bucket = <usize>load<u16>(BUCKET_OF + ((<usize>index) << 1));
  const address = l.starts + (bucket << 2);
  const entry = load<i32>(address) - 1;
  store<i32>(address, entry);
  return entry;
}

function putEntry(grid: Grid, entry: i32, slot: i32): void {
  const address = grid.bounds + ((<usize>entry) << 5);
  v128.store(address, boundsMin(slot));
  v128.store(address, boundsMax(slot), 16);
  store<u16>(grid.slots + ((<usize>entry) << 1), <u16>slot);
}

// Looking. Hits are slots; one may come twice.

let hits: i32 = 0;

export function hit(index: i32): i32 {
  return <i32>load<u16>(HITS + ((<usize>index) << 1));
}

/** Finds all whose bounds touch the box, on levels from `lowest` up and on none. */
export function gather(grid: Grid, low: v128, high: v128, lowest: i32): i32 {
  hits = 0;
  for (let k = lowest; k < GRID_LEVELS; k++) {
    if (level(grid, k).count > 0) gatherLevel(grid, level(grid, k), low, high);
  }
  scan(grid, grid.levelled, grid.count, low, high);
  return hits;
}

/**
 * A box over more rows of cells than there are entries is held against each. Counted in
 * 64 bits: memory that went bad may say that a body is wider than the cells' numbers reach.
 */
function gatherLevel(grid: Grid, l: Level, low: v128, high: v128): void {
  const inverse = f32x4.splat(l.inverseCell);
  const half = f32x4.splat(0.5);
  const from = cellOf(f32x4.sub(f32x4.mul(low, inverse), half));
  const to = cellOf(f32x4.add(f32x4.mul(high, inverse), half));
  const firstX = i32x4.extract_lane(from, 0);
  const firstY = i32x4.extract_lane(from, 1);
  const firstZ = i32x4.extract_lane(from, 2);
  const lastX = i32x4.extract_lane(to, 0);
  const lastY = i32x4.extract_lane(to, 1);
  const lastZ = i32x4.extract_lane(to, 2);
  const wide = <i64>lastX - <i64>firstX + 1;
  const tall = <i64>lastY - <i64>firstY + 1;
  const deep = <i64>lastZ - <i64>firstZ;
  if (wide > <i64>l.count || wide * tall > <i64>l.count || deep > <i64>(l.mask >> 1)) {
    const first = bucketStart(l, 0);
    scan(grid, first, first + l.count, low, high);
    return;
  }
  for (let x = firstX; x <= lastX; x++) {
    for (let y = firstY; y <= lastY; y++) {
      const start = bucketOf(l.mask, x, y, firstZ);
      const end = bucketOf(l.mask, x, y, lastZ);
      if (start <= end) {
        scan(grid, bucketStart(l, start), bucketStart(l, end + 1), low, high);
      } else {
        scan(grid, bucketStart(l, start), bucketStart(l, l.mask + 1), low, high);
        scan(grid, bucketStart(l, 0), bucketStart(l, end + 1), low, high);
      }
    }
  }
}

function scan(grid: Grid, first: i32, end: i32, low: v128, high: v128): void {
  for (let entry = first; entry < end; entry++) {
    if (!overlaps(low, high, entryMin(grid, entry), entryMax(grid, entry))) continue;
    if (hits == HIT_CAPACITY) return;
    store<u16>(HITS + ((<usize>hits) << 1), <u16>entrySlot(grid, entry));
    hits++;
  }
}
