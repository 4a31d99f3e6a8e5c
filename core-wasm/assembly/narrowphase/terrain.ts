import { Body, Shape } from '../body/body';
import { boundsMax, boundsMin } from '../broadphase/bounds';
import { add3, addScaled3, dot3, neg3, sub3, vec3, x3, y3, z3 } from '../math/vec3';
import { cellOf, findTriangle, foundNormal, vertexHeight } from '../terrain/heightfield';
import { collideBoxTerrain } from './box-terrain';
import { collideHullTerrain } from './hull-terrain';
import { addPoint, isNear, setNormal } from './manifold';
import { segmentHalf } from './round';

/**
 * Shapes on the heightfield. The surface near a point is taken as the plane of the triangle under
 * it; where triangles bend up between a shape's ends or corners, its middle is looked at too
 * (`box-terrain.ts`). The normal points from the body (A) down into the terrain (B).
 */

/** Part numbers on terrain go round with each piece of a compound. */
export const TERRAIN_PARTS_MAX: i32 = 4;

/** Manifolds of a simple shape with the terrain: each part of a capsule has its own normal. */
export function terrainParts(b: Body): i32 {
  return b.shape == Shape.CAPSULE ? 3 : 1;
}

/** Cheap rejection: the lowest point of the bounds against every vertex of the cells below. */
export function mayTouchTerrain(slot: i32): bool {
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const lastColumn = cellOf(x3(high)) + 1;
  const lastRow = cellOf(z3(high)) + 1;
  for (let row = cellOf(z3(low)); row <= lastRow; row++) {
    for (let column = cellOf(x3(low)); column <= lastColumn; column++) {
      if (vertexHeight(column, row) >= y3(low)) return true;
    }
  }
  return false;
}

export function collideTerrain(b: Body, part: i32): void {
  if (b.shape == Shape.SPHERE) collideBall(b.position, x3(b.size));
  else if (b.shape == Shape.CAPSULE) collideCapsulePart(b, part);
  else if (b.shape == Shape.BOX) collideBoxTerrain(b);
  else collideHullTerrain(b);
}

/** Part 0 is the lower end, 1 the higher, 2 the middle where the ground bulges between them. */
function collideCapsulePart(b: Body, part: i32): void {
  const half = segmentHalf(b);
  const downward: f32 = y3(half) > 0 ? -1.0 : 1.0;
  if (part == 2) {
    if (isMiddleNear(b) && bulges(b.position, half)) collideBall(b.position, x3(b.size));
    return;
  }
  collideBall(addScaled3(b.position, half, part == 0 ? downward : -downward), x3(b.size));
}

/** Ground that rises less than this over the line between the ends counts as even. */
const BULGE_MIN_M: f32 = 0.002;

/**
 * Whether a capsule of the segment centre ± half may be near the terrain. Of an upright one all
 * stands over one triangle, and the lower end is nearest to its plane.
 */
export function mayCapsuleTouch(centre: v128, half: v128, radius: f32): bool {
  if (x3(half) != 0 || z3(half) != 0) return true;
  const low = y3(half) > 0 ? sub3(centre, half) : add3(centre, half);
  return isNear(planeDistance(low, x3(low), z3(low)) - radius);
}

function isMiddleNear(b: Body): bool {
  return isNear(planeDistance(b.position, x3(b.position), z3(b.position)) - x3(b.size));
}

function bulges(centre: v128, half: v128): bool {
  const ends = groundUnder(add3(centre, half)) + groundUnder(sub3(centre, half));
  return groundUnder(centre) > 0.5 * ends + BULGE_MIN_M;
}

function groundUnder(p: v128): f32 {
  return findTriangle(x3(p), z3(p));
}

/**
 * Of the planes under the ball's centre and under its deepest point, the nearer one. A ball that is
 * far from the first is no nearer to both.
 */
function collideBall(centre: v128, radius: f32): void {
  let separation = planeDistance(centre, x3(centre), z3(centre)) - radius;
  if (!isNear(separation)) return;
  let n = planeNormal();
  let foot = addScaled3(centre, n, -radius);
  const other = planeDistance(centre, x3(foot), z3(foot)) - radius;
  if (other > separation) {
    separation = other;
    n = planeNormal();
    foot = addScaled3(centre, n, -radius);
  }
  if (!isNear(separation)) return;
  setNormal(neg3(n));
  addPoint(addScaled3(foot, n, -0.5 * separation), separation);
}

let plane: v128 = f32x4.splat(0);

/** Distance of `p` above the plane of the triangle under (x, z), whose normal is `planeNormal`. */
export function planeDistance(p: v128, x: f32, z: f32): f32 {
  const height = findTriangle(x, z);
  plane = foundNormal();
  return dot3(sub3(p, vec3(x, height, z)), plane);
}

/** Normal of the plane that the last distance was taken from. */
export function planeNormal(): v128 {
  return plane;
}
