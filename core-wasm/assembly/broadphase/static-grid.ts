import { body } from '../body/body';
import { FIRST_STATIC } from '../layout';
import { header } from '../world/header';
import { boundsMax, boundsMin, computeBounds } from './bounds';
import { buildGrid, putCandidate, STATICS } from './grid';
import { clearSquares, markSquares, STATIC_SQUARES } from './squares';

/** Walls and floors of a base: most pieces lie on the lowest level, none is left to the list. */
const STATIC_CELL_M: f32 = 2.5;

let current: bool = false;
let revision: u32 = 0;
let sensing: bool = false;

/** Slots moved or a state was loaded: the next tick builds anew. */
export function invalidateStaticGrid(): void {
  current = false;
  revision++;
}

/** Changes whenever the statics may have changed, so that others who look at them can tell. */
export function staticsRevision(): u32 {
  return revision;
}

/** Whether a static body senses: then also hands and lifts must be held against the statics. */
export function hasStaticSensor(): bool {
  return sensing;
}

/** A pure function of which static bodies exist: built anew, never patched, so without history. */
export function refreshStaticGrid(): void {
  if (current) return;
  const count = header().staticCount;
  sensing = false;
  clearSquares(STATIC_SQUARES);
  for (let i = 0; i < count; i++) {
    const slot = FIRST_STATIC + i;
    computeBounds(slot);
    putCandidate(i, slot);
    markSquares(STATIC_SQUARES, boundsMin(slot), boundsMax(slot));
    if (body(slot).sensor != 0) sensing = true;
  }
  buildGrid(STATICS, count, STATIC_CELL_M);
  current = true;
}
