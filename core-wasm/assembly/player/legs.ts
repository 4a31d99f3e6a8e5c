import { Body, body, Role } from '../body/body';
import { SENSOR_PART } from '../contact/sense';
import { BODY_BYTES, FIRST_STATIC, TORSO, WALKER_CONTACTS } from '../layout';
import {
  COMPOUND_CHILDREN_MAX,
  CONTACT_CAPACITY,
  LINEAR_SLOP_M,
  PLAYER_GROUND_COSINE,
  PLAYER_HALF_LENGTH_M,
  PLAYER_RADIUS_M,
  STEP_MAX_M,
  STEP_RISE_MPS,
  TICK_DT,
} from '../limits';
import { mix32 } from '../math/hash';
import { axisY, rotate, yawQuat } from '../math/quat';
import { addScaled3, dot3, neg3, scale3, sub3, vec3 } from '../math/vec3';
import { collide } from '../narrowphase/dispatch';
import {
  addPoint,
  beginManifold,
  manifoldNormal,
  setNormal,
  stretchManifold,
} from '../narrowphase/manifold';
import { collideTerrain, mayCapsuleTouch, terrainParts } from '../narrowphase/terrain';
import { copyRecord } from '../record';
import { pieceCount, pieceOf } from '../shape/child';
import { Constraint, constraint, constraints, point } from '../solver/constraint';
import { prepareConstraint, TERRAIN } from '../solver/prepare';
import { FIXED } from '../solver/solver-body';
import {
  findSupport,
  findTerrainSupport,
  isStep,
  isWalkable,
  noteSupport,
  supportNormal,
  supportPlace,
  supportRise,
  terrainRise,
} from './foot';
import { footingOf } from './footing';
import { footOf } from './upright';

/**
 * A walker's contacts. Above the legs he is a shorter capsule, the torso, that walls stop; the
 * legs are one contact with the ground under the foot, which holds him up however the ground is
 * shaped and raises him onto a step no faster than an eye can bear. What is too light to be
 * stepped onto meets the whole capsule, so that it is kicked.
 */

/** Behind every other part of a pair. */
export const FOOT_PART: u32 = 0xffff;
assert(FOOT_PART > SENSOR_PART);

/** The push-out of a contact with what never moves makes good two thirds of its depth in a tick. */
const RISE_DEPTH_M: f32 = 1.5 * STEP_RISE_MPS * TICK_DT + LINEAR_SLOP_M;

let noted: i32 = 0;

/** Forgets what the tick before found; call once the drive has said where everybody goes. */
export function beginLegs(): void {
  noted = 0;
}

function noteConstraint(before: i32): void {
  for (let i = before; i < constraints(); i++) {
    store<i32>(WALKER_CONTACTS + ((<usize>noted) << 2), i);
    noted++;
  }
  assert(noted <= CONTACT_CAPACITY);
}

export function isWalker(b: Body): bool {
  return b.role == Role.PLAYER;
}

/** Constraints of a pair one of which is a walker. */
export function collectWalkerPair(slotA: i32, slotB: i32): void {
  const a = body(slotA);
  const b = body(slotB);
  const before = constraints();
  if (isWalker(a) && isWalker(b)) {
    collide(a, b);
    partTwins(a, b);
    prepareConstraint(slotA, slotB, 0);
  } else if (isWalker(a)) {
    collectLegs(a, b, slotA, slotB, true);
  } else {
    collectLegs(b, a, slotA, slotB, false);
  }
  noteConstraint(before);
}

function collectLegs(walker: Body, other: Body, slotA: i32, slotB: i32, isA: bool): void {
  const f = footingOf(isA ? slotA : slotB);
  const stands = findSupport(walker, other, f.ahead);
  if (!stands && !isStep(other)) {
    collectTrunk(walker, other, slotA, slotB, isA, false);
    return;
  }
  collectTrunk(torsoOf(walker), other, slotA, slotB, isA, true);
  if (!stands) return;
  beginManifold(sub3(other.linearVelocity, walker.linearVelocity));
  addFoot(axisY(walker.rotation), isA, 0);
  prepareConstraint(slotA, slotB, FOOT_PART);
  noteSupport(f, other.id, slotB < FIRST_STATIC ? (isA ? slotB : slotA) : FIXED);
}

/** The walker or only his torso against each piece of the other; parts as in `collectPieces`. */
function collectTrunk(
  trunk: Body,
  other: Body,
  slotA: i32,
  slotB: i32,
  isA: bool,
  isTorso: bool,
): void {
  const up = axisY(trunk.rotation);
  const count = pieceCount(other);
  for (let i = 0; i < count; i++) {
    const piece = pieceOf(other, i, isA ? 1 : 0);
    if (isA) collide(trunk, piece);
    else collide(piece, trunk);
    if (isTorso) levelOut(up, isA);
    prepareConstraint(slotA, slotB, <u32>(isA ? i : i * COMPOUND_CHILDREN_MAX));
  }
}

/** Constraints of a walker with the terrain. */
export function collectWalkerTerrain(slot: i32): void {
  const walker = body(slot);
  const before = constraints();
  const up = axisY(walker.rotation);
  beginManifold(walker.linearVelocity);
  const half = scale3(up, TORSO_HALF_LENGTH_M);
  if (mayCapsuleTouch(torsoCentre(walker, up), half, PLAYER_RADIUS_M)) {
    collectTorsoTerrain(slot, torsoOf(walker), up);
    beginManifold(walker.linearVelocity);
  }
  if (findTerrainSupport(walker)) {
    addFoot(up, true, terrainRise(walker));
    prepareConstraint(slot, TERRAIN, FOOT_PART);
    noteSupport(footingOf(slot), 0, FIXED);
  }
  noteConstraint(before);
}

function collectTorsoTerrain(slot: i32, torso: Body, up: v128): void {
  const parts = terrainParts(torso);
  for (let part = 0; part < parts; part++) {
    beginManifold(torso.linearVelocity);
    collideTerrain(torso, part);
    levelOut(up, true);
    prepareConstraint(slot, TERRAIN, <u32>part);
  }
}

const TORSO_HALF_LENGTH_M: f32 = PLAYER_HALF_LENGTH_M - 0.5 * STEP_MAX_M;

function torsoCentre(walker: Body, up: v128): v128 {
  return addScaled3(walker.position, up, 0.5 * STEP_MAX_M);
}

/** The walker without his legs. */
function torsoOf(walker: Body): Body {
  copyRecord(TORSO, changetype<usize>(walker), BODY_BYTES);
  const torso = changetype<Body>(TORSO);
  torso.position = torsoCentre(walker, axisY(walker.rotation));
  torso.size = vec3(PLAYER_RADIUS_M, TORSO_HALF_LENGTH_M, 0);
  return torso;
}

/**
 * The manifold of the foot that ground was found for. `climb` is how much higher that ground will
 * be at the tick's end, where the foot goes; m.
 */
function addFoot(up: v128, isA: bool, climb: f32): void {
  const level = isWalkable();
  const push = level ? up : supportNormal();
  const gap = level ? -supportRise() - climb : -supportRise() * dot3(up, push);
  setNormal(isA ? neg3(push) : push);
  addPoint(supportPlace(), max<f32>(gap, -RISE_DEPTH_M));
}

/** Up to this sine a contact is with something under the torso, which carries it. */
const UNDER: f32 = 0.25;

/**
 * A torso is pushed aside by what it meets with its round lower end, not up: else who walks
 * against a table would climb it.
 */
function levelOut(up: v128, isA: bool): void {
  const push = isA ? neg3(manifoldNormal()) : manifoldNormal();
  const lift = dot3(push, up);
  const level = addScaled3(push, up, -lift);
  const sine = Mathf.sqrt(dot3(level, level));
  if (lift <= 0.001 || sine < UNDER) return;
  const aside = scale3(level, 1.0 / sine);
  stretchManifold(isA ? neg3(aside) : aside, 1.0 / sine);
}

/** Two who stand in the very same place have no direction apart: their ids give one. */
function partTwins(a: Body, b: Body): void {
  const gap = sub3(b.position, a.position);
  const up = axisY(a.rotation);
  const level = addScaled3(gap, up, -dot3(gap, up));
  if (dot3(level, level) > 1e-4 || Mathf.abs(dot3(gap, up)) > PLAYER_HALF_LENGTH_M) return;
  const turn = yawQuat(mix32(a.id ^ mix32(b.id)) & 0xffff);
  beginManifold(sub3(b.linearVelocity, a.linearVelocity));
  setNormal(rotate(a.rotation, rotate(turn, vec3(1, 0, 0))));
  addPoint(a.position, -2.0 * PLAYER_RADIUS_M);
}

/** Which walkers' grounds have pushed back; then `ground.ts` decides who stands. */
export function notePressed(): void {
  for (let i = 0; i < noted; i++) {
    const c = constraint(load<i32>(WALKER_CONTACTS + ((<usize>i) << 2)));
    if (!isPressed(c)) continue;
    const a = body(c.slotA);
    if (isWalker(a)) standOn(c, c.slotA, neg3(c.normal), c.idB, c.slotB);
    if (c.slotB == FIXED || !isWalker(body(c.slotB))) continue;
    standOn(c, c.slotB, c.normal, c.idA, c.slotA);
  }
}

function isPressed(c: Constraint): bool {
  for (let j = 0; j < c.pointCount; j++) {
    if (point(c.firstPoint + j).impulseMax > 0) return true;
  }
  return false;
}

/** A foot's ground counts as found before; else what pushes up steeply enough is ground too. */
function standOn(c: Constraint, walker: i32, push: v128, id: u32, slot: i32): void {
  if (dot3(push, axisY(body(walker).rotation)) < PLAYER_GROUND_COSINE) return;
  const f = footingOf(walker);
  f.pressed = 1;
  if (c.part == FOOT_PART || f.found != 0) return;
  f.found = 1;
  f.gap = 0;
  f.normal = push;
  f.place = footOf(body(walker));
  f.entity = id;
  f.slot = slot;
}
