import { isActive } from '../island/active';
import { header } from '../world/header';
import { boundsMax, boundsMin, computeBounds } from './bounds';
import { buildGrid, DORMANT, putCandidate } from './grid';
import { clearSquares, DORMANT_SQUARES, markSquares } from './squares';

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
  let count = 0;
  clearSquares(DORMANT_SQUARES);
  for (let slot = 0; slot < movers; slot++) {
    if (isActive(slot)) continue;
    computeBounds(slot);
    putCandidate(count++, slot);
    markSquares(DORMANT_SQUARES, boundsMin(slot), boundsMax(slot));
  }
  buildGrid(DORMANT, count, cell);
  current = true;
  return DORMANT.count > 0;
}
