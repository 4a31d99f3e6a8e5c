import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { FIELDS } from '../layout';
import { mulQuat, rotate } from '../math/quat';
import { add3, w3, x3, y3, z3 } from '../math/vec3';
import { partOffset, partRotation } from '../player/hands';
import { player } from '../player/player';
import { facing, footOf } from '../player/upright';
import { header } from '../world/header';

/**
 * Where a player's parts are after the last step, for drawing. FIELDS out: foot (3 f32), then head,
 * left and right as position (3) and rotation (4).
 */
export function exposePlayer(index: i32): void {
  assert(index >= 0 && index < header().playerCount);
  const p = player(index);
  const owner = body(slotOf(p.id));
  const foot = footOf(owner);
  store<f32>(FIELDS, x3(foot));
  store<f32>(FIELDS, y3(foot), 4);
  store<f32>(FIELDS, z3(foot), 8);
  const fraction = poseFraction(header().tick);
  const axes = facing(owner, p.yaw);
  exposePart(
    0,
    add3(foot, rotate(axes, partOffset(p.headFrom, p.headTo, fraction))),
    mulQuat(axes, partRotation(p.headFrom, p.headTo, fraction)),
  );
  const left = body(slotOf(p.leftHand));
  exposePart(1, left.position, left.rotation);
  const right = body(slotOf(p.rightHand));
  exposePart(2, right.position, right.rotation);
}

/** The last tick's place in its frame: tick 0 of a frame shows the frame before at its end. */
function poseFraction(tick: u32): f32 {
  const phase = tick % 3;
  return phase == 0 ? 1.0 : <f32>phase / 3.0;
}

function exposePart(part: usize, position: v128, rotation: v128): void {
  const at = FIELDS + 12 + part * 28;
  store<f32>(at, x3(position));
  store<f32>(at, y3(position), 4);
  store<f32>(at, z3(position), 8);
  store<f32>(at, x3(rotation), 12);
  store<f32>(at, y3(rotation), 16);
  store<f32>(at, z3(rotation), 20);
  store<f32>(at, w3(rotation), 24);
}
