import { FIRST_STATIC } from '../layout';
import { header } from '../world/header';
import { computeBounds } from './bounds';
import { buildGrid, STATICS } from './grid';

/** Walls and floors of a base: most pieces lie on the lowest level, none is left to the list. */
const STATIC_CELL_M: f32 = 2.5;

let current: bool = false;

/** Slots moved or a state was loaded: the next tick builds anew. */
export function invalidateStaticGrid(): void {
  current = false;
}

/** A pure function of which static bodies exist: built anew, never patched, so without history. */
export function refreshStaticGrid(): void {
  if (current) return;
  const end = FIRST_STATIC + header().staticCount;
  for (let slot = FIRST_STATIC; slot < end; slot++) computeBounds(slot);
  buildGrid(STATICS, FIRST_STATIC, end, STATIC_CELL_M);
  current = true;
}
