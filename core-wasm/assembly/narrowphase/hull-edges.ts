import { Body } from '../body/body';
import { rotate } from '../math/quat';
import { add3, addScaled3, cross3, dot3, scale3, sub3 } from '../math/vec3';
import { EDGES_MAX, edgeOf, Hull, planeOf, vertexAddress, vertexOf } from '../shape/hull';
import { normalOf } from '../shape/nearest';
import { planeOfB } from './hull-hull';
import { poseAt } from './hull-pose';
import { addPoint, isNear, setNormal } from './manifold';

/**
 * Pairs of edges of two hulls. A pair counts only when the arcs between the normals of its faces
 * cross on the sphere (the Gauss map): all others build no face of the Minkowski difference. And
 * only edges near the other hull are looked at, which for a light touch leaves a handful of ninety:
 * the nearest points of a pair that could win are no further apart than the best face's depth.
 */

/** An edge in A's axes, 64 bytes: tail, along, normal of the face to its left and to its right. */
const EDGES_A: usize = memory.data(EDGES_MAX * 64, 16);
const EDGES_B: usize = memory.data(EDGES_MAX * 64, 16);
/** Below this sine squared two edges are parallel, and a face says the same. */
const PARALLEL_SINE_SQUARED: f32 = 1e-4;

let separation: f32 = -Infinity;
let normal: v128 = f32x4.splat(0);
let winnerA: usize = 0;
let winnerB: usize = 0;

/** Greatest gap between the shadows on a common normal of two edges, −∞ when no pair counts. */
export function edgeSeparation(): f32 {
  return separation;
}

/**
 * `towards` is the best face's axis, from A to B; A ends at `end` and B begins at `begin` along it;
 * points of a winning pair are at most `distance` apart.
 */
export function findEdgePair(
  a: Hull,
  b: Hull,
  towards: v128,
  end: f32,
  begin: f32,
  distance: f32,
): void {
  const lastA = loadEdgesA(a, towards, begin - distance);
  const lastB = loadEdgesB(b, towards, end + distance);
  separation = -Infinity;
  for (let one = EDGES_A; one < lastA; one += 64) {
    const alongA = v128.load(one, 16);
    const leftA = v128.load(one, 32);
    const rightA = v128.load(one, 48);
    for (let two = EDGES_B; two < lastB; two += 64) {
      const left = dot3(v128.load(two, 32), alongA);
      const right = dot3(v128.load(two, 48), alongA);
      if (left * right >= 0) continue;
      const alongB = v128.load(two, 16);
      const behind = dot3(rightA, alongB);
      if (left * behind >= 0 || dot3(leftA, alongB) * behind >= 0) continue;
      tryPair(one, two);
      if (!isNear(separation)) return;
    }
  }
}

function tryPair(one: usize, two: usize): void {
  const alongA = v128.load(one, 16);
  const alongB = v128.load(two, 16);
  const across = cross3(alongA, alongB);
  const squared = dot3(across, across);
  if (squared <= PARALLEL_SINE_SQUARED * dot3(alongA, alongA) * dot3(alongB, alongB)) return;
  const outward = dot3(across, add3(v128.load(one, 32), v128.load(one, 48)));
  const length = Mathf.sqrt(squared);
  const n = scale3(across, (outward < 0 ? -1.0 : 1.0) / length);
  const gap = dot3(n, sub3(v128.load(two), v128.load(one)));
  if (gap <= separation) return;
  separation = gap;
  normal = n;
  winnerA = one;
  winnerB = two;
}

/** A's edges that reach past `from` along `towards`; returns where they end. */
function loadEdgesA(h: Hull, towards: v128, from: f32): usize {
  let at = EDGES_A;
  for (let i = 0; i < h.edgeCount; i++) {
    const edge = edgeOf(h, i);
    const tail = vertexOf(h, <i32>(edge & 0xff));
    const head = vertexOf(h, <i32>((edge >>> 8) & 0xff));
    if (max<f32>(dot3(tail, towards), dot3(head, towards)) < from) continue;
    v128.store(at, tail);
    v128.store(at, sub3(head, tail), 16);
    v128.store(at, normalOf(planeOf(h, <i32>((edge >>> 16) & 0xff))), 32);
    v128.store(at, normalOf(planeOf(h, <i32>(edge >>> 24))), 48);
    at += 64;
  }
  return at;
}

/** B's edges that begin before `to`. */
function loadEdgesB(h: Hull, towards: v128, to: f32): usize {
  let at = EDGES_B;
  for (let i = 0; i < h.edgeCount; i++) {
    const edge = edgeOf(h, i);
    const tail = poseAt(vertexAddress(h, <i32>(edge & 0xff)));
    const head = poseAt(vertexAddress(h, <i32>((edge >>> 8) & 0xff)));
    if (min<f32>(dot3(tail, towards), dot3(head, towards)) > to) continue;
    v128.store(at, tail);
    v128.store(at, sub3(head, tail), 16);
    v128.store(at, normalOf(planeOfB(<i32>((edge >>> 16) & 0xff))), 32);
    v128.store(at, normalOf(planeOfB(<i32>(edge >>> 24))), 48);
    at += 64;
  }
  return at;
}

/** One point midway between the nearest points of the winning edges; `a` is A's body. */
export function placeEdgePoint(a: Body): void {
  const alongA = v128.load(winnerA, 16);
  const alongB = v128.load(winnerB, 16);
  const gap = sub3(v128.load(winnerA), v128.load(winnerB));
  const aa = dot3(alongA, alongA);
  const bb = dot3(alongB, alongB);
  const ab = dot3(alongA, alongB);
  const ag = dot3(alongA, gap);
  const bg = dot3(alongB, gap);
  const s = clampShare((ab * bg - bb * ag) / (aa * bb - ab * ab));
  const t = clampShare((ab * s + bg) / bb);
  const onA = addScaled3(v128.load(winnerA), alongA, s);
  const onB = addScaled3(v128.load(winnerB), alongB, t);
  const middle = scale3(add3(onA, onB), 0.5);
  setNormal(rotate(a.rotation, normal));
  addPoint(add3(a.position, rotate(a.rotation, middle)), separation);
}

function clampShare(value: f32): f32 {
  return min<f32>(1.0, max<f32>(0.0, value));
}
