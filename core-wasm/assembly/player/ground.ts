import { Body, BodyKind, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { applyImpulseAt } from '../body/impulse';
import { isActive } from '../island/active';
import {
  PLAYER_HALF_HEIGHT_M,
  SOLE_ACCELERATION_MPS2,
  STEP_MAX_M,
  STICK_MPS,
  TICK_DT,
} from '../limits';
import { axisY, identityQuat, rotate, rotateInverse } from '../math/quat';
import {
  add3,
  addScaled3,
  clampLength3,
  cross3,
  dot3,
  mul3,
  normalizeOr3,
  scale3,
  sub3,
  w3,
} from '../math/vec3';
import { turnBy } from '../solver/integrate';
import { SolverBody, solverBody } from '../solver/solver-body';
import { depthOf, hasWater, upward } from '../world/gravity';
import { header } from '../world/header';
import { Footing, footing } from './footing';
import { notePressed } from './legs';
import { bodySlot } from './parts';
import { player } from './player';
import { footOf } from './upright';
import { Walker } from './walker';

/** What walkers stand on: found at a tick's end, felt at the next one's start. */

/**
 * Velocity that the ground gives to who stands on it: along the chord that its turn takes him
 * through in a tick. The tangent would carry him outwards, by 1 % a second at 1 rad/s.
 */
export function groundVelocity(w: Walker, foot: v128): v128 {
  const slot = slotOf(w.groundEntity);
  if (slot < 0 || body(slot).kind == BodyKind.STATIC) return f32x4.splat(0);
  const b = body(slot);
  const arm = sub3(foot, b.position);
  const turned = rotate(turnBy(identityQuat(), scale3(b.angularVelocity, TICK_DT)), arm);
  return addScaled3(b.linearVelocity, sub3(turned, arm), 1.0 / TICK_DT);
}

/** A light body may have a floor under it; who stands on it gets this much of his wish at least. */
const SHARE_MIN: f32 = 0.5;

function isAfloat(slot: i32): bool {
  return slot >= 0 && body(slot).kind == BodyKind.DYNAMIC;
}

/**
 * Changes a walker's velocity over the ground by `change`. A dynamic ground gets the opposite
 * momentum, and the walker less the more it gives way: on a raft one runs on the spot.
 */
export function pushAlong(w: Walker, b: Body, change: v128): void {
  const slot = slotOf(w.groundEntity);
  if (!isAfloat(slot)) {
    b.linearVelocity = add3(b.linearVelocity, change);
    return;
  }
  const held = clampLength3(change, SOLE_ACCELERATION_MPS2 * TICK_DT);
  const own = w3(b.inverseMass);
  const share = own / (own + yieldOf(body(slot), footOf(b), held));
  pushGround(slot, b, scale3(held, max<f32>(SHARE_MIN, share)));
}

/** The same for a jump, which gets all it wants: the legs have the time to. */
export function pushUp(w: Walker, b: Body, change: v128): void {
  const slot = slotOf(w.groundEntity);
  if (isAfloat(slot)) pushGround(slot, b, change);
  else b.linearVelocity = add3(b.linearVelocity, change);
}

function pushGround(slot: i32, b: Body, change: v128): void {
  b.linearVelocity = add3(b.linearVelocity, change);
  applyImpulseAt(body(slot), scale3(change, -1.0 / w3(b.inverseMass)), footOf(b));
}

/** How fast a unit impulse moves the body's matter at `place`, 1/kg. */
function yieldOf(b: Body, place: v128, direction: v128): f32 {
  const unit = normalizeOr3(direction, axisY(b.rotation));
  const arm = rotateInverse(b.rotation, cross3(sub3(place, b.position), unit));
  return w3(b.inverseMass) + dot3(arm, mul3(arm, b.inverseMass));
}

/** Near enough to the ground to stand on it without having been there. */
const NEAR_M: f32 = 0.03;
/** Away from the ground faster than this nobody lands on it. */
const LEAVING_MPS: f32 = 0.5;

/** Who stands, on what, and how deep in the water; after the bodies took the solver's result. */
export function findGround(): void {
  notePressed();
  const up = upward();
  const wet = hasWater();
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const slot = bodySlot(i);
    if (!isActive(slot)) continue;
    settle(p, body(slot), solverBody(slot), footing(i));
    p.submersion = wet ? submersionOf(body(slot), up) : 0;
  }
}

function settle(w: Walker, b: Body, s: SolverBody, f: Footing): void {
  const stood = w.grounded != 0;
  w.grounded = 0;
  w.groundEntity = 0;
  w.groundNormal = f32x4.splat(0);
  w.groundGap = 0;
  if (f.found == 0) return;
  const g = solverBody(f.slot);
  const arm = f.entity == 0 ? f32x4.splat(0) : armOf(f, g);
  const leaves = sub3(s.linear, add3(g.linear, cross3(g.angular, arm)));
  const moved = sub3(s.moved, add3(g.moved, cross3(g.turned, arm)));
  const gap = f.gap + dot3(moved, f.normal) / dot3(f.normal, axisY(b.rotation));
  const speed = dot3(leaves, f.normal);
  const lands = f.pressed != 0 || (gap <= NEAR_M && speed <= LEAVING_MPS);
  const stays = stood && gap <= STEP_MAX_M && speed <= STICK_MPS;
  if (!lands && !stays) return;
  w.grounded = 1;
  w.groundEntity = f.entity;
  w.groundNormal = f.normal;
  w.groundGap = max<f32>(-STEP_MAX_M, min<f32>(STEP_MAX_M, gap));
}

/** From the ground's centre, where it was when the tick began, to where it carries. */
function armOf(f: Footing, g: SolverBody): v128 {
  const slot = slotOf(f.entity);
  return slot < 0 ? f32x4.splat(0) : sub3(f.place, sub3(body(slot).position, g.moved));
}

function submersionOf(b: Body, up: v128): f32 {
  const share = depthOf(footOf(b), up) / (2.0 * PLAYER_HALF_HEIGHT_M);
  return min<f32>(1.0, max<f32>(0, share));
}
