import { Body, Shape } from '../body/body';
import { boundsMax, boundsMin } from '../broadphase/bounds';
import { axisX, axisY, axisZ } from '../math/quat';
import {
  add3,
  addScaled3,
  dot3,
  neg3,
  normalizeOr3,
  scale3,
  sub3,
  vec3,
  x3,
  y3,
  z3,
} from '../math/vec3';
import {
  cellOf,
  terrainFeature,
  terrainHeight,
  terrainNormal,
  vertexHeight,
} from '../terrain/heightfield';
import { addPoint, isNear, setNormal } from './manifold';
import { segmentHalf } from './round';

/**
 * Shapes on the heightfield. The surface near a point is taken as the plane of the triangle under
 * it: with cells of 2 m and bodies of about 1 m this is exact except over an edge, where the two
 * planes meet anyway. The normal points from the body (A) down into the terrain (B).
 */

const UP: v128 = f32x4(0, 1, 0, 0);

/** How many manifolds a shape may have with the terrain: a capsule's ends have their own normals. */
export function terrainParts(b: Body): i32 {
  return b.shape == Shape.CAPSULE ? 2 : 1;
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
  else if (b.shape == Shape.CAPSULE) collideCapsuleEnd(b, part);
  else collideBoxTerrain(b);
}

/** Part 0 is the lower end. */
function collideCapsuleEnd(b: Body, part: i32): void {
  const half = segmentHalf(b);
  const downward: f32 = y3(half) > 0 ? -1.0 : 1.0;
  collideBall(addScaled3(b.position, half, part == 0 ? downward : -downward), x3(b.size));
}

/** Of the planes under the ball's centre and under its deepest point, the nearer one. */
function collideBall(centre: v128, radius: f32): void {
  let n = terrainNormal(x3(centre), z3(centre));
  let separation = planeDistance(centre, x3(centre), z3(centre), n) - radius;
  let foot = addScaled3(centre, n, -radius);
  const otherNormal = terrainNormal(x3(foot), z3(foot));
  const other = planeDistance(centre, x3(foot), z3(foot), otherNormal) - radius;
  if (other > separation) {
    separation = other;
    n = otherNormal;
    foot = addScaled3(centre, n, -radius);
  }
  if (!isNear(separation)) return;
  setNormal(neg3(n));
  addPoint(addScaled3(foot, n, -0.5 * separation), separation, terrainFeature(x3(foot), z3(foot)));
}

/** Distance of `p` above the plane of the triangle under (x, z). */
function planeDistance(p: v128, x: f32, z: f32, n: v128): f32 {
  return dot3(sub3(p, vec3(x, terrainHeight(x, z), z)), n);
}

/** The corners below or near the surface share one normal, the mean of their triangles'. */
function collideBoxTerrain(b: Body): void {
  const x = scale3(axisX(b.rotation), x3(b.size));
  const y = scale3(axisY(b.rotation), y3(b.size));
  const z = scale3(axisZ(b.rotation), z3(b.size));
  let sum = f32x4.splat(0);
  for (let corner = 0; corner < 8; corner++) {
    const p = boxCorner(b.position, x, y, z, corner);
    if (!isNear(cornerDistance(p))) continue;
    sum = add3(sum, terrainNormal(x3(p), z3(p)));
  }
  if (dot3(sum, sum) == 0) return;
  const n = normalizeOr3(sum, UP);
  setNormal(neg3(n));
  for (let corner = 0; corner < 8; corner++) {
    const p = boxCorner(b.position, x, y, z, corner);
    const separation = cornerDistance(p);
    addPoint(addScaled3(p, n, -0.5 * separation), separation, <u32>corner);
  }
}

function boxCorner(centre: v128, x: v128, y: v128, z: v128, corner: i32): v128 {
  let p = (corner & 1) != 0 ? add3(centre, x) : sub3(centre, x);
  p = (corner & 2) != 0 ? add3(p, y) : sub3(p, y);
  return (corner & 4) != 0 ? add3(p, z) : sub3(p, z);
}

function cornerDistance(p: v128): f32 {
  const x = x3(p);
  const z = z3(p);
  return planeDistance(p, x, z, terrainNormal(x, z));
}
