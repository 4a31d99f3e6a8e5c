import { TERRAIN_CELLS, TERRAIN_SPACING_M } from '../limits';
import { add3, neg3, x3, y3, z3 } from '../math/vec3';
import { cellOf, terrainHeight, terrainNormal } from '../terrain/heightfield';
import { bestDistance, offer } from './best';
import { isCellWithin, loadCellTriangle } from './cell-triangles';
import { loadTriangle } from './convex';
import { coresTouch, gapNormal, measureGap, nearestOnSurface, operandA, operandB } from './gjk';
import { AnswerStatus } from './record';

/**
 * The terrain's point that is nearest to `p`: cells in growing squares around it, until the next
 * square lies further away than what was found. Below ground the distance is negative.
 */

let least: f32 = 0;
let isFound: bool = false;
let point: v128 = f32x4.splat(0);
let normal: v128 = f32x4.splat(0);

export function nearestTerrain(p: v128): void {
  const isBelow = y3(p) < terrainHeight(x3(p), z3(p));
  least = isBelow ? Infinity : max<f32>(0, bestDistance());
  isFound = false;
  searchAround(p);
  if (!isFound) return;
  const place = add3(p, point);
  if (isBelow) offer(0, -least, AnswerStatus.INSIDE, place, neg3(normal));
  else offer(0, least, AnswerStatus.HIT, place, normal);
}

function searchAround(p: v128): void {
  const column = cellOf(x3(p));
  const row = cellOf(z3(p));
  for (let ring = 0; ring < TERRAIN_CELLS; ring++) {
    if (<f32>(ring - 1) * TERRAIN_SPACING_M > least) return;
    for (let across = -ring; across <= ring; across++) {
      searchCell(p, column + across, row - ring);
      if (ring > 0) searchCell(p, column + across, row + ring);
    }
    for (let along = 1 - ring; along < ring; along++) {
      searchCell(p, column - ring, row + along);
      searchCell(p, column + ring, row + along);
    }
  }
}

function searchCell(p: v128, column: i32, row: i32): void {
  if (column < 0 || column >= TERRAIN_CELLS || row < 0 || row >= TERRAIN_CELLS) return;
  if (!isCellWithin(column, row, y3(p) - least, y3(p) + least)) return;
  for (let which = 0; which < 2; which++) {
    const zero = f32x4.splat(0);
    loadTriangle(operandA(), zero, zero, zero, zero);
    loadCellTriangle(operandB(), column, row, which, p);
    const gap = measureGap();
    if (!(gap <= least) || (isFound && gap == least)) continue;
    least = gap;
    isFound = true;
    point = coresTouch() ? zero : nearestOnSurface();
    normal = coresTouch() ? terrainNormal(x3(p), z3(p)) : gapNormal();
  }
}
