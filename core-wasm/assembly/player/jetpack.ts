import { Body } from '../body/body';
import {
  JETPACK_ACCELERATION_MPS2,
  JETPACK_ENERGY_MAX_J,
  JETPACK_POWER_W,
  JETPACK_RISE_MPS,
  JETPACK_THRUST_N,
  TICK_DT,
} from '../limits';
import { add3, addScaled3, clampLength3, dot3, sub3, w3 } from '../math/vec3';
import { gravity } from '../world/gravity';
import { Footing } from './footing';
import { Button } from './player';
import { isDown, Walker } from './walker';

/**
 * A jetpack holds its walker where he is; JUMP lets it climb, DIVE sink. Its thrust is limited, so
 * a heavy load holds it down, and takes energy, which only a command gives back: where energy
 * comes from is the game's.
 */

/** From the ground it takes a jump to start: the button alone leaves a walker walking. */
export function flies(w: Walker): bool {
  if (!isDown(w, Button.JETPACK) || w.energy <= 0) return false;
  return w.grounded == 0 || isDown(w, Button.JUMP);
}

/** How much of a difference in speed the thrust makes good in a second. */
const RESPONSE_HZ: f32 = 30.0;

export function fly(w: Walker, b: Body, f: Footing, wish: v128, up: v128): void {
  w.grounded = 0;
  const climb = (isDown(w, Button.JUMP) ? 1.0 : 0.0) - (isDown(w, Button.DIVE) ? 1.0 : 0.0);
  const most = JETPACK_THRUST_N * w3(b.inverseMass);
  const rise = dot3(b.linearVelocity, up);
  const pull = addScaled3(f.thrust, gravity(), b.gravityScale);
  const needed = (<f32>climb * JETPACK_RISE_MPS - rise) * RESPONSE_HZ - dot3(pull, up);
  const thrust = min<f32>(most, max<f32>(0, needed));
  f.thrust = addScaled3(f.thrust, up, thrust);
  const level = addScaled3(b.linearVelocity, up, -rise);
  const spare = Mathf.sqrt(most * most - thrust * thrust);
  const limit = min<f32>(JETPACK_ACCELERATION_MPS2, spare) * TICK_DT;
  const change = clampLength3(sub3(wish, level), limit);
  b.linearVelocity = add3(b.linearVelocity, change);
  const side = dot3(change, change) / (TICK_DT * TICK_DT);
  charge(w, -(JETPACK_POWER_W * TICK_DT * Mathf.sqrt(thrust * thrust + side)) / most);
}

/** Gives or takes energy, J, as far as there is room for it or any left. */
export function charge(w: Walker, energy: f32): void {
  w.energy = min<f32>(JETPACK_ENERGY_MAX_J, max<f32>(0, w.energy + energy));
}
