import { body, entityIndex, Role } from '../body/body';
import { BUCKET_OF, ENTRY_OF, HAD } from '../layout';
import { MOVER_CAPACITY, REGION_HALF_M, STATIC_CAPACITY } from '../limits';
import { x3, y3, z3 } from '../math/vec3';
import { header } from '../world/header';

/**
 * Players and loose bodies by the square of ground that they are above, made anew each frame: the
 * coordinates of a row of squares lie one behind the other, so that a look is a few runs of memory.
 * Whoever has left the region counts for the square at its rim.
 */

@unmanaged
@final
export class Cells {
  xs: usize;
  ys: usize;
  zs: usize;
  /** One u16 each. */
  entries: usize;
  /** First place of each square, one u16 each, one more at the end. */
  starts: usize;
  /** Squares to a side of the region. */
  side: i32;
  perMetre: f32;
}

assert(MOVER_CAPACITY <= STATIC_CAPACITY);

const CELLS_BYTES: i32 = 28;
assert(<i32>offsetof<Cells>() == CELLS_BYTES);
/** A vector of four is read from the last place, too. */
const COLUMN_BYTES: i32 = (MOVER_CAPACITY + 4) * 4;
const PLAYER_SIDE: i32 = 32;
const LOOSE_SIDE: i32 = 32;

export const PLAYER_CELLS: Cells = changetype<Cells>(memory.data(CELLS_BYTES, 16));
lay(
  PLAYER_CELLS,
  memory.data(3 * COLUMN_BYTES, 16),
  memory.data(MOVER_CAPACITY * 2, 16),
  memory.data((PLAYER_SIDE * PLAYER_SIDE + 1) * 2, 16),
  PLAYER_SIDE,
);

export const LOOSE_CELLS: Cells = changetype<Cells>(memory.data(CELLS_BYTES, 16));
lay(
  LOOSE_CELLS,
  memory.data(3 * COLUMN_BYTES, 16),
  memory.data(MOVER_CAPACITY * 2, 16),
  memory.data((LOOSE_SIDE * LOOSE_SIDE + 1) * 2, 16),
  LOOSE_SIDE,
);

function lay(cells: Cells, columns: usize, entries: usize, starts: usize, side: i32): void {
  cells.xs = columns;
  cells.ys = columns + COLUMN_BYTES;
  cells.zs = columns + 2 * COLUMN_BYTES;
  cells.entries = entries;
  cells.starts = starts;
  cells.side = side;
  cells.perMetre = <f32>side / (2.0 * REGION_HALF_M);
}

/** Ascends with the coordinate, so that a range of squares holds all of a range of metres. */
function cellAlong(cells: Cells, metres: f32): i32 {
  const cell = Mathf.floor((metres + REGION_HALF_M) * cells.perMetre);
  return <i32>max<f32>(0, min<f32>(<f32>(cells.side - 1), cell));
}

export function squareOf(cells: Cells, at: v128): i32 {
  return cellAlong(cells, x3(at)) * cells.side + cellAlong(cells, z3(at));
}

function startAddress(cells: Cells, cell: i32): usize {
  return cells.starts + ((<usize>cell) << 1);
}

function startOf(cells: Cells, cell: i32): i32 {
  return <i32>load<u16>(startAddress(cells, cell));
}

/** Sorts the movers of a role that are there now; entries are built. */
export function buildCells(cells: Cells, role: Role): void {
  const movers = header().moverCount;
  const squares = cells.side * cells.side;
  memory.fill(cells.starts, 0, (<usize>(squares + 1)) << 1);
  for (let slot = 0; slot < movers; slot++) {
    const b = body(slot);
    if (b.role != role) continue;
    const cell = squareOf(cells, b.position);
    store<u16>(BUCKET_OF + ((<usize>slot) << 1), <u16>cell);
    store<u16>(startAddress(cells, cell), <u16>(startOf(cells, cell) + 1));
  }
  let sum = 0;
  for (let cell = 0; cell <= squares; cell++) {
    sum += startOf(cells, cell);
    store<u16>(startAddress(cells, cell), <u16>sum);
  }
  for (let slot = movers - 1; slot >= 0; slot--) {
    if (body(slot).role == role) putPlace(cells, slot);
  }
}

function putPlace(cells: Cells, slot: i32): void {
  const b = body(slot);
  const start = startAddress(cells, <i32>load<u16>(BUCKET_OF + ((<usize>slot) << 1)));
  const place = <usize>load<u16>(start) - 1;
  store<u16>(start, <u16>place);
  store<f32>(cells.xs + (place << 2), x3(b.position));
  store<f32>(cells.ys + (place << 2), y3(b.position));
  store<f32>(cells.zs + (place << 2), z3(b.position));
  const entry = load<u16>(ENTRY_OF + ((<usize>entityIndex(b.id)) << 1));
  store<u16>(cells.entries + (place << 1), entry);
}

const LANES: usize = memory.data(16, 16);

/** More than rounding, so that what is within a bound is within reach. */
const REACH_MARGIN: f32 = 1.001;

/**
 * Lists in `keys` those whose distance² is below `bound`, a member's counting for `keep` of itself.
 * Returns how many. A key is that distance² and below it the entry, so that of equally near ones
 * the lower entity is the nearer.
 */
export function gatherNear(
  cells: Cells,
  at: v128,
  bound: f32,
  keep: f32,
  keys: usize,
  own: i32,
): i32 {
  const reach = Mathf.sqrt(bound / keep) * REACH_MARGIN;
  const lastX = cellAlong(cells, x3(at) + reach);
  const firstZ = cellAlong(cells, z3(at) - reach);
  const lastZ = cellAlong(cells, z3(at) + reach);
  let end = keys;
  for (let row = cellAlong(cells, x3(at) - reach); row <= lastX; row++) {
    const first = row * cells.side;
    end = scan(
      cells,
      startOf(cells, first + firstZ),
      startOf(cells, first + lastZ + 1),
      at,
      bound,
      keep,
      end,
      own,
    );
  }
  return <i32>((end - keys) >> 3);
}

/** Lanes beyond `last` are another square's, or none's. Returns the end of the list. */
function scan(
  cells: Cells,
  first: i32,
  last: i32,
  from: v128,
  bound: f32,
  keep: f32,
  keys: usize,
  own: i32,
): usize {
  const x = f32x4.splat(x3(from));
  const y = f32x4.splat(y3(from));
  const z = f32x4.splat(z3(from));
  let end = keys;
  for (let place = first; place < last; place += 4) {
    const at = (<usize>place) << 2;
    const dx = f32x4.sub(v128.load(cells.xs + at), x);
    const dy = f32x4.sub(v128.load(cells.ys + at), y);
    const dz = f32x4.sub(v128.load(cells.zs + at), z);
    const flat = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
    const squared = f32x4.add(flat, f32x4.mul(dz, dz));
    const least = f32x4.mul(squared, f32x4.splat(keep));
    let lanes = v128.bitmask<i32>(f32x4.lt(least, f32x4.splat(bound)));
    if (last - place < 4) lanes &= (1 << (last - place)) - 1;
    if (lanes == 0) continue;
    v128.store(LANES, squared);
    for (; lanes != 0; lanes &= lanes - 1) {
      const lane = ctz(lanes);
      const entry = <i32>load<u16>(cells.entries + ((<usize>(place + lane)) << 1));
      const had = (load<u8>(HAD + <usize>(entry >>> 3)) >>> <u8>(entry & 7)) & 1;
      const counts = load<f32>(LANES + ((<usize>lane) << 2)) * (had != 0 ? keep : <f32>1);
      if (!(counts < bound) || entry == own) continue;
      store<u64>(end, ((<u64>reinterpret<u32>(counts)) << 32) | <u64>entry);
      end += 8;
    }
  }
  return end;
}
