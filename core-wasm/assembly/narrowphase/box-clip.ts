import { Body } from '../body/body';
import { CLIP } from '../layout';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, addScaled3, at3, neg3, scale3, sub3, x3, y3, z3 } from '../math/vec3';
import { addPoint, nearMargin, setNormal } from './manifold';

/**
 * The incident face of a box clipped against the sides of the other's reference face
 * (Sutherland-Hodgman), all in the reference box's frame: a corner is one vector, and a side is a
 * limit to one of its lanes.
 */

const CORNERS_MAX: i32 = 8;
const POLYGON_BYTES: usize = 8 * 16;

function corner(polygon: usize, index: i32): v128 {
  return v128.load(polygon + ((<usize>index) << 4));
}

function lane(polygon: usize, index: i32, axis: i32): f32 {
  return load<f32>(polygon + ((<usize>index) << 4) + ((<usize>axis) << 2));
}

/**
 * Adds what of the other box's face lies near or below face `axis` of `reference`. `centre` and
 * `x`, `y`, `z` are the other's centre and axes in the reference's frame; `isFlipped` tells that
 * the reference is B of the pair.
 */
export function clipFace(
  reference: Body,
  axis: i32,
  centre: v128,
  otherHalf: v128,
  x: v128,
  y: v128,
  z: v128,
  isFlipped: bool,
): void {
  const size = reference.size;
  const sign: f32 = at3(centre, axis) < 0 ? -1.0 : 1.0;
  placeIncident(centre, otherHalf, x, y, z, axis, sign);
  const u = axis == 0 ? 1 : 0;
  const v = axis == 2 ? 1 : 2;
  const from = clipSides(v, at3(size, v), clipSides(u, at3(size, u), CLIP));

  const axisU = axisX(reference.rotation);
  const axisV = axisY(reference.rotation);
  const axisW = axisZ(reference.rotation);
  const along = axis == 0 ? axisU : axis == 1 ? axisV : axisW;
  const outward = scale3(along, sign);
  setNormal(isFlipped ? neg3(outward) : outward);
  const top = at3(size, axis);
  keepNear(from, axis, sign, top);
  if (count > 4) spread(from, u, v, axis, sign);
  for (let i = 0; i < count; i++) {
    const p = corner(from, i);
    const height = sign * lane(from, i, axis) - top;
    const turned = add3(add3(scale3(axisU, x3(p)), scale3(axisV, y3(p))), scale3(axisW, z3(p)));
    addPoint(addScaled3(add3(reference.position, turned), outward, -0.5 * height), height);
  }
}

/** Corners of the polygon at work. */
let count: i32 = 0;
/** Least and greatest corner: a side that all lie within is not clipped against. */
let lowest: v128 = f32x4.splat(0);
let highest: v128 = f32x4.splat(0);

/** The face that looks most against the reference face: its four corners. */
function placeIncident(
  centre: v128,
  half: v128,
  x: v128,
  y: v128,
  z: v128,
  axis: i32,
  sign: f32,
): void {
  const dx = Mathf.abs(at3(x, axis));
  const dy = Mathf.abs(at3(y, axis));
  const dz = Mathf.abs(at3(z, axis));
  const sideX = scale3(x, x3(half));
  const sideY = scale3(y, y3(half));
  const sideZ = scale3(z, z3(half));
  let normal = sideX;
  let one = sideY;
  let two = sideZ;
  if (dy > dx) {
    normal = sideY;
    one = sideX;
  }
  if (dz > max<f32>(dx, dy)) {
    normal = sideZ;
    one = sideX;
    two = sideY;
  }
  const middle = at3(normal, axis) * sign > 0 ? sub3(centre, normal) : add3(centre, normal);
  const low = sub3(middle, two);
  const high = add3(middle, two);
  const p0 = sub3(low, one);
  const p1 = add3(low, one);
  const p2 = add3(high, one);
  const p3 = sub3(high, one);
  v128.store(CLIP, p0, 0);
  v128.store(CLIP, p1, 16);
  v128.store(CLIP, p2, 32);
  v128.store(CLIP, p3, 48);
  count = 4;
  lowest = f32x4.min(f32x4.min(p0, p1), f32x4.min(p2, p3));
  highest = f32x4.max(f32x4.max(p0, p1), f32x4.max(p2, p3));
}

/** Clips against ± `limit` of one lane where needed. Returns where the polygon lies then. */
function clipSides(axis: i32, limit: f32, from: usize): usize {
  let at = from;
  if (at3(highest, axis) > limit) at = clipSide(at, axis, limit, 1.0);
  if (at3(lowest, axis) < -limit) at = clipSide(at, axis, limit, -1.0);
  return at;
}

/** Keeps what has sign · lane ≤ limit, in the other buffer. */
function clipSide(from: usize, axis: i32, limit: f32, sign: f32): usize {
  const to = from == CLIP ? CLIP + POLYGON_BYTES : CLIP;
  let kept = 0;
  let before = count - 1;
  let insideBefore = limit - sign * lane(from, before, axis);
  for (let i = 0; i < count; i++) {
    const inside = limit - sign * lane(from, i, axis);
    if (inside >= 0 != insideBefore >= 0 && kept < CORNERS_MAX) {
      const p = corner(from, before);
      const t = insideBefore / (insideBefore - inside);
      put(to, kept, addScaled3(p, sub3(corner(from, i), p), t));
      kept++;
    }
    if (inside >= 0 && kept < CORNERS_MAX) {
      put(to, kept, corner(from, i));
      kept++;
    }
    before = i;
    insideBefore = inside;
  }
  count = kept;
  return to;
}

function put(polygon: usize, index: i32, p: v128): void {
  v128.store(polygon + ((<usize>index) << 4), p);
}

/** Drops corners too high above the reference face to matter in this tick. */
function keepNear(polygon: usize, axis: i32, sign: f32, top: f32): void {
  const limit = nearMargin() + top;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (sign * lane(polygon, i, axis) > limit) continue;
    if (kept != i) put(polygon, kept, corner(polygon, i));
    kept++;
  }
  count = kept;
}

/**
 * Of more than four corners keeps four that span most of the area and hold the deepest: that one,
 * the one furthest from it, and to each side of the line between them the one furthest off it.
 */
function spread(polygon: usize, u: i32, v: i32, axis: i32, sign: f32): void {
  let first = 0;
  for (let i = 1; i < count; i++) {
    if (sign * lane(polygon, i, axis) < sign * lane(polygon, first, axis)) first = i;
  }
  const u0 = lane(polygon, first, u);
  const v0 = lane(polygon, first, v);
  let second = first;
  let furthest: f32 = 0;
  for (let i = 0; i < count; i++) {
    const du = lane(polygon, i, u) - u0;
    const dv = lane(polygon, i, v) - v0;
    const squared = du * du + dv * dv;
    if (squared <= furthest) continue;
    furthest = squared;
    second = i;
  }
  const eu = lane(polygon, second, u) - u0;
  const ev = lane(polygon, second, v) - v0;
  let left = first;
  let right = first;
  let most: f32 = 0;
  let least: f32 = 0;
  for (let i = 0; i < count; i++) {
    const area = eu * (lane(polygon, i, v) - v0) - ev * (lane(polygon, i, u) - u0);
    if (area > most) {
      most = area;
      left = i;
    }
    if (area < least) {
      least = area;
      right = i;
    }
  }
  // In the polygon's own order, and none twice.
  const wanted = (1 << first) | (1 << second) | (1 << left) | (1 << right);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (((wanted >>> i) & 1) == 0) continue;
    if (kept != i) put(polygon, kept, corner(polygon, i));
    kept++;
  }
  count = kept;
}
