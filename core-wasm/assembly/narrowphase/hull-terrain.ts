import { Body } from '../body/body';
import { rotate } from '../math/quat';
import { add3, addScaled3, neg3, normalizeOr3, scale3, w3, x3, z3 } from '../math/vec3';
import { shapeOf } from '../shape/definition';
import { EDGES_MAX, edgeOf, FACES_MAX, faceStart, Hull, loopVertex, vertexOf } from '../shape/hull';
import { terrainNormal } from '../terrain/heightfield';
import { BULGE_MIN_M, BULGE_REACH_M } from './box-terrain';
import { addPoint, isNear, setNormal } from './manifold';
import { planeDistance } from './terrain';

/** A hull on the heightfield, like a box (`box-terrain.ts`): corners, and middles over bulges. */

const UP: v128 = f32x4(0, 1, 0, 0);
/** Corners in world space with the height over the ground in lane 3, then what touches. */
const CORNERS: usize = memory.data(32 * 16, 16);
const TOUCHES: usize = memory.data((32 + EDGES_MAX + FACES_MAX) * 16, 16);

let count: i32 = 0;
let sum: v128 = f32x4.splat(0);

function corner(index: i32): v128 {
  return v128.load(CORNERS + ((<usize>index) << 4));
}

export function collideHullTerrain(b: Body): void {
  const h = shapeOf(b.definition);
  count = 0;
  sum = f32x4.splat(0);
  for (let i = 0; i < h.vertexCount; i++) {
    const p = withHeight(add3(b.position, rotate(b.rotation, vertexOf(h, i))));
    v128.store(CORNERS + ((<usize>i) << 4), p);
    if (isNear(w3(p))) take(p);
  }
  takeEdges(h);
  takeFaces(h);
  if (count == 0) return;
  const n = normalizeOr3(sum, UP);
  setNormal(neg3(n));
  for (let i = 0; i < count; i++) {
    const p = v128.load(TOUCHES + ((<usize>i) << 4));
    addPoint(addScaled3(f32x4.replace_lane(p, 3, 0), n, -0.5 * w3(p)), w3(p));
  }
}

function withHeight(p: v128): v128 {
  return f32x4.replace_lane(p, 3, planeDistance(p, x3(p), z3(p)));
}

function take(p: v128): void {
  v128.store(TOUCHES + ((<usize>count) << 4), p);
  sum = add3(sum, terrainNormal(x3(p), z3(p)));
  count++;
}

/** `even` is the sample as it would be on even ground, height in lane 3 included. */
function takeBulge(even: v128): void {
  if (w3(even) > BULGE_REACH_M) return;
  const p = withHeight(f32x4.replace_lane(even, 3, 0));
  if (w3(p) < w3(even) - BULGE_MIN_M && isNear(w3(p))) take(p);
}

function takeEdges(h: Hull): void {
  for (let i = 0; i < h.edgeCount; i++) {
    const edge = edgeOf(h, i);
    takeBulge(scale3(add3(corner(<i32>(edge & 0xff)), corner(<i32>((edge >>> 8) & 0xff))), 0.5));
  }
}

/** The middle of a face, against the mean of its corners. */
function takeFaces(h: Hull): void {
  for (let face = 0; face < h.faceCount; face++) {
    const start = faceStart(h, face);
    const corners = faceStart(h, face + 1) - start;
    let mean = f32x4.splat(0);
    for (let i = 0; i < corners; i++) mean = add3(mean, corner(loopVertex(h, start + i)));
    takeBulge(scale3(mean, 1.0 / <f32>corners));
  }
}
