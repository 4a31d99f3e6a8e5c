import { Body, body, Shape } from '../body/body';
import { surfaceDistance } from '../body/surface-distance';
import { FIELDS, FIRST_STATIC } from '../layout';
import { REGION_HALF_M } from '../limits';
import { axisY, rotate, rotateInverse } from '../math/quat';
import {
  add3,
  addScaled3,
  at3,
  dot3,
  normalizeOr3,
  scale3,
  sub3,
  vec3,
  x3,
  y3,
  z3,
} from '../math/vec3';
import { terrainHeight, terrainNormal } from '../terrain/heightfield';
import { header } from '../world/header';

/** First body or terrain that a ray meets. Pure: reads state, writes only its result. */

/** Longer than the region's diagonal; bounds the march over the terrain. */
const RAY_MAX_M: f32 = 1500.0;

let hitDistance: f32 = 0;
let hitNormal: v128 = f32x4.splat(0);
let hitEntity: u32 = 0;
let hasHit: bool = false;

/**
 * FIELDS in: origin, unit direction (3 f32 each), greatest distance, player whose own parts are
 * passed through. FIELDS out: entity (0 terrain), distance, point, normal. A body that the origin
 * lies in is not met.
 */
export function castRay(): bool {
  const origin = vec3(load<f32>(FIELDS), load<f32>(FIELDS, 4), load<f32>(FIELDS, 8));
  const direction = vec3(load<f32>(FIELDS, 12), load<f32>(FIELDS, 16), load<f32>(FIELDS, 20));
  hitDistance = min<f32>(load<f32>(FIELDS, 24), RAY_MAX_M);
  const ignored = load<u32>(FIELDS, 28);
  hasHit = false;
  rayBodies(0, header().moverCount, origin, direction, ignored);
  rayBodies(FIRST_STATIC, FIRST_STATIC + header().staticCount, origin, direction, ignored);
  rayTerrain(origin, direction);
  if (hasHit) expose(addScaled3(origin, direction, hitDistance));
  return hasHit;
}

/** Whether a ray of at most `limit` metres meets this body, for what looks at one body only. */
export function meetRay(b: Body, origin: v128, direction: v128, limit: f32): bool {
  hitDistance = limit;
  hasHit = false;
  rayBody(b, origin, direction);
  return hasHit;
}

export function metDistance(): f32 {
  return hitDistance;
}

export function metNormal(): v128 {
  return hitNormal;
}

function rayBodies(first: i32, end: i32, origin: v128, direction: v128, ignored: u32): void {
  for (let slot = first; slot < end; slot++) {
    const b = body(slot);
    if (ignored != 0 && b.owner == ignored) continue;
    rayBody(b, origin, direction);
  }
}

function expose(place: v128): void {
  store<u32>(FIELDS, hitEntity);
  store<f32>(FIELDS, hitDistance, 4);
  store<f32>(FIELDS, x3(place), 8);
  store<f32>(FIELDS, y3(place), 12);
  store<f32>(FIELDS, z3(place), 16);
  store<f32>(FIELDS, x3(hitNormal), 20);
  store<f32>(FIELDS, y3(hitNormal), 24);
  store<f32>(FIELDS, z3(hitNormal), 28);
}

function take(entity: u32, distance: f32, normal: v128): void {
  if (!(distance >= 0 && distance < hitDistance)) return;
  hitEntity = entity;
  hitDistance = distance;
  hitNormal = normal;
  hasHit = true;
}

function rayBody(b: Body, origin: v128, direction: v128): void {
  if (b.shape == Shape.BOX) {
    rayBox(b, origin, direction);
    return;
  }
  if (b.shape == Shape.SPHERE) {
    rayBall(b, b.position, origin, direction);
    return;
  }
  if (surfaceDistance(b, origin) <= 0) return;
  const half = scale3(axisY(b.rotation), y3(b.size));
  rayBall(b, add3(b.position, half), origin, direction);
  rayBall(b, sub3(b.position, half), origin, direction);
  rayCylinder(b, origin, direction);
}

function rayBall(b: Body, centre: v128, origin: v128, direction: v128): void {
  const gap = sub3(origin, centre);
  const along = dot3(gap, direction);
  const radius = x3(b.size);
  const discriminant = along * along - dot3(gap, gap) + radius * radius;
  if (discriminant < 0) return;
  const distance = -along - Mathf.sqrt(discriminant);
  const normal = scale3(sub3(addScaled3(origin, direction, distance), centre), 1.0 / radius);
  take(b.id, distance, normal);
}

/** The side of a capsule: a quadratic across its axis, kept where it lies between the ends. */
function rayCylinder(b: Body, origin: v128, direction: v128): void {
  const o = rotateInverse(b.rotation, sub3(origin, b.position));
  const d = rotateInverse(b.rotation, direction);
  const radius = x3(b.size);
  const a = x3(d) * x3(d) + z3(d) * z3(d);
  if (a < 1e-8) return;
  const half = x3(o) * x3(d) + z3(o) * z3(d);
  const discriminant = half * half - a * (x3(o) * x3(o) + z3(o) * z3(o) - radius * radius);
  if (discriminant < 0) return;
  const distance = (-half - Mathf.sqrt(discriminant)) / a;
  const place = addScaled3(o, d, distance);
  if (Mathf.abs(y3(place)) > y3(b.size)) return;
  const outward = scale3(vec3(x3(place), 0, z3(place)), 1.0 / radius);
  take(b.id, distance, rotate(b.rotation, outward));
}

/** Slabs: the latest entry over the three axes, if it comes before the earliest exit. */
function rayBox(b: Body, origin: v128, direction: v128): void {
  const o = rotateInverse(b.rotation, sub3(origin, b.position));
  const d = rotateInverse(b.rotation, direction);
  let enter: f32 = -1e30;
  let leave: f32 = 1e30;
  let axis = -1;
  for (let i = 0; i < 3; i++) {
    const half = at3(b.size, i);
    if (Mathf.abs(at3(d, i)) < 1e-8) {
      if (Mathf.abs(at3(o, i)) > half) return;
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
  if (enter > leave || axis < 0) return;
  const sign: f32 = at3(d, axis) < 0 ? 1.0 : -1.0;
  const local = vec3(axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0);
  take(b.id, enter, rotate(b.rotation, local));
}

const MARCH_STEP_M: f32 = 0.5;

/** Steps until below the surface, then halves: exact enough for aiming on cells of 2 m. */
function rayTerrain(origin: v128, direction: v128): void {
  let before: f32 = 0;
  if (clearance(origin) < 0) return;
  const limit = hitDistance;
  while (before < limit) {
    const next = min<f32>(before + MARCH_STEP_M, limit);
    if (clearance(addScaled3(origin, direction, next)) < 0) {
      refine(origin, direction, before, next);
      return;
    }
    if (next == limit) return;
    before = next;
  }
}

function refine(origin: v128, direction: v128, above: f32, below: f32): void {
  let low = above;
  let high = below;
  for (let i = 0; i < 12; i++) {
    const middle: f32 = 0.5 * (low + high);
    if (clearance(addScaled3(origin, direction, middle)) < 0) high = middle;
    else low = middle;
  }
  const place = addScaled3(origin, direction, high);
  take(0, high, normalizeOr3(terrainNormal(x3(place), z3(place)), vec3(0, 1, 0)));
}

function clearance(p: v128): f32 {
  if (Mathf.abs(x3(p)) > REGION_HALF_M || Mathf.abs(z3(p)) > REGION_HALF_M) return 1;
  return y3(p) - terrainHeight(x3(p), z3(p));
}
