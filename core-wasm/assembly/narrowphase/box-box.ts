import { Body } from '../body/body';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, addScaled3, at3, cross3, dot3, neg3, scale3, sub3 } from '../math/vec3';
import { clipFace } from './box-clip';
import { addPoint, isNear, setNormal } from './manifold';

/**
 * Two boxes: separating axes (Gottschalk 1996), then the incident face clipped against the
 * reference face, or the nearest points of two edges. Faces win near ties, because a face gives
 * a manifold that stands still.
 */

/** An edge pair must be better than the best face by this share and length. */
const EDGE_SHARE: f32 = 0.9;
const EDGE_LENGTH_M: f32 = 0.005;
/** B's faces must beat A's by as much, so that equal faces do not alternate. */
const FACE_B_LENGTH_M: f32 = 0.002;

// Axes of both boxes while a pair is at work.
let aX: v128 = f32x4.splat(0);
let aY: v128 = f32x4.splat(0);
let aZ: v128 = f32x4.splat(0);
let bX: v128 = f32x4.splat(0);
let bY: v128 = f32x4.splat(0);
let bZ: v128 = f32x4.splat(0);

function axisA(i: i32): v128 {
  return i == 0 ? aX : i == 1 ? aY : aZ;
}

function axisB(i: i32): v128 {
  return i == 0 ? bX : i == 1 ? bY : bZ;
}

/** Half length of a box's shadow on `direction`. */
function shadow(half: v128, x: v128, y: v128, z: v128, direction: v128): f32 {
  return (
    at3(half, 0) * Mathf.abs(dot3(x, direction)) +
    at3(half, 1) * Mathf.abs(dot3(y, direction)) +
    at3(half, 2) * Mathf.abs(dot3(z, direction))
  );
}

export function collideBoxes(a: Body, b: Body): void {
  aX = axisX(a.rotation);
  aY = axisY(a.rotation);
  aZ = axisZ(a.rotation);
  bX = axisX(b.rotation);
  bY = axisY(b.rotation);
  bZ = axisZ(b.rotation);
  const gap = sub3(b.position, a.position);

  let faceA: f32 = -1e30;
  let indexA = 0;
  for (let i = 0; i < 3; i++) {
    const separation =
      Mathf.abs(dot3(gap, axisA(i))) - at3(a.size, i) - shadow(b.size, bX, bY, bZ, axisA(i));
    if (!isNear(separation)) return;
    if (separation > faceA) {
      faceA = separation;
      indexA = i;
    }
  }
  let faceB: f32 = -1e30;
  let indexB = 0;
  for (let i = 0; i < 3; i++) {
    const separation =
      Mathf.abs(dot3(gap, axisB(i))) - at3(b.size, i) - shadow(a.size, aX, aY, aZ, axisB(i));
    if (!isNear(separation)) return;
    if (separation > faceB) {
      faceB = separation;
      indexB = i;
    }
  }

  let edge: f32 = -1e30;
  let edgeIndex = -1;
  let edgeNormal = gap;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const across = cross3(axisA(i), axisB(j));
      const squared = dot3(across, across);
      if (squared < 1e-6) continue;
      const n = scale3(across, 1.0 / Mathf.sqrt(squared));
      const separation =
        Mathf.abs(dot3(gap, n)) - shadow(a.size, aX, aY, aZ, n) - shadow(b.size, bX, bY, bZ, n);
      if (!isNear(separation)) return;
      if (separation > edge) {
        edge = separation;
        edgeIndex = i * 3 + j;
        edgeNormal = n;
      }
    }
  }

  const face = max<f32>(faceA, faceB);
  const better = face < 0 ? face * EDGE_SHARE : face;
  if (edgeIndex >= 0 && edge > better + EDGE_LENGTH_M) {
    collideEdges(a, b, edgeIndex, dot3(edgeNormal, gap) < 0 ? neg3(edgeNormal) : edgeNormal, edge);
  } else if (faceB > faceA + FACE_B_LENGTH_M) {
    const outward = dot3(axisB(indexB), gap) > 0 ? neg3(axisB(indexB)) : axisB(indexB);
    setNormal(neg3(outward));
    clipFace(b, bX, bY, bZ, indexB, outward, a, aX, aY, aZ, 1);
  } else {
    const outward = dot3(axisA(indexA), gap) < 0 ? neg3(axisA(indexA)) : axisA(indexA);
    setNormal(outward);
    clipFace(a, aX, aY, aZ, indexA, outward, b, bX, bY, bZ, 0);
  }
}

/** The corner of the box that reaches furthest along `direction`, with axis `skip` left out. */
function supportEdge(b: Body, x: v128, y: v128, z: v128, direction: v128, skip: i32): v128 {
  let p = b.position;
  if (skip != 0) p = addScaled3(p, x, dot3(x, direction) > 0 ? at3(b.size, 0) : -at3(b.size, 0));
  if (skip != 1) p = addScaled3(p, y, dot3(y, direction) > 0 ? at3(b.size, 1) : -at3(b.size, 1));
  if (skip != 2) p = addScaled3(p, z, dot3(z, direction) > 0 ? at3(b.size, 2) : -at3(b.size, 2));
  return p;
}

/** One point midway between the nearest points of the two edges (as lines). */
function collideEdges(a: Body, b: Body, index: i32, n: v128, separation: f32): void {
  const i = index / 3;
  const j = index % 3;
  const onA = supportEdge(a, aX, aY, aZ, n, i);
  const onB = supportEdge(b, bX, bY, bZ, neg3(n), j);
  const alongA = axisA(i);
  const alongB = axisB(j);
  const gap = sub3(onB, onA);
  const cosine = dot3(alongA, alongB);
  const determinant: f32 = 1.0 - cosine * cosine;
  const s = (dot3(gap, alongA) - cosine * dot3(gap, alongB)) / determinant;
  const t = (cosine * dot3(gap, alongA) - dot3(gap, alongB)) / determinant;
  const middle = scale3(add3(addScaled3(onA, alongA, s), addScaled3(onB, alongB, t)), 0.5);
  setNormal(n);
  addPoint(middle, separation, 0x8000 | <u32>index);
}
