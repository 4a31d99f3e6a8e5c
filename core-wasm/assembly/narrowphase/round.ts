import { Body } from '../body/body';
import { axisX, axisY, axisZ, rotate, rotateInverse } from '../math/quat';
import { abs3, add3, addScaled3, at3, dot3, length3, scale3, sub3, x3, y3, z3 } from '../math/vec3';
import { addPoint, isNear, setNormal } from './manifold';

/** Spheres and capsules: shapes that are a core point or segment with a radius. */

const UP: v128 = f32x4(0, 1, 0, 0);
/** Two segments are taken as parallel above this cosine squared: then two points, not one. */
const PARALLEL: f32 = 0.99;
/** By so much of its half a segment may pass a face's rim and still lie on the face. */
const RIM: f32 = 0.02;

/** Two balls. The point lies midway between the surfaces. */
function collideBalls(a: v128, ra: f32, b: v128, rb: f32): void {
  const gap = sub3(b, a);
  const distance = length3(gap);
  const separation = distance - ra - rb;
  if (!isNear(separation)) return;
  const n = distance > 1e-6 ? scale3(gap, 1.0 / distance) : UP;
  setNormal(n);
  addPoint(addScaled3(a, n, ra + 0.5 * separation), separation);
}

export function collideSpheres(a: Body, b: Body): void {
  collideBalls(a.position, x3(a.size), b.position, x3(b.size));
}

export function segmentHalf(b: Body): v128 {
  return scale3(axisY(b.rotation), y3(b.size));
}

/** Point of the segment centre ± half that is nearest to `p`. */
function nearestOnSegment(centre: v128, half: v128, p: v128): v128 {
  const squared = dot3(half, half);
  const t = squared > 0 ? dot3(sub3(p, centre), half) / squared : 0;
  return addScaled3(centre, half, min<f32>(1.0, max<f32>(-1.0, t)));
}

export function collideSphereCapsule(a: Body, b: Body): void {
  const nearest = nearestOnSegment(b.position, segmentHalf(b), a.position);
  collideBalls(a.position, x3(a.size), nearest, x3(b.size));
}

/** Nearest points of segments (Ericson, Real-Time Collision Detection, 5.1.9), −1 ≤ s, t ≤ 1. */
export function collideCapsules(a: Body, b: Body): void {
  const halfA = segmentHalf(a);
  const halfB = segmentHalf(b);
  const gap = sub3(a.position, b.position);
  const aa = dot3(halfA, halfA);
  const bb = dot3(halfB, halfB);
  const ab = dot3(halfA, halfB);
  const ag = dot3(halfA, gap);
  const bg = dot3(halfB, gap);
  if (ab * ab > PARALLEL * aa * bb && aa > 1e-8 && bb > 1e-8) {
    if (collideParallel(a, halfA, b, halfB)) return;
  }
  const determinant = aa * bb - ab * ab;
  let s: f32 = determinant > 1e-8 ? clampUnit((ab * bg - bb * ag) / determinant) : 0;
  const t = bb > 1e-8 ? clampUnit((ab * s + bg) / bb) : 0;
  s = aa > 1e-8 ? clampUnit((ab * t - ag) / aa) : 0;
  collideBalls(
    addScaled3(a.position, halfA, s),
    x3(a.size),
    addScaled3(b.position, halfB, t),
    x3(b.size),
  );
}

function clampUnit(value: f32): f32 {
  return min<f32>(1.0, max<f32>(-1.0, value));
}

/** Points at both ends of the common stretch; false when the segments do not overlap lengthwise. */
function collideParallel(a: Body, halfA: v128, b: Body, halfB: v128): bool {
  const aa = dot3(halfA, halfA);
  const first = dot3(sub3(sub3(b.position, halfB), a.position), halfA) / aa;
  const second = dot3(sub3(add3(b.position, halfB), a.position), halfA) / aa;
  const low = max<f32>(-1.0, min<f32>(first, second));
  const high = min<f32>(1.0, max<f32>(first, second));
  if (high - low < 0.05) return false;
  const middle = addScaled3(a.position, halfA, 0.5 * (low + high));
  const across = sub3(nearestOnSegment(b.position, halfB, middle), middle);
  const distance = length3(across);
  if (distance < 1e-6) return false;
  const n = scale3(across, 1.0 / distance);
  setNormal(n);
  addParallelPoint(a, halfA, b, halfB, low, n);
  addParallelPoint(a, halfA, b, halfB, high, n);
  return true;
}

function addParallelPoint(a: Body, halfA: v128, b: Body, halfB: v128, t: f32, n: v128): void {
  const onA = addScaled3(a.position, halfA, t);
  const onB = nearestOnSegment(b.position, halfB, onA);
  const separation = dot3(sub3(onB, onA), n) - x3(a.size) - x3(b.size);
  addPoint(addScaled3(onA, n, x3(a.size) + 0.5 * separation), separation);
}

/** Sphere A against box B. */
export function collideSphereBox(a: Body, b: Body): void {
  collideBallBox(a.position, x3(a.size), b);
}

function collideBallBox(centre: v128, radius: f32, b: Body): void {
  const local = rotateInverse(b.rotation, sub3(centre, b.position));
  const clamped = f32x4.min(f32x4.max(local, sub3(f32x4.splat(0), b.size)), b.size);
  const gap = sub3(local, clamped);
  const squared = dot3(gap, gap);
  if (squared > 1e-10) {
    const distance = Mathf.sqrt(squared);
    if (!isNear(distance - radius)) return;
    const outward = rotate(b.rotation, scale3(gap, 1.0 / distance));
    const surface = add3(b.position, rotate(b.rotation, clamped));
    setNormal(sub3(f32x4.splat(0), outward));
    addPoint(addScaled3(surface, outward, 0.5 * (distance - radius)), distance - radius);
    return;
  }
  const axis = shallowestAxis(local, b.size);
  const outward = signedAxis(b, axis, at3(local, axis));
  const depth = at3(b.size, axis) - Mathf.abs(at3(local, axis));
  setNormal(sub3(f32x4.splat(0), outward));
  addPoint(addScaled3(centre, outward, 0.5 * (depth - radius)), -depth - radius);
}

/** The face that a point inside a box is nearest to; the lower axis wins a tie. */
function shallowestAxis(local: v128, half: v128): i32 {
  const depth = sub3(half, abs3(local));
  let axis = 0;
  if (y3(depth) < x3(depth)) axis = 1;
  if (z3(depth) < at3(depth, axis)) axis = 2;
  return axis;
}

function signedAxis(b: Body, axis: i32, sign: f32): v128 {
  const direction =
    axis == 0 ? axisX(b.rotation) : axis == 1 ? axisY(b.rotation) : axisZ(b.rotation);
  return sign < 0 ? sub3(f32x4.splat(0), direction) : direction;
}

/** Capsule A against box B. */
export function collideCapsuleBox(a: Body, b: Body): void {
  const centre = rotateInverse(b.rotation, sub3(a.position, b.position));
  const half = rotateInverse(b.rotation, segmentHalf(a));
  const radius = x3(a.size);
  const t = nearestParameter(centre, half, b.size);
  const nearest = addScaled3(centre, half, t);
  const clamped = f32x4.min(f32x4.max(nearest, sub3(f32x4.splat(0), b.size)), b.size);
  const gap = sub3(nearest, clamped);
  const squared = dot3(gap, gap);
  const distance = Mathf.sqrt(squared);
  if (!isNear(distance - radius)) return;
  const axis = squared > 1e-10 ? greatestAxis(abs3(gap)) : segmentAxis(centre, half, b.size);
  const isFace = squared <= 1e-10 || Mathf.abs(at3(gap, axis)) > 0.98 * distance;
  const sign = squared > 1e-10 ? at3(gap, axis) : faceSign(centre, axis);
  if (isFace && addFacePoints(a, b, centre, half, axis, sign, t)) return;
  collideBallBox(addScaled3(a.position, segmentHalf(a), t), radius, b);
}

function faceSign(centre: v128, axis: i32): f32 {
  return at3(centre, axis) < 0 ? -1.0 : 1.0;
}

function greatestAxis(v: v128): i32 {
  let axis = 0;
  if (y3(v) > x3(v)) axis = 1;
  if (z3(v) > at3(v, axis)) axis = 2;
  return axis;
}

/** For a segment that enters the box: the face through which the whole of it leaves soonest. */
function segmentAxis(centre: v128, half: v128, size: v128): i32 {
  return shallowestAxis(centre, add3(size, abs3(half)));
}

/**
 * Clips the segment to the face's sides and adds both ends that are near. False when the segment's
 * nearest point, at `nearest`, lies beyond the face's rim: what is over the face is further away.
 */
function addFacePoints(
  a: Body,
  b: Body,
  centre: v128,
  half: v128,
  axis: i32,
  sign: f32,
  nearest: f32,
): bool {
  let low: f32 = -1.0;
  let high: f32 = 1.0;
  for (let side = 0; side < 3; side++) {
    if (side == axis) continue;
    const c = at3(centre, side);
    const h = at3(half, side);
    const limit = at3(b.size, side);
    if (Mathf.abs(h) < 1e-6) continue;
    const one = (-limit - c) / h;
    const two = (limit - c) / h;
    low = max<f32>(low, min<f32>(one, two));
    high = min<f32>(high, max<f32>(one, two));
  }
  if (nearest < low - RIM || nearest > high + RIM) return false;
  const outward = signedAxis(b, axis, sign);
  setNormal(sub3(f32x4.splat(0), outward));
  const s: f32 = sign < 0 ? -1.0 : 1.0;
  const limit = at3(b.size, axis);
  addFacePoint(a, outward, low, s * at3(addScaled3(centre, half, low), axis) - limit);
  if (high - low > 0.02) {
    addFacePoint(a, outward, high, s * at3(addScaled3(centre, half, high), axis) - limit);
  }
  return true;
}

function addFacePoint(a: Body, outward: v128, t: f32, height: f32): void {
  const radius = x3(a.size);
  const separation = height - radius;
  const onSegment = addScaled3(a.position, segmentHalf(a), t);
  addPoint(addScaled3(onSegment, outward, -radius - 0.5 * separation), separation);
}

/**
 * Where on the segment the distance to the box is least. The squared distance is convex in t, so
 * halving on its slope finds it; 16 halvings are 0.03 mm on a 2 m segment.
 */
function nearestParameter(centre: v128, half: v128, size: v128): f32 {
  let low: f32 = -1.0;
  let high: f32 = 1.0;
  for (let i = 0; i < 16; i++) {
    const middle: f32 = 0.5 * (low + high);
    const p = addScaled3(centre, half, middle);
    const excess = sub3(p, f32x4.min(f32x4.max(p, sub3(f32x4.splat(0), size)), size));
    const slope = dot3(excess, half);
    if (slope > 0) high = middle;
    else if (slope < 0) low = middle;
    else return middle;
  }
  return 0.5 * (low + high);
}
