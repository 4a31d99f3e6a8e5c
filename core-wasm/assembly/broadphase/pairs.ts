import { body, Role } from '../body/body';
import { activeCount, activeSlot } from '../island/active';
import { markJoined } from '../joint/joint-pairs';
import { x3, y3, z3 } from '../math/vec3';
import { isHand } from '../player/parts';
import { header } from '../world/header';
import { boundsMax, boundsMin, computeBounds, lowerWalkerBounds } from './bounds';
import { refreshDormantGrid } from './dormant-grid';
import { flood } from './flood';
import { buildGrid, MOVERS, putCandidate } from './grid';
import { joinHands, joinMovers, joinStatics } from './join';
import { clearPairs, sortPairs } from './pair-list';
import { clearSquares, LOOSE_SQUARES, markSquares } from './squares';
import { hasStaticSensor, refreshStaticGrid } from './static-grid';

/** All pairs whose bounds touch and that may collide, as lower slot << 16 | higher, ascending. */
export function findPairs(): void {
  refreshStaticGrid();
  const hasHands = header().playerCount > 0;
  const hasLoose = takeBodies(hasHands);
  const hasDormant = activeCount() < header().moverCount;
  if (hasHands && (hasLoose || hasDormant || hasStaticSensor())) computeHandBounds();
  const cell = fittingCell();
  buildGrid(MOVERS, bodies, cell);
  markJoined();
  clearPairs();
  joinMovers();
  if (hasHands && hasLoose) joinHands();
  if (hasDormant && refreshDormantGrid(cell)) flood();
  lowerWalkerBounds();
  joinStatics();
  sortPairs();
}

let bodies: i32 = 0;
/** Sum of the bodies' greatest extents, m. */
let extents: f32 = 0;

/**
 * Bounds of all that is active but hands, as candidates for the grid. Returns whether some of it is
 * nobody's: hands meet nothing else, and where none is near they are not looked at.
 */
function takeBodies(hasHands: bool): bool {
  const count = activeCount();
  let hasLoose = false;
  bodies = 0;
  extents = 0;
  clearSquares(LOOSE_SQUARES);
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    if (isHand(slot)) continue;
    computeBounds(slot);
    putCandidate(bodies++, slot);
    const size = f32x4.sub(boundsMax(slot), boundsMin(slot));
    extents += max<f32>(x3(size), max<f32>(y3(size), z3(size)));
    if (!hasHands || body(slot).role != Role.LOOSE) continue;
    markSquares(LOOSE_SQUARES, boundsMin(slot), boundsMax(slot));
    hasLoose = true;
  }
  return hasLoose;
}

function computeHandBounds(): void {
  const count = activeCount();
  for (let i = 0; i < count; i++) {
    if (isHand(activeSlot(i))) computeBounds(activeSlot(i));
  }
}

const CELL_MIN_M: f32 = 0.25;
/** A cell holds what is a quarter larger than the mean: the turned and the swept of one kind. */
const CELL_SHARE: f32 = 1.25;

/** Any cell gives the same pairs; this one leaves few bodies to a cell and few to higher levels. */
function fittingCell(): f32 {
  return bodies == 0 ? 1.0 : max<f32>(CELL_MIN_M, (CELL_SHARE * extents) / <f32>bodies);
}
