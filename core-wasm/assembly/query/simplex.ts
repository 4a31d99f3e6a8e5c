import { SIMPLEX } from '../layout';
import { add3, scale3, vec3, x3, y3, z3 } from '../math/vec3';

/**
 * The simplex of `gjk.ts`: up to four vertices of A − B with the point of B that each came from,
 * and the point of their hull that is nearest to the origin (Ericson, Real-Time Collision
 * Detection, 5.1). Weights come from products in f64, which are exact for f32 factors: in f32 slim
 * triangles lose every digit of them.
 */

const VERTEX_BYTES: usize = 48;
const SIMPLEX_BYTES: usize = 4 * VERTEX_BYTES;
/** The four vertices of a tetrahedron, while its faces are tried in their place. */
const WHOLE: usize = SIMPLEX + SIMPLEX_BYTES;
/** The best reduced face. */
const BEST: usize = SIMPLEX + 2 * SIMPLEX_BYTES;

let count: i32 = 0;

export function clearSimplex(): void {
  count = 0;
}

function vertexAddress(index: i32): usize {
  return SIMPLEX + <usize>index * VERTEX_BYTES;
}

function vertex(index: i32): v128 {
  return v128.load(vertexAddress(index));
}

function weight(index: i32): f64 {
  return load<f64>(vertexAddress(index), 32);
}

function setWeight(index: i32, value: f64): void {
  store<f64>(vertexAddress(index), value, 32);
}

export function addVertex(difference: v128, onB: v128): void {
  assert(count < 4);
  v128.store(vertexAddress(count), difference);
  v128.store(vertexAddress(count), onB, 16);
  count++;
}

/** True when the simplex has this vertex already: then nothing lies nearer. */
export function hasVertex(difference: v128): bool {
  for (let i = 0; i < count; i++) {
    if ((v128.bitmask<i32>(f32x4.eq(vertex(i), difference)) & 7) == 7) return true;
  }
  return false;
}

/**
 * The hull's point that is nearest to the origin. Summed in f64: a point 0.1 mm away, mixed out of
 * corners 30 m away, would have no direction left in f32.
 */
export function nearestPoint(): v128 {
  let x: f64 = 0;
  let y: f64 = 0;
  let z: f64 = 0;
  for (let i = 0; i < count; i++) {
    const corner = vertex(i);
    x += weight(i) * <f64>x3(corner);
    y += weight(i) * <f64>y3(corner);
    z += weight(i) * <f64>z3(corner);
  }
  return vec3(<f32>x, <f32>y, <f32>z);
}

/** The same mixture of the points on B. */
export function nearestOnB(): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    sum = add3(sum, scale3(v128.load(vertexAddress(i), 16), <f32>weight(i)));
  }
  return sum;
}

/** Keeps the vertices that carry the nearest point; false when the origin lies within four. */
export function reduceSimplex(): bool {
  if (count == 4) return reduceTetrahedron();
  if (count == 3) reduceTriangle();
  else if (count == 2) reduceSegment();
  else setWeight(0, 1);
  return true;
}

function product(i: i32, j: i32): f64 {
  const a = vertex(i);
  const b = vertex(j);
  return <f64>x3(a) * <f64>x3(b) + <f64>y3(a) * <f64>y3(b) + <f64>z3(a) * <f64>z3(b);
}

function keepOne(index: i32): void {
  move(index, 0);
  setWeight(0, 1);
  count = 1;
}

/** Two vertices, the second with weight `t`. */
function keepTwo(first: i32, second: i32, t: f64): void {
  move(first, 0);
  move(second, 1);
  setWeight(0, 1 - t);
  setWeight(1, t);
  count = 2;
}

function move(from: i32, to: i32): void {
  if (from != to) memory.copy(vertexAddress(to), vertexAddress(from), 32);
}

function reduceSegment(): void {
  const aa = product(0, 0);
  const ab = product(0, 1);
  const bb = product(1, 1);
  const length = aa - 2 * ab + bb;
  const along = aa - ab;
  if (along <= 0) keepOne(0);
  else if (along >= length) keepOne(1);
  else keepTwo(0, 1, along / length);
}

/** Regions of corners, edges and inside, from the six products of the corners. */
function reduceTriangle(): void {
  const aa = product(0, 0);
  const bb = product(1, 1);
  const cc = product(2, 2);
  const ab = product(0, 1);
  const ac = product(0, 2);
  const bc = product(1, 2);
  const d1 = aa - ab;
  const d2 = aa - ac;
  const d3 = ab - bb;
  const d4 = ab - bc;
  const d5 = ac - bc;
  const d6 = ac - cc;
  const va = d3 * d6 - d5 * d4;
  const vb = d5 * d2 - d1 * d6;
  const vc = d1 * d4 - d3 * d2;
  const toC = d4 - d3;
  const toB = d5 - d6;
  if (d1 <= 0 && d2 <= 0) keepOne(0);
  else if (d3 >= 0 && toC <= 0) keepOne(1);
  else if (vc <= 0 && d1 >= 0 && d3 <= 0) keepTwo(0, 1, ratio(d1, d1 - d3));
  else if (d6 >= 0 && toB <= 0) keepOne(2);
  else if (vb <= 0 && d2 >= 0 && d6 <= 0) keepTwo(0, 2, ratio(d2, d2 - d6));
  else if (va <= 0 && toC >= 0 && toB >= 0) keepTwo(1, 2, ratio(toC, toC + toB));
  else keepThree(va, vb, vc);
}

function keepThree(a: f64, b: f64, c: f64): void {
  const sum = a + b + c;
  setWeight(0, a / sum);
  setWeight(1, b / sum);
  setWeight(2, c / sum);
}

function ratio(part: f64, whole: f64): f64 {
  return whole > 0 ? part / whole : 0;
}

/** The nearest of the faces that the origin lies beyond; false when it lies beyond none. */
function reduceTetrahedron(): bool {
  memory.copy(WHOLE, SIMPLEX, SIMPLEX_BYTES);
  let least: f64 = Infinity;
  let bestCount = 0;
  for (let opposite = 0; opposite < 4; opposite++) {
    if (!isBeyondFace(opposite)) continue;
    takeFace(opposite);
    reduceTriangle();
    const squared = squaredDistance();
    if (squared >= least) continue;
    least = squared;
    bestCount = count;
    memory.copy(BEST, SIMPLEX, SIMPLEX_BYTES);
  }
  if (bestCount == 0) return false;
  memory.copy(SIMPLEX, BEST, SIMPLEX_BYTES);
  count = bestCount;
  return true;
}

function takeFace(opposite: i32): void {
  for (let i = 0; i < 3; i++) {
    const from = WHOLE + <usize>(i < opposite ? i : i + 1) * VERTEX_BYTES;
    memory.copy(vertexAddress(i), from, 32);
  }
  count = 3;
}

/** Squared length of the nearest point, in f64 for the comparison of faces. */
function squaredDistance(): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    sum += weight(i) * weight(i) * product(i, i);
    for (let j = 0; j < i; j++) sum += 2 * weight(i) * weight(j) * product(i, j);
  }
  return sum;
}

/** A tetrahedron without volume has no inside: every face is tried. */
function isBeyondFace(opposite: i32): bool {
  const a = WHOLE + (opposite == 0 ? VERTEX_BYTES : 0);
  const b = WHOLE + (opposite <= 1 ? 2 * VERTEX_BYTES : VERTEX_BYTES);
  const c = WHOLE + (opposite <= 2 ? 3 * VERTEX_BYTES : 2 * VERTEX_BYTES);
  const apex = v128.load(WHOLE + <usize>opposite * VERTEX_BYTES);
  return volume(a, b, c, apex) * volume(a, b, c, f32x4.splat(0)) <= 0;
}

/** Six times the signed volume over the face. */
function volume(a: usize, b: usize, c: usize, apex: v128): f64 {
  const base = v128.load(a);
  const u = v128.load(b);
  const v = v128.load(c);
  const ux = <f64>x3(u) - <f64>x3(base);
  const uy = <f64>y3(u) - <f64>y3(base);
  const uz = <f64>z3(u) - <f64>z3(base);
  const vx = <f64>x3(v) - <f64>x3(base);
  const vy = <f64>y3(v) - <f64>y3(base);
  const vz = <f64>z3(v) - <f64>z3(base);
  const wx = <f64>x3(apex) - <f64>x3(base);
  const wy = <f64>y3(apex) - <f64>y3(base);
  const wz = <f64>z3(apex) - <f64>z3(base);
  return wx * (uy * vz - uz * vy) + wy * (uz * vx - ux * vz) + wz * (ux * vy - uy * vx);
}
