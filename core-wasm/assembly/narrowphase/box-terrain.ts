import { Body } from '../body/body';
import { TERRAIN_POINTS } from '../layout';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, addScaled3, neg3, normalizeOr3, scale3, sub3, w3, x3, y3, z3 } from '../math/vec3';
import { terrainNormal } from '../terrain/heightfield';
import { addPoint, isNear, setNormal } from './manifold';
import { planeDistance } from './terrain';

/**
 * A box on the heightfield: its corners, and where the ground bulges between them, the middles of
 * its edges and faces. Bulging is judged by how the ground bends, not by how deep the box stands,
 * so that a resting box does not win and lose points from tick to tick. Clipping the box against
 * each triangle was rejected: three times the work for what a crate on a ridge gains over this.
 */

const UP: v128 = f32x4(0, 1, 0, 0);
/** Ground that rises less than this over the line between two corners counts as even. */
export const BULGE_MIN_M: f32 = 0.002;
/** Samples this far above ground are not looked at: cells of 2 m do not rise that fast. */
export const BULGE_REACH_M: f32 = 1.0;
const CORNERS: i32 = 8;

let count: i32 = 0;
let sum: v128 = f32x4.splat(0);

/** Corner 0…7: bit i is the side along axis i. Lane 3 is the height over the ground. */
function corner(index: i32): v128 {
  return v128.load(TERRAIN_POINTS + ((<usize>index) << 4));
}

export function collideBoxTerrain(b: Body): void {
  loadCorners(b);
  count = 0;
  sum = f32x4.splat(0);
  for (let i = 0; i < CORNERS; i++) {
    if (isNear(w3(corner(i)))) take(corner(i));
  }
  takeEdges();
  takeFaces();
  if (count == 0) return;
  const n = normalizeOr3(sum, UP);
  setNormal(neg3(n));
  for (let i = 0; i < count; i++) {
    const p = corner(CORNERS + i);
    const place = f32x4.replace_lane(p, 3, 0);
    addPoint(addScaled3(place, n, -0.5 * w3(p)), w3(p));
  }
}

function loadCorners(b: Body): void {
  const x = scale3(axisX(b.rotation), x3(b.size));
  const y = scale3(axisY(b.rotation), y3(b.size));
  const z = scale3(axisZ(b.rotation), z3(b.size));
  for (let i = 0; i < CORNERS; i++) {
    let p = (i & 1) != 0 ? add3(b.position, x) : sub3(b.position, x);
    p = (i & 2) != 0 ? add3(p, y) : sub3(p, y);
    p = (i & 4) != 0 ? add3(p, z) : sub3(p, z);
    v128.store(TERRAIN_POINTS + ((<usize>i) << 4), withHeight(p));
  }
}

function withHeight(p: v128): v128 {
  return f32x4.replace_lane(p, 3, planeDistance(p, x3(p), z3(p)));
}

/** Puts a point behind the corners and its ground's normal into the sum. */
function take(p: v128): void {
  v128.store(TERRAIN_POINTS + ((<usize>(CORNERS + count)) << 4), p);
  sum = add3(sum, terrainNormal(x3(p), z3(p)));
  count++;
}

/** `even` is the sample as it would be on even ground, height in lane 3 included. */
function takeBulge(even: v128): void {
  if (w3(even) > BULGE_REACH_M) return;
  const p = withHeight(f32x4.replace_lane(even, 3, 0));
  if (w3(p) < w3(even) - BULGE_MIN_M && isNear(w3(p))) take(p);
}

function takeEdges(): void {
  for (let bit = 1; bit < CORNERS; bit <<= 1) {
    for (let i = 0; i < CORNERS; i++) {
      if ((i & bit) != 0) continue;
      takeBulge(scale3(add3(corner(i), corner(i | bit)), 0.5));
    }
  }
}

/** The middle of a face, against the mean of its corners. */
function takeFaces(): void {
  for (let bit = 1; bit < CORNERS; bit <<= 1) {
    for (let side = 0; side <= bit; side += bit) {
      let mean = f32x4.splat(0);
      for (let i = 0; i < CORNERS; i++) {
        if ((i & bit) == side) mean = add3(mean, scale3(corner(i), 0.25));
      }
      takeBulge(mean);
    }
  }
}
