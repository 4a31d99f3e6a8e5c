import { Body, Shape } from '../body/body';
import { surfaceDistance } from '../body/surface-distance';
import { axisY, rotate, rotateInverse } from '../math/quat';
import { addScaled3, at3, dot3, scale3, sub3, vec3, x3, y3, z3 } from '../math/vec3';
import { pieceCount, pieceOf } from '../shape/child';
import { shapeOf } from '../shape/definition';
import { planeOf } from '../shape/hull';
import { heightOver, normalOf } from '../shape/nearest';

/**
 * Where rays enter bodies, in closed form. Everything is reckoned from the ray's point that is
 * nearest to the body: squares of a distance of 500 m would swallow a body of 10 cm in f32.
 */

/** Farther than any ray: no entry. */
export const NO_ENTRY: f32 = 1e30;

let normal: v128 = f32x4.splat(0);

/** Normal of the surface where the last ray entered. */
export function entryNormal(): v128 {
  return normal;
}

/** Distance at which the ray enters the body; NO_ENTRY also when it begins inside. */
export function rayEntry(b: Body, origin: v128, direction: v128): f32 {
  const entry = entryAhead(b, origin, direction);
  return entry == NO_ENTRY || surfaceDistance(b, origin) <= 0 ? NO_ENTRY : entry;
}

/** The same for whom a ray that begins inside, within rounding of the surface, is no matter. */
export function entryAhead(b: Body, origin: v128, direction: v128): f32 {
  return b.shape == Shape.COMPOUND
    ? compoundEntry(b, origin, direction)
    : simpleEntry(b, origin, direction);
}

function compoundEntry(b: Body, origin: v128, direction: v128): f32 {
  let first = NO_ENTRY;
  let firstNormal = normal;
  const count = pieceCount(b);
  for (let i = 0; i < count; i++) {
    const entry = simpleEntry(pieceOf(b, i, 0), origin, direction);
    if (entry >= first) continue;
    first = entry;
    firstNormal = normal;
  }
  normal = firstNormal;
  return first;
}

function simpleEntry(b: Body, origin: v128, direction: v128): f32 {
  const ahead = dot3(sub3(b.position, origin), direction);
  const near = sub3(addScaled3(origin, direction, ahead), b.position);
  const local =
    b.shape == Shape.HULL
      ? hullEntry(b, near, direction)
      : b.shape == Shape.BOX
        ? boxEntry(b, near, direction)
        : roundEntry(b, near, direction);
  const entry = ahead + local;
  return local == NO_ENTRY || entry < 0 ? NO_ENTRY : entry;
}

/** `near` is about the body's centre from here on. */
function roundEntry(b: Body, near: v128, direction: v128): f32 {
  const radius = x3(b.size);
  if (b.shape == Shape.SPHERE) return ballEntry(f32x4.splat(0), radius, near, direction);
  const half = scale3(axisY(b.rotation), y3(b.size));
  const side = cylinderEntry(b, near, direction);
  if (side != NO_ENTRY) return side;
  const upper = ballEntry(half, radius, near, direction);
  const upperNormal = normal;
  const lower = ballEntry(sub3(f32x4.splat(0), half), radius, near, direction);
  if (lower < upper) return lower;
  normal = upperNormal;
  return upper;
}

function ballEntry(centre: v128, radius: f32, near: v128, direction: v128): f32 {
  const gap = sub3(near, centre);
  const along = dot3(gap, direction);
  const across = addScaled3(gap, direction, -along);
  const squared = radius * radius - dot3(across, across);
  if (squared < 0) return NO_ENTRY;
  const entry = -along - Mathf.sqrt(squared);
  normal = scale3(addScaled3(gap, direction, entry), 1.0 / radius);
  return entry;
}

/** The side of a capsule: a quadratic across its axis, kept where it lies between the ends. */
function cylinderEntry(b: Body, near: v128, direction: v128): f32 {
  const o = rotateInverse(b.rotation, near);
  const d = rotateInverse(b.rotation, direction);
  const radius = x3(b.size);
  const a = x3(d) * x3(d) + z3(d) * z3(d);
  if (a < 1e-8) return NO_ENTRY;
  const half = x3(o) * x3(d) + z3(o) * z3(d);
  const discriminant = half * half - a * (x3(o) * x3(o) + z3(o) * z3(o) - radius * radius);
  if (discriminant < 0) return NO_ENTRY;
  const entry = (-half - Mathf.sqrt(discriminant)) / a;
  const place = addScaled3(o, d, entry);
  if (Mathf.abs(y3(place)) > y3(b.size)) return NO_ENTRY;
  normal = rotate(b.rotation, scale3(vec3(x3(place), 0, z3(place)), 1.0 / radius));
  return entry;
}

/** Slabs: the latest entry over the three axes, if it comes before the earliest exit. */
function boxEntry(b: Body, near: v128, direction: v128): f32 {
  const o = rotateInverse(b.rotation, near);
  const d = rotateInverse(b.rotation, direction);
  let enter: f32 = -1e30;
  let leave: f32 = 1e30;
  let axis = -1;
  for (let i = 0; i < 3; i++) {
    const half = at3(b.size, i);
    if (Mathf.abs(at3(d, i)) < 1e-8) {
      if (Mathf.abs(at3(o, i)) > half) return NO_ENTRY;
      continue;
    }
    const one = (-half - at3(o, i)) / at3(d, i);
    const two = (half - at3(o, i)) / at3(d, i);
    if (min<f32>(one, two) > enter) {
      enter = min<f32>(one, two);
      axis = i;
    }
    leave = min<f32>(leave, max<f32>(one, two));
  }
  if (enter > leave || axis < 0) return NO_ENTRY;
  const sign: f32 = at3(d, axis) < 0 ? 1.0 : -1.0;
  const local = vec3(axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0);
  normal = rotate(b.rotation, local);
  return enter;
}

/** The latest entry through all faces that look against the ray, if before the earliest exit. */
function hullEntry(b: Body, near: v128, direction: v128): f32 {
  const h = shapeOf(b.definition);
  const o = rotateInverse(b.rotation, near);
  const d = rotateInverse(b.rotation, direction);
  let enter: f32 = -1e30;
  let leave: f32 = 1e30;
  let face = -1;
  for (let i = 0; i < h.faceCount; i++) {
    const plane = planeOf(h, i);
    const height = heightOver(plane, o);
    const slope = dot3(plane, d);
    if (Mathf.abs(slope) < 1e-8) {
      if (height > 0) return NO_ENTRY;
    } else if (slope > 0) {
      leave = min<f32>(leave, -height / slope);
    } else if (-height / slope > enter) {
      enter = -height / slope;
      face = i;
    }
  }
  if (enter > leave || face < 0) return NO_ENTRY;
  normal = rotate(b.rotation, normalOf(planeOf(h, face)));
  return enter;
}
