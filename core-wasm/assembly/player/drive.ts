import { Body, body } from '../body/body';
import {
  PLAYER_AIR_ACCELERATION_MPS2,
  PLAYER_GROUND_ACCELERATION_MPS2,
  PLAYER_GROUND_COSINE,
  PLAYER_JUMP_MPS,
  PLAYER_SPRINT_MPS,
  PLAYER_SWIM_SHARE,
  PLAYER_WALK_MPS,
  STEP_RISE_MPS,
  STICK_MPS,
  TICK_DT,
} from '../limits';
import { rotate } from '../math/quat';
import {
  add3,
  addScaled3,
  clampLength3,
  dot3,
  normalizeOr3,
  scale3,
  sub3,
  vec3,
} from '../math/vec3';
import { upward } from '../world/gravity';
import { header } from '../world/header';
import { beginFooting, Footing, footing } from './footing';
import { Grip, GripKind } from './grip-record';
import { groundVelocity, pushAlong, pushUp } from './ground';
import { flies, fly } from './jetpack';
import { bodySlot } from './parts';
import { Button, leftGripOf, Player, player, rightGripOf } from './player';
import { liftOf, swim } from './swim';
import { facing, footOf, turnUpright, uprightQuat } from './upright';
import { isDown, isPressed, Walker } from './walker';

/** Turns each player's intent into a change of velocity; the solver then has the last word. */
export function drivePlayers(): void {
  const count = header().playerCount;
  beginDrive();
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const slot = bodySlot(i);
    beginFooting(i, slot);
    driveWalker(p, body(slot), footing(i), holdsOn(p));
  }
}

let up: v128 = f32x4.splat(0);
let upright: v128 = f32x4.splat(0);

/** What is the same for all walkers of a tick. */
export function beginDrive(): void {
  up = upward();
  upright = uprightQuat(up);
}

/** What a hand holds on to moves its player; legs that hold him to the ground would win. */
function holdsOn(p: Player): bool {
  return isHold(leftGripOf(p)) || isHold(rightGripOf(p));
}

function isHold(grip: Grip): bool {
  return grip.kind == GripKind.HOLD || grip.kind == GripKind.TERRAIN;
}

/**
 * Drives any walker: what it wants, its body, the ground that it stood on a tick ago. Behind
 * `beginDrive`.
 */
export function driveWalker(w: Walker, b: Body, f: Footing, climbs: bool): void {
  turnUpright(b, upright);
  f.axes = facing(b, w.yaw);
  if (dot3(w.groundNormal, up) < 0.99 * PLAYER_GROUND_COSINE) w.grounded = 0;
  const wish = wishVelocity(w, f);
  f.ahead = normalizeOr3(wish, f32x4.splat(0));
  f.thrust = liftOf(w, up);
  if (w.submersion >= PLAYER_SWIM_SHARE) swim(w, b, f, up);
  else if (flies(w)) fly(w, b, f, wish, up);
  else if (w.grounded != 0) walk(w, b, f, wish, climbs);
  else drift(b, wish);
}

/** Velocity that the stick asks for, at right angles to the walker's up. */
function wishVelocity(w: Walker, f: Footing): v128 {
  const stick = clampLength3(vec3(<f32>w.moveX / 127.0, 0, -(<f32>w.moveZ) / 127.0), 1.0);
  const speed: f32 = isDown(w, Button.SPRINT) ? PLAYER_SPRINT_MPS : PLAYER_WALK_MPS;
  return scale3(rotate(f.axes, stick), speed);
}

/** In the air only the stick changes the way, a little. */
function drift(b: Body, wish: v128): void {
  if (dot3(wish, wish) == 0) return;
  const level = addScaled3(b.linearVelocity, up, -dot3(b.linearVelocity, up));
  const change = clampLength3(sub3(wish, level), PLAYER_AIR_ACCELERATION_MPS2 * TICK_DT);
  b.linearVelocity = add3(b.linearVelocity, change);
}

/**
 * On the ground: towards the wish along its surface, in its frame of motion. The wish is a speed
 * along the ground: who climbs does not gain by it.
 */
function walk(w: Walker, b: Body, f: Footing, wish: v128, climbs: bool): void {
  const normal = w.groundNormal;
  const carried = groundVelocity(w, footOf(b));
  const own = sub3(b.linearVelocity, carried);
  const rise = dot3(own, up);
  if (dot3(own, normal) > STICK_MPS) {
    w.grounded = 0;
    drift(b, wish);
    return;
  }
  const level = addScaled3(own, up, -rise);
  const wade: f32 = 1.0 - 0.5 * (w.submersion / PLAYER_SWIM_SHARE);
  const target = scale3(wish, wade * alongSurface(f.ahead, normal));
  const limit = climbs ? PLAYER_AIR_ACCELERATION_MPS2 : PLAYER_GROUND_ACCELERATION_MPS2;
  pushAlong(w, b, clampLength3(sub3(target, level), limit * TICK_DT));
  if (isPressed(w, Button.JUMP)) {
    pushUp(w, b, scale3(up, PLAYER_JUMP_MPS - dot3(sub3(b.linearVelocity, carried), up)));
    w.grounded = 0;
    return;
  }
  if (climbs) return;
  const now = sub3(b.linearVelocity, carried);
  const flat = addScaled3(now, up, -dot3(now, up));
  const slope = -dot3(flat, normal) / dot3(normal, up);
  const drop = min<f32>(STEP_RISE_MPS, max<f32>(0, w.groundGap / TICK_DT));
  b.linearVelocity = add3(add3(carried, flat), scale3(up, slope - drop));
}

/** Level speed of one who goes at unit speed along a surface. */
function alongSurface(ahead: v128, normal: v128): f32 {
  const slope = dot3(ahead, normal) / dot3(normal, up);
  return 1.0 / Mathf.sqrt(1.0 + slope * slope);
}
