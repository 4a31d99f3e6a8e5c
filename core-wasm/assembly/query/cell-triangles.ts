import { TERRAIN_CELLS, TERRAIN_SPACING_M } from '../limits';
import { sub3, vec3 } from '../math/vec3';
import { vertexCoordinate, vertexHeight } from '../terrain/heightfield';
import { Convex, loadTriangle } from './convex';

/** The two triangles of a terrain cell, and the box of cells that a box in the world covers. */

/** Cell of a metre coordinate, not clamped: what lies beyond the field has no triangle. */
export function cellFloor(metres: f32): i32 {
  return <i32>Mathf.floor(metres / TERRAIN_SPACING_M) + TERRAIN_CELLS / 2;
}

export function firstCell(metres: f32): i32 {
  return max<i32>(0, cellFloor(metres));
}

export function lastCell(metres: f32): i32 {
  return min<i32>(TERRAIN_CELLS - 1, cellFloor(metres));
}

/** Whether the cell's surface lies in the span of heights somewhere. */
export function isCellWithin(column: i32, row: i32, low: f32, high: f32): bool {
  const a = vertexHeight(column, row);
  const b = vertexHeight(column + 1, row);
  const c = vertexHeight(column, row + 1);
  const d = vertexHeight(column + 1, row + 1);
  if (max<f32>(max<f32>(a, b), max<f32>(c, d)) < low) return false;
  return min<f32>(min<f32>(a, b), min<f32>(c, d)) <= high;
}

export function cornerOf(column: i32, row: i32): v128 {
  return vec3(vertexCoordinate(column), vertexHeight(column, row), vertexCoordinate(row));
}

/** Triangle 0 lies on the side of greater x, 1 on the side of greater z; seen from `about`. */
export function loadCellTriangle(c: Convex, column: i32, row: i32, which: i32, about: v128): void {
  const base = cornerOf(column, row);
  const opposite = sub3(cornerOf(column + 1, row + 1), base);
  const third = sub3(which == 0 ? cornerOf(column + 1, row) : cornerOf(column, row + 1), base);
  loadTriangle(c, sub3(base, about), f32x4.splat(0), opposite, third);
}
