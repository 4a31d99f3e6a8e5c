import {
  Body,
  BodyKind,
  body,
  entityIndex,
  LAYER_DEFAULT,
  LAYERS_ALL,
  Role,
  Shape,
} from '../body/body';
import { canInsert, hasRoom, insertBody, removeBody, slotOf } from '../body/body-store';
import { setMass } from '../body/mass';
import { wakeAround } from '../island/wake-around';
import { calmJointsOf, dropJointsOf } from '../joint/joint-store';
import { BODY_BYTES, PLAYER_BYTES } from '../layout';
import {
  HAND_RADIUS_M,
  PLAYER_CAPACITY,
  PLAYER_HALF_HEIGHT_M,
  PLAYER_HALF_LENGTH_M,
  PLAYER_MASS_KG,
  PLAYER_RADIUS_M,
} from '../limits';
import { identityQuat } from '../math/quat';
import { vec3 } from '../math/vec3';
import { packRotation, partOf } from '../player/part';
import { Player, player, playerIndex, playerLowerBound } from '../player/player';
import { terrainHeight } from '../terrain/heightfield';
import { raiseFault, StepFault } from './fault';
import { header } from './header';

/** A fresh body, or null with a fault raised when the id is taken or the world is full. */
export function spawnBody(id: u32, kind: BodyKind): Body | null {
  if (!canInsert(id)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return null;
  }
  if (!hasRoom(kind, 1)) {
    raiseFault(kind == BodyKind.STATIC ? StepFault.STATICS_FULL : StepFault.BODIES_FULL);
    return null;
  }
  const made = insertBody(id, kind);
  made.layer = LAYER_DEFAULT;
  made.mask = LAYERS_ALL;
  return made;
}

/** A player is three bodies and a record: all of them or nothing. */
export function spawnPlayer(
  id: u32,
  left: u32,
  right: u32,
  account: u32,
  foot: v128,
  yaw: u16,
): void {
  const h = header();
  if (!canInsert(id) || !canInsert(left) || !canInsert(right) || !areDistinct(id, left, right)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  if (!hasRoom(BodyKind.DYNAMIC, 3)) {
    raiseFault(StepFault.BODIES_FULL);
    return;
  }
  if (h.playerCount == PLAYER_CAPACITY) {
    raiseFault(StepFault.PLAYERS_FULL);
    return;
  }
  const ground = terrainHeight(f32x4.extract_lane(foot, 0), f32x4.extract_lane(foot, 2)) + 0.02;
  const y = max<f32>(f32x4.extract_lane(foot, 1), ground) + PLAYER_HALF_HEIGHT_M;
  const centre = f32x4.replace_lane(foot, 1, y);
  shapePlayer(insertBody(id, BodyKind.DYNAMIC), centre);
  shapeHand(insertBody(left, BodyKind.KINEMATIC), centre, Role.HAND_LEFT, id);
  shapeHand(insertBody(right, BodyKind.KINEMATIC), centre, Role.HAND_RIGHT, id);
  const p = insertPlayer(id);
  p.account = account;
  p.leftHand = left;
  p.rightHand = right;
  p.yaw = yaw;
  setRestPose(p);
}

function areDistinct(a: u32, b: u32, c: u32): bool {
  return (
    entityIndex(a) != entityIndex(b) &&
    entityIndex(a) != entityIndex(c) &&
    entityIndex(b) != entityIndex(c)
  );
}

/** An upright capsule that never turns: its inverse inertia stays zero. */
function shapePlayer(b: Body, centre: v128): void {
  b.shape = <u8>Shape.CAPSULE;
  b.role = <u8>Role.PLAYER;
  b.owner = b.id;
  b.position = centre;
  b.rotation = identityQuat();
  b.size = vec3(PLAYER_RADIUS_M, PLAYER_HALF_LENGTH_M, 0);
  b.inverseMass = f32x4.replace_lane(f32x4.splat(0), 3, 1.0 / PLAYER_MASS_KG);
  b.gravityScale = 1;
  b.layer = LAYER_DEFAULT;
  b.mask = LAYERS_ALL;
}

function shapeHand(b: Body, centre: v128, role: Role, owner: u32): void {
  b.shape = <u8>Shape.SPHERE;
  b.role = <u8>role;
  b.owner = owner;
  b.position = centre;
  b.rotation = identityQuat();
  b.size = vec3(HAND_RADIUS_M, 0, 0);
  b.friction = 0.8;
  b.layer = LAYER_DEFAULT;
  b.mask = LAYERS_ALL;
}

function insertPlayer(id: u32): Player {
  const h = header();
  const at = playerLowerBound(entityIndex(id));
  const address = changetype<usize>(player(at));
  memory.copy(address + PLAYER_BYTES, address, <usize>(h.playerCount - at) * PLAYER_BYTES);
  memory.fill(address, 0, PLAYER_BYTES);
  h.playerCount++;
  const made = player(at);
  made.id = id;
  return made;
}

/** Head at eye height, hands before the hips. */
function setRestPose(p: Player): void {
  const ahead = packRotation(identityQuat());
  p.headTo = partOf(0, 1650, 0, ahead);
  p.leftTo = partOf(-220, 1050, -320, ahead);
  p.rightTo = partOf(220, 1050, -320, ahead);
  p.headFrom = p.headTo;
  p.leftFrom = p.leftTo;
  p.rightFrom = p.rightTo;
}

/** Density of what a command makes dynamic: it was built, of stone. */
const BUILT_DENSITY_KGPM3: f32 = 500.0;

/** Makes a loose body another kind, at rest and without its contacts; its joints stay. */
export function changeKind(slot: i32, kind: BodyKind): void {
  const id = body(slot).id;
  if (body(slot).kind != kind && !hasRoom(kind, 1)) {
    raiseFault(kind == BodyKind.STATIC ? StepFault.STATICS_FULL : StepFault.BODIES_FULL);
    return;
  }
  memory.copy(RECORD, changetype<usize>(body(slot)), BODY_BYTES);
  removeBody(slot);
  const b = insertBody(id, kind);
  memory.copy(changetype<usize>(b), RECORD, BODY_BYTES);
  b.kind = <u8>kind;
  b.linearVelocity = f32x4.splat(0);
  b.angularVelocity = f32x4.splat(0);
  b.asleep = 0;
  b.stillTicks = 0;
  setMass(b, BUILT_DENSITY_KGPM3);
  if (kind == BodyKind.STATIC) wakeAround(slotOf(id));
  calmJointsOf(id);
}

/** A body between two arrays. */
const RECORD: usize = memory.data(BODY_BYTES, 16);

/** Removes a body, or a player with hands and record. A hand goes with its player only. */
export function despawn(id: u32): void {
  const slot = slotOf(id);
  if (slot < 0 || (body(slot).owner != 0 && body(slot).role != Role.PLAYER)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  const at = playerIndex(id);
  if (at >= 0) removePlayer(at);
  dropJointsOf(id);
  removeBody(slotOf(id));
}

function removePlayer(at: i32): void {
  const h = header();
  const p = player(at);
  removeBody(slotOf(p.leftHand));
  removeBody(slotOf(p.rightHand));
  const address = changetype<usize>(p);
  memory.copy(address, address + PLAYER_BYTES, <usize>(h.playerCount - at - 1) * PLAYER_BYTES);
  h.playerCount--;
  memory.fill(changetype<usize>(player(h.playerCount)), 0, PLAYER_BYTES);
}
