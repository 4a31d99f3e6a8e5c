import { Body, BodyKind, body, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { surfaceDistance } from '../body/surface-distance';
import { gather, hit, STATICS } from '../broadphase/grid';
import { refreshStaticGrid } from '../broadphase/static-grid';
import {
  GRAB_DISTANCE_MAX_M,
  GRAB_SLIP_M,
  HAND_RADIUS_M,
  HOLD_DISTANCE_MAX_M,
  HOLD_SLIP_M,
} from '../limits';
import { conjugate, mulQuat, rotate, rotateInverse } from '../math/quat';
import { add3, dot3, length3, sub3, vec3, x3, z3 } from '../math/vec3';
import { findTriangle, foundNormal } from '../terrain/heightfield';
import { header } from '../world/header';
import { Grip, GripKind } from './grip-record';
import { leftSlot, noteGrips, rightSlot } from './parts';
import { Button, leftGripOf, Player, player, rightGripOf } from './player';

/**
 * Gripping: for a moment after the press the hand takes the nearest loose body in reach. With none
 * there it holds on to what cannot be moved, if it touches it. It holds until the button is let
 * go, the body is gone or changes its kind, or what is held slips away.
 */

/** Ticks after a press in which a body may still come to hand: a frame of pose delay twice. */
const GRIP_WINDOW_TICKS: u16 = 12;

export function updateGrips(): void {
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const left = leftGripOf(p);
    const right = rightGripOf(p);
    updateGrip(left, p, body(leftSlot(i)), Button.GRIP_LEFT);
    updateGrip(right, p, body(rightSlot(i)), Button.GRIP_RIGHT);
    noteGrips(i, left.kind != GripKind.OPEN, right.kind != GripKind.OPEN);
  }
}

function updateGrip(grip: Grip, p: Player, hand: Body, button: Button): void {
  if ((p.buttons & button) == 0) grip.ticks = 0;
  else if (grip.ticks != u16.MAX_VALUE) grip.ticks++;
  if (grip.kind != GripKind.OPEN) {
    if (!keepsHold(grip, hand)) open(grip);
    return;
  }
  if (!isReaching(grip.ticks)) return;
  const load = nearestLoad(hand);
  if (load >= 0) takeLoad(grip, hand, body(load));
  else if (hand.touches != 0) holdOn(grip, hand);
}

function open(grip: Grip): void {
  grip.kind = <u8>GripKind.OPEN;
  grip.held = 0;
  grip.offset = f32x4.splat(0);
  grip.turn = f32x4.splat(0);
}

function takeLoad(grip: Grip, hand: Body, b: Body): void {
  grip.kind = <u8>GripKind.LOAD;
  grip.held = b.id;
  grip.offset = rotateInverse(hand.rotation, sub3(b.position, hand.position));
  grip.turn = mulQuat(conjugate(hand.rotation), b.rotation);
}

/** The surface nearest to the hand, if one is near enough. */
function holdOn(grip: Grip, hand: Body): void {
  const slot = nearestHold(hand);
  if (slot >= 0) {
    const b = body(slot);
    grip.kind = <u8>GripKind.HOLD;
    grip.held = b.id;
    grip.offset = rotateInverse(b.rotation, sub3(hand.position, b.position));
  } else if (terrainDistance(hand.position) < HAND_RADIUS_M + HOLD_DISTANCE_MAX_M) {
    grip.kind = <u8>GripKind.TERRAIN;
    grip.offset = hand.position;
  }
}

function keepsHold(grip: Grip, hand: Body): bool {
  if (grip.ticks == 0) return false;
  if (grip.kind == GripKind.TERRAIN) return isWithinSlip(grip.offset, hand.position, HOLD_SLIP_M);
  const slot = slotOf(grip.held);
  if (slot < 0) return false;
  const b = body(slot);
  if ((b.kind == BodyKind.DYNAMIC) != (grip.kind == GripKind.LOAD)) return false;
  if (grip.kind == GripKind.HOLD) {
    return isWithinSlip(
      add3(b.position, rotate(b.rotation, grip.offset)),
      hand.position,
      HOLD_SLIP_M,
    );
  }
  const wanted = add3(hand.position, rotate(hand.rotation, grip.offset));
  return isWithinSlip(b.position, wanted, GRAB_SLIP_M);
}

function isWithinSlip(place: v128, wanted: v128, slip: f32): bool {
  return length3(sub3(place, wanted)) <= slip;
}

/** True in the moment after a press in which a hand takes what it can. */
export function isReaching(ticks: u16): bool {
  return ticks > 0 && ticks <= GRIP_WINDOW_TICKS;
}

/** Slot of the nearest loose dynamic body in reach, or −1. */
function nearestLoad(hand: Body): i32 {
  const count = header().moverCount;
  let nearest: f32 = GRAB_DISTANCE_MAX_M + HAND_RADIUS_M;
  let found = -1;
  for (let slot = 0; slot < count; slot++) {
    const b = body(slot);
    if (b.kind != BodyKind.DYNAMIC || b.role != Role.LOOSE || b.sensor != 0) continue;
    const distance = surfaceDistance(b, hand.position);
    if (distance >= nearest) continue;
    nearest = distance;
    found = slot;
  }
  return found;
}

let holdSlot: i32 = -1;
let holdDistance: f32 = 0;

/** Slot of the nearest body that no hand moves and that this one touches, or −1. */
function nearestHold(hand: Body): i32 {
  holdSlot = -1;
  holdDistance = HOLD_DISTANCE_MAX_M + HAND_RADIUS_M;
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (body(slot).kind == BodyKind.KINEMATIC) considerHold(slot, hand);
  }
  refreshStaticGrid();
  const reach = f32x4.splat(holdDistance);
  const hits = gather(STATICS, sub3(hand.position, reach), add3(hand.position, reach), 0);
  for (let i = 0; i < hits; i++) considerHold(hit(i), hand);
  return holdSlot;
}

/** Of two at the same distance the one of the lower slot counts, in whatever order they come. */
function considerHold(slot: i32, hand: Body): void {
  if (body(slot).role != Role.LOOSE || body(slot).sensor != 0) return;
  const distance = surfaceDistance(body(slot), hand.position);
  if (distance > holdDistance || (distance == holdDistance && slot > holdSlot)) return;
  holdDistance = distance;
  holdSlot = slot;
}

/** Above the plane of the triangle under a place, m. */
function terrainDistance(place: v128): f32 {
  const ground = vec3(x3(place), findTriangle(x3(place), z3(place)), z3(place));
  return dot3(sub3(place, ground), foundNormal());
}
