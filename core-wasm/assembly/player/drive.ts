import { Body, body } from '../body/body';
import { slotOf } from '../body/body-store';
import {
  GRAVITY_MPS2,
  PLAYER_AIR_ACCELERATION_MPS2,
  PLAYER_GROUND_ACCELERATION_MPS2,
  PLAYER_JUMP_MPS,
  PLAYER_SPRINT_MPS,
  PLAYER_WALK_MPS,
  SUBSTEP_COUNT,
  TICK_DT,
} from '../limits';
import { rotate, yawQuat } from '../math/quat';
import { add3, addScaled3, clampLength3, dot3, scale3, sub3, vec3, x3, z3 } from '../math/vec3';
import { header } from '../world/header';
import { Button, Player, player } from './player';

/** Turns each player's intent into a change of velocity; the solver then has the last word. */
export function drivePlayers(): void {
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const slot = slotOf(p.id);
    assert(slot >= 0);
    drive(p, body(slot));
  }
}

function drive(p: Player, b: Body): void {
  const grounded = p.grounded != 0;
  const wish = wishVelocity(p);
  const velocity = b.linearVelocity;
  const ground = grounded ? p.groundNormal : vec3(0, 1, 0);
  const along = sub3(wish, scale3(ground, dot3(wish, ground)));
  const now = sub3(velocity, scale3(ground, dot3(velocity, ground)));
  const level = grounded ? now : vec3(x3(velocity), 0, z3(velocity));
  const target = grounded ? along : wish;
  const limit = grounded ? PLAYER_GROUND_ACCELERATION_MPS2 : PLAYER_AIR_ACCELERATION_MPS2;
  const idleInAir = !grounded && dot3(wish, wish) == 0;
  const change = idleInAir ? f32x4.splat(0) : clampLength3(sub3(target, level), limit * TICK_DT);
  let driven = add3(velocity, change);
  if (grounded) driven = cancelSlide(driven, ground);
  if (grounded && isPressed(p, Button.JUMP)) {
    driven = vec3(x3(driven), PLAYER_JUMP_MPS, z3(driven));
    p.grounded = 0;
  }
  b.linearVelocity = driven;
}

function isPressed(p: Player, button: Button): bool {
  return (p.buttons & button) != 0 && (p.buttonsBefore & button) == 0;
}

/** Velocity that the sticks ask for, in the horizontal plane. */
function wishVelocity(p: Player): v128 {
  const stick = clampLength3(vec3(<f32>p.moveX / 127.0, 0, -(<f32>p.moveZ) / 127.0), 1.0);
  const speed: f32 = (p.buttons & Button.SPRINT) != 0 ? PLAYER_SPRINT_MPS : PLAYER_WALK_MPS;
  return scale3(rotate(yawQuat(p.yaw), stick), speed);
}

/** Share of a tick's pull that bodies have felt when it is averaged over the substeps. */
const MEAN_PULL: f32 = 0.5 * (1.0 + 1.0 / <f32>SUBSTEP_COUNT);

/**
 * Feet hold on a slope that carries them: takes back gravity's pull along the ground, as much of it
 * as moves the body. All of it would let a player creep uphill at centimetres a second.
 */
function cancelSlide(velocity: v128, ground: v128): v128 {
  const gravity = vec3(0, GRAVITY_MPS2, 0);
  const pull = sub3(gravity, scale3(ground, dot3(gravity, ground)));
  return addScaled3(velocity, pull, -MEAN_PULL * TICK_DT);
}
