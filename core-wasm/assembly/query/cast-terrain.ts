import { halfExtents } from '../broadphase/bounds';
import { TERRAIN_SPACING_M } from '../limits';
import { add3, addScaled3, sub3, x3, y3, z3 } from '../math/vec3';
import { terrainCeiling, terrainHeight } from '../terrain/heightfield';
import { bestDistance, offer } from './best';
import { castOperands, movingShape, offerCast } from './cast';
import { firstCell, isCellWithin, lastCell, loadCellTriangle } from './cell-triangles';
import { loadConvex } from './convex';
import { operandA, operandB } from './gjk';
import { NO_ENTRY } from './ray-body';
import { AnswerStatus } from './record';

/**
 * A shape moved over the heightfield, stretch by stretch: each is as long as the shape is wide, and
 * the triangles near it are met one by one. Ground is solid: whose centre begins below it, is
 * inside.
 */

/** Covers rounding where triangles are left out. */
const MARGIN_M: f32 = 0.01;
/** A stretch looks back this far, so that what is met at its very beginning has a normal. */
const BACK_M: f32 = 0.01;

export function castTerrain(direction: v128): void {
  const shape = movingShape();
  const origin = shape.position;
  if (y3(origin) < terrainHeight(x3(origin), z3(origin))) {
    offer(0, 0, AnswerStatus.INSIDE, origin, f32x4(0, 1, 0, 0));
    return;
  }
  const half = add3(halfExtents(shape), f32x4.splat(MARGIN_M));
  const stretch = max<f32>(TERRAIN_SPACING_M, 2 * max<f32>(x3(half), z3(half)));
  const fall = y3(direction);
  let at: f32 = 0;
  // Above everything nothing is met: the way down there is left out.
  const height = y3(origin) - y3(half) - terrainCeiling();
  if (height > 0) {
    if (fall >= 0) return;
    at = height / -fall;
  }
  while (at <= bestDistance()) {
    const end = min<f32>(at + stretch, bestDistance());
    if (castStretch(origin, direction, half, at, end)) return;
    if (end >= bestDistance()) return;
    at = end;
  }
}

/** True when something was met between the two distances. */
function castStretch(origin: v128, direction: v128, half: v128, from: f32, to: f32): bool {
  const one = addScaled3(origin, direction, from);
  const two = addScaled3(origin, direction, to);
  const low = sub3(f32x4.pmin(one, two), half);
  const high = add3(f32x4.pmax(one, two), half);
  const lastColumn = lastCell(x3(high));
  const lastRow = lastCell(z3(high));
  let isMet = false;
  for (let row = firstCell(z3(low)); row <= lastRow; row++) {
    for (let column = firstCell(x3(low)); column <= lastColumn; column++) {
      if (!isCellWithin(column, row, y3(low), y3(high))) continue;
      if (castCell(one, direction, column, row, from, to)) isMet = true;
    }
  }
  return isMet;
}

/** Operands are seen from where the stretch begins, so that their coordinates stay small. */
function castCell(about: v128, direction: v128, column: i32, row: i32, from: f32, to: f32): bool {
  let isMet = false;
  for (let which = 0; which < 2; which++) {
    loadConvex(operandA(), movingShape(), movingShape().position);
    loadCellTriangle(operandB(), column, row, which, about);
    const limit = min<f32>(to, bestDistance()) - from;
    const distance = castOperands(direction, -min<f32>(from, BACK_M), limit);
    if (distance == NO_ENTRY) continue;
    offerCast(0, from + distance, about);
    isMet = true;
  }
  return isMet;
}
