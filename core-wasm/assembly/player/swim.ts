import { Body } from '../body/body';
import {
  PLAYER_FLOAT_SHARE,
  PLAYER_SWIM_ACCELERATION_MPS2,
  PLAYER_SWIM_DRAG_HZ,
  PLAYER_SWIM_MPS,
  PLAYER_SWIM_SPRINT_MPS,
  TICK_DT,
} from '../limits';
import { mulQuat, pitchQuat, rotate } from '../math/quat';
import { add3, addScaled3, clampLength3, dot3, length3, scale3, sub3, vec3 } from '../math/vec3';
import { gravity } from '../world/gravity';
import { Footing } from './footing';
import { Button } from './player';
import { isDown, Walker } from './walker';

/** Water carries what of a walker is in it; at `PLAYER_FLOAT_SHARE` it carries all of him. */
export function liftOf(w: Walker, up: v128): v128 {
  return scale3(up, (length3(gravity()) * w.submersion) / PLAYER_FLOAT_SHARE);
}

/**
 * Swims where the stick and the view's pitch say, JUMP up and DIVE down. Who does nothing is slowed
 * by the water and floats up.
 */
export function swim(w: Walker, b: Body, f: Footing, up: v128): void {
  const stick = vec3(<f32>w.moveX / 127.0, 0, -(<f32>w.moveZ) / 127.0);
  const view = mulQuat(f.axes, pitchQuat(w.pitch));
  const climb = (isDown(w, Button.JUMP) ? 1.0 : 0.0) - (isDown(w, Button.DIVE) ? 1.0 : 0.0);
  const wish = clampLength3(addScaled3(rotate(view, stick), up, <f32>climb), 1.0);
  if (dot3(wish, wish) == 0) {
    const drag: f32 = 1.0 / (1.0 + TICK_DT * PLAYER_SWIM_DRAG_HZ * w.submersion);
    b.linearVelocity = scale3(b.linearVelocity, drag);
    return;
  }
  const speed: f32 = isDown(w, Button.SPRINT) ? PLAYER_SWIM_SPRINT_MPS : PLAYER_SWIM_MPS;
  const change = sub3(scale3(wish, speed), b.linearVelocity);
  const limit = PLAYER_SWIM_ACCELERATION_MPS2 * w.submersion * TICK_DT;
  b.linearVelocity = add3(b.linearVelocity, clampLength3(change, limit));
}
