import { Body } from '../body/body';
import { axisX, axisY, axisZ, conjugate, mulQuat, rotateInverse } from '../math/quat';
import {
  abs3,
  add3,
  addScaled3,
  at3,
  cross3,
  dot3,
  mul3,
  neg3,
  scale3,
  sub3,
  sum3,
  x3,
  y3,
  z3,
} from '../math/vec3';
import { clipFace } from './box-clip';
import { addPoint, isNear, nearMargin, setNormal } from './manifold';

/**
 * Two boxes: separating axes (Gottschalk 1996), then the incident face clipped against the
 * reference face, or the nearest points of two edges. Faces win near ties, because a face gives
 * a manifold that stands still.
 *
 * All is done in the boxes' own frames: with R = (A's axes · B's axes), three axes are one vector,
 * so the fifteen tests are five vector expressions.
 */

/** An edge pair must be better than the best face by this share and length. */
const EDGE_SHARE: f32 = 0.9;
const EDGE_LENGTH_M: f32 = 0.005;
/**
 * The larger box's face is the reference unless the other's is better by as much: on a wide floor
 * the shadow of the floor grows with the least tilt, and the choice would alternate.
 */
const FACE_LENGTH_M: f32 = 0.002;

/** Below this sine the two edges are parallel and a face axis says the same. */
const EDGE_SINE_SQUARED_MIN: f32 = 1e-4;
const PARALLEL: f32 = -1e30;

// While a pair is at work: B's axes in A's frame (columns of R), A's in B's frame (its rows).
let column0: v128 = f32x4.splat(0);
let column1: v128 = f32x4.splat(0);
let column2: v128 = f32x4.splat(0);
let row0: v128 = f32x4.splat(0);
let row1: v128 = f32x4.splat(0);
let row2: v128 = f32x4.splat(0);

export function collideBoxes(a: Body, b: Body): void {
  const gap = sub3(b.position, a.position);
  const turn = mulQuat(conjugate(a.rotation), b.rotation);
  column0 = axisX(turn);
  column1 = axisY(turn);
  column2 = axisZ(turn);
  const gapA = rotateInverse(a.rotation, gap);
  const facesA = faceSeparations(gapA, a.size, b.size, column0, column1, column2);
  if (isApart(facesA)) return;
  const back = conjugate(turn);
  row0 = axisX(back);
  row1 = axisY(back);
  row2 = axisZ(back);
  const gapB = combine(gapA, row0, row1, row2);
  const facesB = faceSeparations(gapB, b.size, a.size, row0, row1, row2);
  if (isApart(facesB)) return;
  const x = edgeSeparations(y3(gapA), z3(gapA), row1, row2, row0, y3(a.size), z3(a.size), b.size);
  const y = edgeSeparations(z3(gapA), x3(gapA), row2, row0, row1, z3(a.size), x3(a.size), b.size);
  const z = edgeSeparations(x3(gapA), y3(gapA), row0, row1, row2, x3(a.size), y3(a.size), b.size);
  if (isApart(f32x4.max(f32x4.max(x, y), z))) return;

  const axisOfA = greatest(facesA);
  const axisOfB = greatest(facesB);
  const faceA = at3(facesA, axisOfA);
  const faceB = at3(facesB, axisOfB);
  const face = max<f32>(faceA, faceB);
  const edge: f32 = EDGE_LENGTH_M + (face < 0 ? face * EDGE_SHARE : face);
  if (isAbove(f32x4.max(f32x4.max(x, y), z), edge)) {
    collideEdges(a, b, gap, x, y, z);
    return;
  }
  const handicap: f32 = sum3(b.size) > sum3(a.size) ? -FACE_LENGTH_M : FACE_LENGTH_M;
  if (faceB > faceA + handicap) {
    clipFace(b, axisOfB, neg3(gapB), a.size, row0, row1, row2, true);
  } else {
    clipFace(a, axisOfA, gapA, b.size, column0, column1, column2, false);
  }
}

/**
 * Gaps between the shadows on one box's three face axes; the other's axes are given in its frame.
 */
function faceSeparations(gap: v128, half: v128, otherHalf: v128, x: v128, y: v128, z: v128): v128 {
  return sub3(sub3(abs3(gap), half), combine(otherHalf, abs3(x), abs3(y), abs3(z)));
}

function combine(v: v128, x: v128, y: v128, z: v128): v128 {
  return add3(add3(scale3(x, x3(v)), scale3(y, y3(v))), scale3(z, z3(v)));
}

/**
 * Gaps between the shadows on the cross products of A's axis i with B's three axes, in metres.
 * `own` is row i; the rest of A's belongs to the two axes after i in cyclic order.
 */
function edgeSeparations(
  gap1: f32,
  gap2: f32,
  next: v128,
  afterNext: v128,
  own: v128,
  half1: f32,
  half2: f32,
  halfB: v128,
): v128 {
  const distance = abs3(sub3(scale3(next, gap2), scale3(afterNext, gap1)));
  const reachA = add3(scale3(abs3(afterNext), half1), scale3(abs3(next), half2));
  const steep = abs3(own);
  const reachB = add3(mul3(yzx(halfB), zxy(steep)), mul3(zxy(halfB), yzx(steep)));
  const sineSquared = sub3(f32x4.splat(1), mul3(own, own));
  const gap = f32x4.div(sub3(sub3(distance, reachA), reachB), f32x4.sqrt(sineSquared));
  const isReal = f32x4.ge(sineSquared, f32x4.splat(EDGE_SINE_SQUARED_MIN));
  return v128.bitselect(gap, f32x4.splat(PARALLEL), isReal);
}

function yzx(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 1, 2, 0, 3);
}

function zxy(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 0, 1, 3);
}

function isApart(separations: v128): bool {
  return isAbove(separations, nearMargin());
}

function isAbove(separations: v128, limit: f32): bool {
  return (v128.bitmask<i32>(f32x4.gt(separations, f32x4.splat(limit))) & 7) != 0;
}

/** Index of the greatest of three lanes; the lowest wins a tie. */
function greatest(v: v128): i32 {
  const index = y3(v) > x3(v) ? 1 : 0;
  return z3(v) > max<f32>(x3(v), y3(v)) ? 2 : index;
}

function axisOf(b: Body, index: i32): v128 {
  return index == 0 ? axisX(b.rotation) : index == 1 ? axisY(b.rotation) : axisZ(b.rotation);
}

/** The corner of the box that reaches furthest along `direction`, with axis `skip` left out. */
function supportEdge(b: Body, direction: v128, skip: i32): v128 {
  let p = b.position;
  for (let i = 0; i < 3; i++) {
    if (i == skip) continue;
    const axis = axisOf(b, i);
    p = addScaled3(p, axis, dot3(axis, direction) > 0 ? at3(b.size, i) : -at3(b.size, i));
  }
  return p;
}

/** One point midway between the nearest points of the two edges (as lines). */
function collideEdges(a: Body, b: Body, gap: v128, x: v128, y: v128, z: v128): void {
  const best = f32x4.max(f32x4.max(x, y), z);
  const j = greatest(best);
  const separation = at3(best, j);
  const i = at3(x, j) == separation ? 0 : at3(y, j) == separation ? 1 : 2;
  const alongA = axisOf(a, i);
  const alongB = axisOf(b, j);
  const across = cross3(alongA, alongB);
  const towards: f32 = dot3(across, gap) < 0 ? -1.0 : 1.0;
  const n = scale3(across, towards / Mathf.sqrt(dot3(across, across)));
  const onA = supportEdge(a, n, i);
  const onB = supportEdge(b, neg3(n), j);
  const between = sub3(onB, onA);
  const cosine = dot3(alongA, alongB);
  const determinant: f32 = 1.0 - cosine * cosine;
  const s = (dot3(between, alongA) - cosine * dot3(between, alongB)) / determinant;
  const t = (cosine * dot3(between, alongA) - dot3(between, alongB)) / determinant;
  const middle = scale3(add3(addScaled3(onA, alongA, s), addScaled3(onB, alongB, t)), 0.5);
  if (!isNear(separation)) return;
  setNormal(n);
  addPoint(middle, separation);
}
