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

// Scalars while a pair is at work: R = A's axes · B's axes by row, |R|, the gap along A's and B's
// axes, the half extents of both.
const ROTATION: usize = memory.data(9 * 4, 16);
const ABSOLUTE: usize = memory.data(9 * 4, 16);
const GAP_A: usize = memory.data(12, 16);
const GAP_B: usize = memory.data(12, 16);
const HALF_A: usize = memory.data(16, 16);
const HALF_B: usize = memory.data(16, 16);

function number(table: usize, index: i32): f32 {
  return load<f32>(table + ((<usize>index) << 2));
}

function put(table: usize, index: i32, value: f32): void {
  store<f32>(table + ((<usize>index) << 2), value);
}

function relate(a: Body, b: Body, gap: v128): void {
  v128.store(HALF_A, a.size);
  v128.store(HALF_B, b.size);
  for (let i = 0; i < 3; i++) {
    const axis = axisA(i);
    put(GAP_A, i, dot3(gap, axis));
    put(GAP_B, i, dot3(gap, axisB(i)));
    for (let j = 0; j < 3; j++) {
      const cosine = dot3(axis, axisB(j));
      put(ROTATION, i * 3 + j, cosine);
      put(ABSOLUTE, i * 3 + j, Mathf.abs(cosine));
    }
  }
}

/** Gap between the shadows on face axis i of A, and of B. */
function separationA(i: i32): f32 {
  return (
    Mathf.abs(number(GAP_A, i)) -
    number(HALF_A, i) -
    number(HALF_B, 0) * number(ABSOLUTE, i * 3) -
    number(HALF_B, 1) * number(ABSOLUTE, i * 3 + 1) -
    number(HALF_B, 2) * number(ABSOLUTE, i * 3 + 2)
  );
}

function separationB(j: i32): f32 {
  return (
    Mathf.abs(number(GAP_B, j)) -
    number(HALF_B, j) -
    number(HALF_A, 0) * number(ABSOLUTE, j) -
    number(HALF_A, 1) * number(ABSOLUTE, 3 + j) -
    number(HALF_A, 2) * number(ABSOLUTE, 6 + j)
  );
}

/** Below this sine the two edges are parallel and a face axis says the same. */
const EDGE_SINE_SQUARED_MIN: f32 = 1e-4;
const PARALLEL: f32 = -1e30;

/** Gap between the shadows on the common normal of edge i of A and j of B, in metres. */
function separationEdge(i: i32, j: i32): f32 {
  const cosine = number(ROTATION, i * 3 + j);
  const sineSquared: f32 = 1.0 - cosine * cosine;
  if (sineSquared < EDGE_SINE_SQUARED_MIN) return PARALLEL;
  const i1 = i == 2 ? 0 : i + 1;
  const i2 = i == 0 ? 2 : i - 1;
  const j1 = j == 2 ? 0 : j + 1;
  const j2 = j == 0 ? 2 : j - 1;
  const distance = Mathf.abs(
    number(GAP_A, i2) * number(ROTATION, i1 * 3 + j) -
      number(GAP_A, i1) * number(ROTATION, i2 * 3 + j),
  );
  const reach =
    number(HALF_A, i1) * number(ABSOLUTE, i2 * 3 + j) +
    number(HALF_A, i2) * number(ABSOLUTE, i1 * 3 + j) +
    number(HALF_B, j1) * number(ABSOLUTE, i * 3 + j2) +
    number(HALF_B, j2) * number(ABSOLUTE, i * 3 + j1);
  return (distance - reach) / Mathf.sqrt(sineSquared);
}

export function collideBoxes(a: Body, b: Body): void {
  aX = axisX(a.rotation);
  aY = axisY(a.rotation);
  aZ = axisZ(a.rotation);
  bX = axisX(b.rotation);
  bY = axisY(b.rotation);
  bZ = axisZ(b.rotation);
  const gap = sub3(b.position, a.position);
  relate(a, b, gap);

  let faceA: f32 = PARALLEL;
  let indexA = 0;
  let faceB: f32 = PARALLEL;
  let indexB = 0;
  for (let i = 0; i < 3; i++) {
    const ofA = separationA(i);
    const ofB = separationB(i);
    if (!isNear(ofA) || !isNear(ofB)) return;
    if (ofA > faceA) {
      faceA = ofA;
      indexA = i;
    }
    if (ofB > faceB) {
      faceB = ofB;
      indexB = i;
    }
  }
  let edge: f32 = PARALLEL;
  let edgeIndex = -1;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const separation = separationEdge(i, j);
      if (!isNear(separation)) return;
      if (separation <= edge) continue;
      edge = separation;
      edgeIndex = i * 3 + j;
    }
  }

  const face = max<f32>(faceA, faceB);
  const better = face < 0 ? face * EDGE_SHARE : face;
  if (edgeIndex >= 0 && edge > better + EDGE_LENGTH_M) {
    const across = cross3(axisA(edgeIndex / 3), axisB(edgeIndex % 3));
    const n = scale3(across, 1.0 / Mathf.sqrt(dot3(across, across)));
    collideEdges(a, b, edgeIndex, dot3(n, gap) < 0 ? neg3(n) : n, edge);
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
