import { Body, BodyKind, body, Role } from '../body/body';
import { FIRST_STATIC, MOVING_BUCKETS, PAIR_COUNTS, PAIRS, PAIRS_SORTED } from '../layout';
import { PAIR_CAPACITY } from '../limits';
import { x3, z3 } from '../math/vec3';
import { isHeldBy, player, playerIndex } from '../player/player';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { boundsMax, boundsMin, boundsOverlap, computeBounds } from './bounds';
import {
  buildMovingGrid,
  isLarge,
  movingBucket,
  movingCell,
  movingSlot,
  movingStart,
  packCell,
} from './moving-grid';
import {
  largeStatic,
  largeStaticCount,
  refreshStaticGrid,
  staticBucket,
  staticCell,
  staticSlot,
  staticStart,
} from './static-grid';

/** All pairs whose bounds touch and that may collide, as lower slot << 16 | higher, ascending. */
export function findPairs(): i32 {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) computeBounds(slot);
  refreshStaticGrid();
  buildMovingGrid();
  count = 0;
  for (let slot = 0; slot < movers; slot++) collectMovers(slot);
  for (let slot = 0; slot < movers; slot++) collectStatics(slot);
  sortPairs();
  return count;
}

export function pair(index: i32): u32 {
  return load<u32>(PAIRS + ((<usize>index) << 2));
}

let count: i32 = 0;

function emit(a: i32, b: i32): void {
  if (!boundsOverlap(a, b) || !mayCollide(a, b)) return;
  if (count == PAIR_CAPACITY) {
    raiseFault(StepFault.PAIRS_FULL);
    return;
  }
  const key = a < b ? ((<u32>a) << 16) | <u32>b : ((<u32>b) << 16) | <u32>a;
  store<u32>(PAIRS + ((<usize>count) << 2), key);
  count++;
}

/** Something must be able to move, and a player never fights with his own hands or load. */
function mayCollide(a: i32, b: i32): bool {
  const one = body(a);
  const two = body(b);
  if (one.kind != BodyKind.DYNAMIC && two.kind != BodyKind.DYNAMIC) return false;
  if ((one.layer & two.mask) == 0 || (two.layer & one.mask) == 0) return false;
  if (one.owner != 0 && two.owner != 0) {
    return one.role == Role.PLAYER && two.role == Role.PLAYER;
  }
  if (one.owner != 0) return touchesLoose(one, two.id);
  if (two.owner != 0) return touchesLoose(two, one.id);
  return true;
}

function touchesLoose(part: Body, loose: u32): bool {
  if (part.role != Role.PLAYER && part.touches == 0) return false;
  return !isLoadOf(part.owner, loose);
}

function isLoadOf(owner: u32, id: u32): bool {
  const index = playerIndex(owner);
  return index >= 0 && isHeldBy(player(index), id);
}

/** Pairs of `slot` with movers of a higher slot, large ones included. */
function collectMovers(slot: i32): void {
  const cell = movingCell(slot);
  if (isLarge(cell)) {
    collectLarge(slot);
    return;
  }
  const x = <i32>(<i16>cell);
  const y = <i32>(<i16>(cell >>> 16));
  const z = <i32>(<i16>(cell >>> 32));
  for (let dx = -1; dx <= 1; dx++) {
    for (let dy = -1; dy <= 1; dy++) collectRow(slot, x + dx, y + dy, z);
  }
}

/** The cells z − 1 … z + 1 of one row: one run of entries, unless it wraps round the table. */
function collectRow(slot: i32, x: i32, y: i32, z: i32): void {
  const first = movingBucket(x, y, z - 1);
  const last = movingBucket(x, y, z + 1);
  const wanted = packCell(x, y, 0) & ROW_MASK;
  if (first <= last) {
    collectRun(slot, movingStart(first), movingStart(last + 1), wanted, z);
    return;
  }
  collectRun(slot, movingStart(first), movingStart(MOVING_BUCKETS), wanted, z);
  collectRun(slot, 0, movingStart(last + 1), wanted, z);
}

/** Everything of a packed cell but its z. */
const ROW_MASK: u64 = 0xffff0000ffffffff;

function collectRun(slot: i32, start: i32, end: i32, row: u64, z: i32): void {
  for (let entry = start; entry < end; entry++) {
    const other = movingSlot(entry);
    if (other <= slot) continue;
    const cell = movingCell(other);
    if ((cell & ROW_MASK) != row) continue;
    const away = <i32>(<i16>(cell >>> 32)) - z;
    if (away >= -1 && away <= 1) emit(slot, other);
  }
}

/** A large mover against every mover; two large ones meet once. */
function collectLarge(slot: i32): void {
  const movers = header().moverCount;
  for (let other = 0; other < movers; other++) {
    if (other == slot) continue;
    if (other > slot || !isLarge(movingCell(other))) emit(slot, other);
  }
}

function collectStatics(slot: i32): void {
  if (body(slot).kind != BodyKind.DYNAMIC) return;
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const firstX = staticCell(x3(low));
  const firstZ = staticCell(z3(low));
  const lastX = staticCell(x3(high));
  const lastZ = staticCell(z3(high));
  for (let x = firstX; x <= lastX; x++) {
    for (let z = firstZ; z <= lastZ; z++) collectStaticCell(slot, x, z, firstX, firstZ);
  }
  for (let i = 0; i < largeStaticCount(); i++) emit(slot, largeStatic(i));
}

/** A body in several common cells is taken in the first: the least corner of the overlap. */
function collectStaticCell(slot: i32, x: i32, z: i32, firstX: i32, firstZ: i32): void {
  const bucket = staticBucket(x, z);
  const end = staticStart(bucket + 1);
  for (let entry = staticStart(bucket); entry < end; entry++) {
    const other = staticSlot(entry);
    const low = boundsMin(other);
    if (max<i32>(firstX, staticCell(x3(low))) != x) continue;
    if (max<i32>(firstZ, staticCell(z3(low))) != z) continue;
    const high = boundsMax(other);
    if (staticCell(x3(high)) < x || staticCell(z3(high)) < z) continue;
    emit(slot, other);
  }
}

/** Radix sort, one pass a slot, then removal of repeats (hash collisions of the static grid). */
function sortPairs(): void {
  sortPass(PAIRS, PAIRS_SORTED, 0);
  sortPass(PAIRS_SORTED, PAIRS, 16);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const key = pair(i);
    if (kept > 0 && pair(kept - 1) == key) continue;
    store<u32>(PAIRS + ((<usize>kept) << 2), key);
    kept++;
  }
  count = kept;
}

function sortPass(from: usize, to: usize, shift: u32): void {
  const slots = FIRST_STATIC + header().staticCount;
  memory.fill(PAIR_COUNTS, 0, <usize>slots * 4);
  for (let i = 0; i < count; i++) {
    const address = countAddress(load<u32>(from + ((<usize>i) << 2)), shift);
    store<i32>(address, load<i32>(address) + 1);
  }
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) {
    const address = PAIR_COUNTS + ((<usize>slot) << 2);
    const here = load<i32>(address);
    store<i32>(address, sum);
    sum += here;
  }
  for (let i = 0; i < count; i++) {
    const key = load<u32>(from + ((<usize>i) << 2));
    const address = countAddress(key, shift);
    const position = load<i32>(address);
    store<i32>(address, position + 1);
    store<u32>(to + ((<usize>position) << 2), key);
  }
}

function countAddress(key: u32, shift: u32): usize {
  return PAIR_COUNTS + ((<usize>((key >>> shift) & 0xffff)) << 2);
}
