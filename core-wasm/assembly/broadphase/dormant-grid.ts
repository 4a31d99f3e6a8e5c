import { IS_ACTIVE } from '../layout';
import { header } from '../world/header';
import { computeBounds } from './bounds';
import { buildGridOf, DORMANT } from './grid';

/**
 * The movers that the tick does not compute, for those that it does to bump into. Built anew only
 * when the set or a body of it changed: what sleeps costs no more than the look of a neighbour.
 */

let current: bool = false;

export function invalidateDormantGrid(): void {
  current = false;
}

/** Returns whether there is anything in it. */
export function refreshDormantGrid(cell: f32): bool {
  if (current) return DORMANT.count > 0;
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (load<u8>(IS_ACTIVE + <usize>slot) == 0) computeBounds(slot);
  }
  buildGridOf(DORMANT, movers, 0, cell);
  current = true;
  return DORMANT.count > 0;
}
