import { MANIFOLD } from '../layout';
import { MANIFOLD_POINTS_MAX, SPECULATIVE_MARGIN_M, TICK_DT } from '../limits';
import { length3, neg3, sub3, w3 } from '../math/vec3';

/**
 * The one manifold under construction: a unit normal from A to B and up to four points, each with
 * its separation (negative when overlapping) in lane 3.
 */

let normal: v128 = f32x4.splat(0);
let count: i32 = 0;
let margin: f32 = SPECULATIVE_MARGIN_M;

/**
 * Empties the manifold for a pair whose relative velocity is `velocity`. Points are kept as far
 * apart as the two can come in one tick: the contact then stops what would pass through a wall,
 * with no second kind of collision for fast bodies.
 */
export function beginManifold(velocity: v128): void {
  count = 0;
  margin = SPECULATIVE_MARGIN_M + length3(velocity) * TICK_DT;
}

export function setNormal(n: v128): void {
  normal = n;
}

export function manifoldNormal(): v128 {
  return normal;
}

export function pointCount(): i32 {
  return count;
}

/** World position with the separation in lane 3. */
export function manifoldPoint(index: i32): v128 {
  return v128.load(MANIFOLD + ((<usize>index) << 4));
}

/** Adds a point; a fifth and later ones replace by `keepSpread`'s rule. */
export function addPoint(position: v128, separation: f32): void {
  if (separation > margin) return;
  const point = f32x4.replace_lane(position, 3, separation);
  if (count < MANIFOLD_POINTS_MAX) {
    storePoint(count, point);
    count++;
    return;
  }
  keepSpread(point);
}

function storePoint(index: i32, point: v128): void {
  v128.store(MANIFOLD + ((<usize>index) << 4), point);
}

/**
 * Of five points drops the shallowest one that is not needed to span the area: the one whose
 * nearest neighbour is closest, ties going to the later point.
 */
function keepSpread(point: v128): void {
  let worst = MANIFOLD_POINTS_MAX;
  let worstScore = spreadScore(MANIFOLD_POINTS_MAX, point);
  for (let i = 0; i < MANIFOLD_POINTS_MAX; i++) {
    const score = spreadScore(i, point);
    if (score < worstScore) {
      worstScore = score;
      worst = i;
    }
  }
  if (worst != MANIFOLD_POINTS_MAX) storePoint(worst, point);
}

/** Distance to the nearest other of the five, plus a bonus for depth. Index 4 is the candidate. */
function spreadScore(index: i32, candidate: v128): f32 {
  const self = index == MANIFOLD_POINTS_MAX ? candidate : manifoldPoint(index);
  let nearest: f32 = 1e30;
  for (let i = 0; i <= MANIFOLD_POINTS_MAX; i++) {
    if (i == index) continue;
    const other = i == MANIFOLD_POINTS_MAX ? candidate : manifoldPoint(i);
    const gap = f32x4.replace_lane(sub3(self, other), 3, 0);
    nearest = min<f32>(nearest, length3(gap));
  }
  return nearest - 4.0 * w3(self);
}

/** Turns the manifold round, for a routine that took B first. */
export function flipManifold(): void {
  normal = neg3(normal);
}

/** Surfaces further apart than this do not matter in this tick, in metres. */
export function nearMargin(): f32 {
  return margin;
}

/** Gives the manifold another normal along which its separations are `factor` times as long. */
export function stretchManifold(n: v128, factor: f32): void {
  normal = n;
  for (let i = 0; i < count; i++) {
    const p = manifoldPoint(i);
    v128.store(MANIFOLD + ((<usize>i) << 4), f32x4.replace_lane(p, 3, w3(p) * factor));
  }
}

/** True when surfaces `separation` apart may meet within the tick. */
export function isNear(separation: f32): bool {
  return separation <= margin;
}
