import type { Stance } from '../avatar.ts';

const CELL_MM = 8_000;
/** Who is in view is held so much longer. */
const MARGIN_MM = 2_000;
/** Nobody is looked for further away. */
const RINGS_MAX = 40;

/** Somebody with a place. */
export interface Placed {
  readonly stance: Stance;
}

export type Grid<T> = Map<number, T[]>;

export function fillGrid<T extends Placed>(all: Iterable<T>): Grid<T> {
  const grid: Grid<T> = new Map();
  for (const one of all) {
    const key = keyOf(cellOf(one.stance.xMm), cellOf(one.stance.zMm));
    const cell = grid.get(key);
    if (cell === undefined) grid.set(key, [one]);
    else cell.push(one);
  }
  return grid;
}

/** The `count` nearest to `own`, itself left out; `held` outrank others by a margin. */
export function nearestTo<T extends Placed>(
  grid: Grid<T>,
  own: T,
  count: number,
  held: ReadonlySet<T>,
  population: number,
): T[] {
  const found: { one: T; mm: number }[] = [];
  const [cellX, cellZ] = [cellOf(own.stance.xMm), cellOf(own.stance.zMm)];
  let looked = 0;
  for (let ring = 0; looked < population && ring < RINGS_MAX; ring++) {
    // Everybody nearer than the next ring can be is in: enough of them, and the search is over.
    const reachMm = (ring - 1) * CELL_MM - MARGIN_MM;
    if (found.filter(({ mm }) => mm <= reachMm).length >= count) break;
    eachInRing(grid, cellX, cellZ, ring, (one) => {
      looked++;
      if (one === own) return;
      const mm = Math.hypot(one.stance.xMm - own.stance.xMm, one.stance.zMm - own.stance.zMm);
      found.push({ one, mm: mm - (held.has(one) ? MARGIN_MM : 0) });
    });
  }
  found.sort((a, b) => a.mm - b.mm);
  return found.slice(0, count).map(({ one }) => one);
}

function eachInRing<T>(
  grid: Grid<T>,
  x: number,
  z: number,
  ring: number,
  take: (one: T) => void,
): void {
  for (let dx = -ring; dx <= ring; dx++) {
    const isEdge = Math.abs(dx) === ring;
    for (let dz = -ring; dz <= ring; dz += isEdge || ring === 0 ? 1 : 2 * ring) {
      for (const one of grid.get(keyOf(x + dx, z + dz)) ?? []) take(one);
    }
  }
}

function cellOf(mm: number): number {
  return Math.floor(mm / CELL_MM);
}

function keyOf(x: number, z: number): number {
  return x * 65_536 + z;
}
