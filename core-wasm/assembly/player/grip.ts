import { Body, BodyKind, body, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { surfaceDistance } from '../body/surface-distance';
import { GRAB_DISTANCE_MAX_M, GRAB_SLIP_M, HAND_RADIUS_M } from '../limits';
import { conjugate, mulQuat, rotate, rotateInverse } from '../math/quat';
import { add3, length3, sub3 } from '../math/vec3';
import { header } from '../world/header';
import { Button, Player, player } from './player';

/**
 * Gripping: for a moment after the press the hand takes the nearest loose body in reach; it holds
 * it until the button is let go, the body is gone, or the load slips away.
 */

/** Ticks after a press in which a body may still come to hand: a frame of pose delay twice. */
const GRIP_WINDOW_TICKS: u32 = 12;

export function updateGrips(): void {
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    p.leftGripTicks = gripTicks(p, Button.GRIP_LEFT, p.leftGripTicks);
    p.rightGripTicks = gripTicks(p, Button.GRIP_RIGHT, p.rightGripTicks);
    updateLeft(p, body(slotOf(p.leftHand)));
    updateRight(p, body(slotOf(p.rightHand)));
  }
}

/** Ticks for which the button has been down, saturating. */
function gripTicks(p: Player, button: Button, ticks: u16): u16 {
  if ((p.buttons & button) == 0) return 0;
  return ticks == u16.MAX_VALUE ? ticks : ticks + 1;
}

function updateLeft(p: Player, hand: Body): void {
  if (p.leftHeld != 0) {
    if (!keepsHold(hand, p.leftGripTicks, p.leftHeld, p.leftOffset)) p.leftHeld = 0;
    return;
  }
  const slot = takes(p.leftGripTicks, hand);
  if (slot < 0) return;
  const b = body(slot);
  p.leftHeld = b.id;
  p.leftOffset = rotateInverse(hand.rotation, sub3(b.position, hand.position));
  p.leftTurn = mulQuat(conjugate(hand.rotation), b.rotation);
}

function updateRight(p: Player, hand: Body): void {
  if (p.rightHeld != 0) {
    if (!keepsHold(hand, p.rightGripTicks, p.rightHeld, p.rightOffset)) p.rightHeld = 0;
    return;
  }
  const slot = takes(p.rightGripTicks, hand);
  if (slot < 0) return;
  const b = body(slot);
  p.rightHeld = b.id;
  p.rightOffset = rotateInverse(hand.rotation, sub3(b.position, hand.position));
  p.rightTurn = mulQuat(conjugate(hand.rotation), b.rotation);
}

function keepsHold(hand: Body, ticks: u16, held: u32, offset: v128): bool {
  const slot = slotOf(held);
  if (ticks == 0 || slot < 0 || body(slot).kind != BodyKind.DYNAMIC) return false;
  const wanted = add3(hand.position, rotate(hand.rotation, offset));
  return length3(sub3(body(slot).position, wanted)) <= GRAB_SLIP_M;
}

/** True in the moment after a press in which a hand takes what it can. */
export function isReaching(ticks: u16): bool {
  return ticks > 0 && <u32>ticks <= GRIP_WINDOW_TICKS;
}

/** Slot of the nearest loose body in reach, −1 when there is none or the moment has passed. */
function takes(ticks: u16, hand: Body): i32 {
  if (!isReaching(ticks)) return -1;
  const count = header().moverCount;
  let nearest: f32 = GRAB_DISTANCE_MAX_M + HAND_RADIUS_M;
  let found = -1;
  for (let slot = 0; slot < count; slot++) {
    const b = body(slot);
    if (b.kind != BodyKind.DYNAMIC || b.role != Role.LOOSE) continue;
    const distance = surfaceDistance(b, hand.position);
    if (distance >= nearest) continue;
    nearest = distance;
    found = slot;
  }
  return found;
}
