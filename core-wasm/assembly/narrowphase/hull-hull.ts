import { Body } from '../body/body';
import { conjugate, mulQuat, rotateInverse } from '../math/quat';
import { dot3, neg3, sub3, sum3, w3 } from '../math/vec3';
import { blockAddress, Hull, planeAddress, planeOf } from '../shape/hull';
import { normalOf } from '../shape/nearest';
import { polyhedronOf } from '../shape/polyhedron';
import { clipHullFaces } from './hull-clip';
import { edgeSeparation, findEdgePair, placeEdgePoint } from './hull-edges';
import { leastAlong, poseBlocks, setPose, turnAt } from './hull-pose';
import { isNear, nearMargin } from './manifold';

/**
 * Two hulls, or a hull and a box, by separating axes (Gregorius, "The Separating Axis Test between
 * Convex Polyhedra", GDC 2013), all in A's axes: the faces of either against the other's vertices,
 * four at a time, then pairs of edges that build a face of the Minkowski difference. The answer is
 * a face clipped against a face, or a point between two edges; faces win near ties, because they
 * give a manifold that stands still. GJK with EPA was rejected: what rests overlaps a little, and
 * there EPA is slower than this and gives no face.
 */

/** An edge pair must be better than the best face by this share and length, as for boxes. */
const EDGE_SHARE: f32 = 0.9;
const EDGE_LENGTH_M: f32 = 0.005;
/** The larger hull's face is the reference unless the other's is better by as much. */
const FACE_LENGTH_M: f32 = 0.002;

/** B's vertices by blocks, and B's planes, in A's axes. */
const BLOCKS: usize = memory.data(8 * 48, 16);
const PLANES: usize = memory.data(60 * 16, 16);

let bestFace: i32 = 0;

/** Plane `index` of B in A's axes, after `faceSeparationB`. */
export function planeOfB(index: i32): v128 {
  return v128.load(PLANES + ((<usize>index) << 4));
}

function blockCount(h: Hull): i32 {
  return (h.vertexCount + 3) >> 2;
}

export function collideHulls(a: Body, b: Body): void {
  const hullA = polyhedronOf(a, 0);
  const hullB = polyhedronOf(b, 1);
  const turn = mulQuat(conjugate(a.rotation), b.rotation);
  const gap = rotateInverse(a.rotation, sub3(b.position, a.position));
  setPose(turn, gap);
  poseBlocks(blockAddress(hullB, 0), BLOCKS, blockCount(hullB));
  const faceA = faceSeparationA(hullA, blockCount(hullB));
  if (!isNear(faceA)) return;
  const indexA = bestFace;
  const faceB = faceSeparationB(hullA, hullB, gap);
  if (!isNear(faceB)) return;
  const indexB = bestFace;

  const face = max<f32>(faceA, faceB);
  const isOfB = faceB > faceA;
  const towards = isOfB ? neg3(normalOf(planeOfB(indexB))) : normalOf(planeOf(hullA, indexA));
  const low = isOfB ? -w3(planeOfB(indexB)) : w3(planeOf(hullA, indexA)) + faceA;
  findEdgePair(hullA, hullB, towards, low - face, low, max<f32>(nearMargin(), -face));
  const edge = edgeSeparation();
  if (!isNear(edge)) return;
  if (edge > EDGE_LENGTH_M + (face < 0 ? face * EDGE_SHARE : face)) {
    placeEdgePoint(a);
    return;
  }
  const handicap: f32 = reach(hullB) > reach(hullA) ? -FACE_LENGTH_M : FACE_LENGTH_M;
  if (faceB > faceA + handicap) {
    setPose(conjugate(turn), neg3(rotateInverse(turn, gap)));
    clipHullFaces(b, hullB, indexB, hullA, true);
  } else {
    clipHullFaces(a, hullA, indexA, hullB, false);
  }
}

/** Sum of the sides of the bounds: which of two hulls is the larger. */
function reach(h: Hull): f32 {
  return sum3(sub3(h.high, h.low));
}

/** The greatest gap between a face of A and all of B; stops at one beyond the margin. */
function faceSeparationA(a: Hull, blocks: i32): f32 {
  let best: f32 = -Infinity;
  for (let i = 0; i < a.faceCount; i++) {
    const plane = planeOf(a, i);
    const separation = leastAlong(BLOCKS, blocks, plane) - w3(plane);
    if (separation <= best) continue;
    best = separation;
    bestFace = i;
    if (!isNear(best)) break;
  }
  return best;
}

function faceSeparationB(a: Hull, b: Hull, gap: v128): f32 {
  const blocks = blockCount(a);
  const from = blockAddress(a, 0);
  let best: f32 = -Infinity;
  for (let i = 0; i < b.faceCount; i++) {
    const n = turnAt(planeAddress(b, i));
    const distance = w3(planeOf(b, i)) + dot3(n, gap);
    v128.store(PLANES + ((<usize>i) << 4), f32x4.replace_lane(n, 3, distance));
    const separation = leastAlong(from, blocks, n) - distance;
    if (separation <= best) continue;
    best = separation;
    bestFace = i;
    if (!isNear(best)) break;
  }
  return best;
}
