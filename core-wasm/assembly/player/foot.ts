import { Body, BodyKind } from '../body/body';
import {
  PLAYER_GROUND_COSINE,
  PLAYER_HALF_HEIGHT_M,
  PLAYER_MASS_KG,
  PLAYER_RADIUS_M,
  STEP_LIGHT_MAX_M,
  STEP_MAX_M,
  TICK_DT,
} from '../limits';
import { axisX, axisY, axisZ } from '../math/quat';
import {
  add3,
  addScaled3,
  dot3,
  length3,
  neg3,
  scale3,
  sub3,
  vec3,
  w3,
  x3,
  z3,
} from '../math/vec3';
import { entryAhead, entryNormal } from '../query/ray-body';
import { findTriangle, foundNormal } from '../terrain/heightfield';
import { Footing } from './footing';
import { footOf } from './upright';

/**
 * Where the ground is under a walker's foot. Rays look down: one along his axis, one a capsule's
 * radius ahead when he walks, so that a step is met before the leg runs into it, and four around
 * when he stands and the axis finds nothing, so that he may stand on an edge.
 *
 * A capsule that rolls over edges was rejected: it is stopped by a step of its radius, thrown up by
 * lower ones, and snags where two boxes of one floor meet.
 */

/** Rays start inside the torso, above whatever may be stepped onto. */
const LOOK_M: f32 = 0.7;
const EDGE_M: f32 = 0.2;
/** What supports an edge is level with the foot, nearly: rays around never lift. */
const EDGE_RISE_MAX_M: f32 = 0.05;
/** Higher than this above the foot is a wall, even when the walker has sunk in a little. */
export const RISE_MAX_M: f32 = STEP_MAX_M + 0.04;

let up: v128 = f32x4.splat(0);
let found: bool = false;
let rise: f32 = 0;
let normal: v128 = f32x4.splat(0);
let place: v128 = f32x4.splat(0);

/** Height of the found surface above the foot, m; negative below it. */
export function supportRise(): f32 {
  return rise;
}

export function supportNormal(): v128 {
  return normal;
}

export function supportPlace(): v128 {
  return place;
}

/** True when the found surface is level enough to be stood on. */
export function isWalkable(): bool {
  return dot3(normal, up) >= PLAYER_GROUND_COSINE;
}

/** A body that gives way less than the walker does is stepped onto; others are kicked. */
export function isStep(b: Body): bool {
  return b.kind != BodyKind.DYNAMIC || w3(b.inverseMass) <= 1.0 / PLAYER_MASS_KG;
}

/** Looks for ground on `other`; what is found stays until the next look. */
export function findSupport(walker: Body, other: Body, ahead: v128): bool {
  up = axisY(walker.rotation);
  found = false;
  rise = -Infinity;
  const speed = length3(sub3(other.linearVelocity, walker.linearVelocity));
  const reach = LOOK_M + max<f32>(STEP_MAX_M, speed * TICK_DT + 0.02);
  const top = addScaled3(walker.position, up, LOOK_M - PLAYER_HALF_HEIGHT_M);
  const limit: f32 = isStep(other) ? RISE_MAX_M : STEP_LIGHT_MAX_M;
  look(other, top, reach, limit);
  if (dot3(ahead, ahead) > 0) {
    lookAhead(other, top, ahead, reach, limit);
  } else if (!found) {
    const x = scale3(axisX(walker.rotation), EDGE_M);
    const z = scale3(axisZ(walker.rotation), EDGE_M);
    look(other, add3(top, x), reach, EDGE_RISE_MAX_M);
    look(other, sub3(top, x), reach, EDGE_RISE_MAX_M);
    look(other, add3(top, z), reach, EDGE_RISE_MAX_M);
    look(other, sub3(top, z), reach, EDGE_RISE_MAX_M);
  }
  return found;
}

function look(other: Body, from: v128, reach: f32, limit: f32): void {
  const depth = entryAhead(other, from, neg3(up));
  if (depth > reach) return;
  const height = LOOK_M - depth;
  if (height <= rise || height > limit) return;
  found = true;
  rise = height;
  normal = entryNormal();
  place = addScaled3(from, up, -depth);
}

/**
 * What lies ahead counts where it would carry the walker now: the plane of its surface is followed
 * back to the axis. So a step lifts him at once, and a slope no sooner than he stands on it.
 */
function lookAhead(other: Body, top: v128, ahead: v128, reach: f32, limit: f32): void {
  const from = addScaled3(top, ahead, PLAYER_RADIUS_M);
  const depth = entryAhead(other, from, neg3(up));
  if (depth > reach) return;
  const n = entryNormal();
  const steepness = dot3(n, up);
  if (steepness < PLAYER_GROUND_COSINE) return;
  const height = LOOK_M - depth + (PLAYER_RADIUS_M * dot3(n, ahead)) / steepness;
  if (height <= rise || height > limit) return;
  found = true;
  rise = height;
  normal = n;
  place = addScaled3(from, up, -depth);
}

/**
 * The same for the terrain: the plane of the triangle under the foot, or of the one under where
 * the foot will be when that is higher, so that a fast fall does not end below a hill.
 */
export function findTerrainSupport(walker: Body): bool {
  up = axisY(walker.rotation);
  const foot = footOf(walker);
  const next = addScaled3(foot, walker.linearVelocity, TICK_DT);
  lookAtTriangle(foot, foot);
  const here = rise;
  const hereNormal = normal;
  lookAtTriangle(foot, next);
  const travel = sub3(next, foot);
  const hereThen = here - dot3(travel, hereNormal) / steepnessOf(hereNormal);
  if (hereThen >= rise - dot3(travel, normal) / steepnessOf(normal)) {
    rise = here;
    normal = hereNormal;
  }
  place = addScaled3(foot, up, rise);
  return -rise <= max<f32>(STEP_MAX_M, length3(walker.linearVelocity) * TICK_DT + 0.02);
}

/** How much higher the found ground is where the walker's level velocity takes him in a tick. */
export function terrainRise(walker: Body): f32 {
  const travel = scale3(walker.linearVelocity, TICK_DT);
  const level = addScaled3(travel, up, -dot3(travel, up));
  return -dot3(level, normal) / steepnessOf(normal);
}

function steepnessOf(n: v128): f32 {
  return max<f32>(0.1, dot3(n, up));
}

function lookAtTriangle(foot: v128, over: v128): void {
  const ground = vec3(x3(over), findTriangle(x3(over), z3(over)), z3(over));
  normal = foundNormal();
  rise = dot3(sub3(ground, foot), normal) / steepnessOf(normal);
}

/** Keeps the highest ground that carries as the one that is stood on. */
export function noteSupport(f: Footing, entity: u32, slot: i32): void {
  if (!isWalkable() || (f.found != 0 && -rise >= f.gap)) return;
  f.found = 1;
  f.gap = -rise;
  f.normal = normal;
  f.place = place;
  f.entity = entity;
  f.slot = slot;
}
