import { BodyKind, body, Role, Shape } from '../body/body';
import { slotOf } from '../body/body-store';
import { applyImpulseAt } from '../body/impulse';
import { setMass } from '../body/mass';
import { isSize } from '../body/size';
import { setRestless, wakeAll, wakeAround } from '../island/wake-around';
import { FIELDS } from '../layout';
import {
  ANGULAR_SPEED_MAX_RPS,
  GRAVITY_MAX_MPS2,
  JETPACK_ENERGY_MAX_J,
  LINEAR_SPEED_MAX_MPS,
  REGION_HALF_M,
  WATER_NONE_M,
} from '../limits';
import { isUnitQuat, normalizeQuat } from '../math/quat';
import { clampLength3, isWithin3, zero3 } from '../math/vec3';
import { charge } from '../player/jetpack';
import { player, playerIndex } from '../player/player';
import { isDefined } from '../shape/definition';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { isInRegion } from '../world/region';
import { changeKind, despawn, spawnBody, spawnPlayer } from '../world/spawn';
import { readDefineCompound, readDefineHull, writeDefineCompound, writeDefineHull } from './define';
import { readAddJoint, readRemoveJoint } from './joint-command';
import { isOverrun, readF32, readU8, readU16, readU32, readVec3, WireFault } from './reader';
import { writeF32, writeU8, writeU16, writeU32 } from './writer';

/**
 * Commands: everything but inputs that changes the world from outside, stamped by their frame and
 * applied at its first tick, in order. Floats travel as they are: only the server makes commands.
 */
export const enum Command {
  SPAWN_BODY = 1,
  SPAWN_PLAYER = 2,
  DESPAWN = 3,
  IMPULSE = 4,
  SET_KIND = 5,
  ADD_JOINT = 6,
  REMOVE_JOINT = 7,
  SET_RESTLESS = 16,
  SET_REGION = 17,
  CHARGE = 18,
  DEFINE_HULL = 24,
  DEFINE_COMPOUND = 25,
}

const SPEED_MAX_MPS: f32 = 200.0;
const DAMPING_MAX_HZ: f32 = 1000.0;
const GRAVITY_SCALE_MAX: f32 = 100.0;

function isDamping(value: f32): bool {
  return value >= 0 && value <= DAMPING_MAX_HZ;
}

/** Reads one command and checks it; with `apply` also carries it out. */
export function readCommand(apply: bool): WireFault {
  const kind = <i32>readU8();
  if (kind == Command.SPAWN_BODY) return readSpawnBody(apply);
  if (kind == Command.SPAWN_PLAYER) return readSpawnPlayer(apply);
  if (kind == Command.DESPAWN) return readDespawn(apply);
  if (kind == Command.IMPULSE) return readImpulse(apply);
  if (kind == Command.SET_KIND) return readSetKind(apply);
  if (kind == Command.SET_RESTLESS) return readSetRestless(apply);
  if (kind == Command.DEFINE_HULL) return readDefineHull(apply);
  if (kind == Command.DEFINE_COMPOUND) return readDefineCompound(apply);
  if (kind == Command.ADD_JOINT) return readAddJoint(apply);
  if (kind == Command.REMOVE_JOINT) return readRemoveJoint(apply);
  if (kind == Command.SET_REGION) return readSetRegion(apply);
  if (kind == Command.CHARGE) return readCharge(apply);
  return isOverrun() ? WireFault.TRUNCATED : WireFault.UNKNOWN_KIND;
}

function readSpawnBody(apply: bool): WireFault {
  const id = readU32();
  const kind = <i32>readU8();
  const shape = <i32>readU8();
  const definition = shape > Shape.BOX ? <i32>readU16() : 0;
  const size = shape > Shape.BOX ? zero3() : readVec3();
  const position = readVec3();
  const rotation = f32x4.replace_lane(readVec3(), 3, readF32());
  const linear = readVec3();
  const angular = readVec3();
  const density = readF32();
  const friction = readF32();
  const restitution = readF32();
  const linearDamping = readF32();
  const angularDamping = readF32();
  const gravityScale = readF32();
  const layer = readU16();
  const mask = readU16();
  const sensor = readU8();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (sensor > 1) return WireFault.OUT_OF_RANGE;
  if (kind > BodyKind.STATIC || shape > Shape.COMPOUND) return WireFault.OUT_OF_RANGE;
  if (!isInRegion(position) || !isSize(shape, size)) return WireFault.OUT_OF_RANGE;
  if (!isWithin3(linear, SPEED_MAX_MPS) || !isWithin3(angular, SPEED_MAX_MPS))
    return WireFault.OUT_OF_RANGE;
  if (!isUnitQuat(rotation)) return WireFault.OUT_OF_RANGE;
  if (!(density >= 1 && density <= 30000)) return WireFault.OUT_OF_RANGE;
  if (!(friction >= 0 && friction <= 4 && restitution >= 0 && restitution <= 1)) {
    return WireFault.OUT_OF_RANGE;
  }
  if (!isDamping(linearDamping) || !isDamping(angularDamping)) return WireFault.OUT_OF_RANGE;
  if (!(Mathf.abs(gravityScale) <= GRAVITY_SCALE_MAX)) return WireFault.OUT_OF_RANGE;
  if (!apply) return WireFault.NONE;
  if (shape > Shape.BOX && !isDefined(definition, shape)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return WireFault.NONE;
  }
  const made = spawnBody(id, kind);
  if (made == null) return WireFault.NONE;
  made.shape = <u8>shape;
  made.role = <u8>Role.LOOSE;
  made.size = size;
  made.definition = <u16>definition;
  made.position = position;
  made.rotation = normalizeQuat(rotation);
  if (kind != BodyKind.STATIC) {
    made.linearVelocity = clampLength3(linear, LINEAR_SPEED_MAX_MPS);
    made.angularVelocity = clampLength3(angular, ANGULAR_SPEED_MAX_RPS);
  }
  made.friction = friction;
  made.restitution = restitution;
  made.linearDamping = linearDamping;
  made.angularDamping = angularDamping;
  made.gravityScale = gravityScale;
  made.layer = <u16>layer;
  made.mask = <u16>mask;
  made.sensor = <u8>sensor;
  setMass(made, density);
  if (kind == BodyKind.STATIC) wakeAround(slotOf(id));
  return WireFault.NONE;
}

function readSpawnPlayer(apply: bool): WireFault {
  const id = readU32();
  const left = readU32();
  const right = readU32();
  const account = readU32();
  const foot = readVec3();
  const yaw = readU16();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!isWithin3(foot, REGION_HALF_M)) return WireFault.OUT_OF_RANGE;
  if (apply) spawnPlayer(id, left, right, account, foot, <u16>yaw);
  return WireFault.NONE;
}

function readDespawn(apply: bool): WireFault {
  const id = readU32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (apply) despawn(id);
  return WireFault.NONE;
}

function readImpulse(apply: bool): WireFault {
  const id = readU32();
  const impulse = readVec3();
  const place = readVec3();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!isWithin3(impulse, 1e6) || !isWithin3(place, 4.0 * REGION_HALF_M))
    return WireFault.OUT_OF_RANGE;
  if (!apply) return WireFault.NONE;
  const slot = slotOf(id);
  if (slot < 0 || body(slot).kind != BodyKind.DYNAMIC) raiseFault(StepFault.COMMAND_SKIPPED);
  else applyImpulseAt(body(slot), impulse, place);
  return WireFault.NONE;
}

/** Loose bodies only: a player or hand keeps its kind. A body made dynamic gets stone's density. */
function readSetKind(apply: bool): WireFault {
  const id = readU32();
  const kind = <i32>readU8();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (kind > BodyKind.STATIC) return WireFault.OUT_OF_RANGE;
  if (!apply) return WireFault.NONE;
  const slot = slotOf(id);
  if (slot < 0 || body(slot).role != Role.LOOSE) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return WireFault.NONE;
  }
  changeKind(slot, kind);
  return WireFault.NONE;
}

function readSetRestless(apply: bool): WireFault {
  const restless = readU32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (restless > 1) return WireFault.OUT_OF_RANGE;
  if (apply) setRestless(restless == 1);
  return WireFault.NONE;
}

/** Gravity in m/s², and how high the water stands against it. */
function readSetRegion(apply: bool): WireFault {
  const pull = readVec3();
  const level = readF32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!isWithin3(pull, GRAVITY_MAX_MPS2)) return WireFault.OUT_OF_RANGE;
  if (!(Mathf.abs(level) <= -WATER_NONE_M)) return WireFault.OUT_OF_RANGE;
  if (apply) {
    header().gravity = pull;
    header().waterLevel = level;
    wakeAll();
  }
  return WireFault.NONE;
}

/** Energy for a player's jetpack, J; negative takes some. */
function readCharge(apply: bool): WireFault {
  const id = readU32();
  const energy = readF32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!(Mathf.abs(energy) <= JETPACK_ENERGY_MAX_J)) return WireFault.OUT_OF_RANGE;
  if (!apply) return WireFault.NONE;
  const index = playerIndex(id);
  if (index < 0) raiseFault(StepFault.COMMAND_SKIPPED);
  else charge(player(index), energy);
  return WireFault.NONE;
}

// Host side: FIELDS holds the command's scalars as 32-bit words in wire order, from word 0. A spawn
// has its definition in the first word of the size.

function word(index: i32): u32 {
  return load<u32>(FIELDS + ((<usize>index) << 2));
}

function writeFloats(first: i32, count: i32): void {
  for (let i = 0; i < count; i++) writeF32(reinterpret<f32>(word(first + i)));
}

/** Writes the command that stands in FIELDS at the writer's cursor. */
export function writeCommand(kind: Command): void {
  writeU8(kind);
  if (kind == Command.DEFINE_HULL) {
    writeDefineHull();
    return;
  }
  if (kind == Command.DEFINE_COMPOUND) {
    writeDefineCompound();
    return;
  }
  writeU32(word(0));
  if (kind == Command.SPAWN_BODY) {
    writeU8(word(1));
    writeU8(word(2));
    if (<i32>word(2) > Shape.BOX) writeU16(word(3));
    else writeFloats(3, 3);
    writeFloats(6, 19);
    writeU16(word(25));
    writeU16(word(26));
    writeU8(word(27));
  } else if (kind == Command.SPAWN_PLAYER) {
    writeU32(word(1));
    writeU32(word(2));
    writeU32(word(3));
    writeFloats(4, 3);
    writeU16(word(7));
  } else if (kind == Command.IMPULSE) {
    writeFloats(1, 6);
  } else if (kind == Command.SET_KIND) {
    writeU8(word(1));
  } else if (kind == Command.SET_REGION) {
    writeFloats(1, 3);
  } else if (kind == Command.CHARGE) {
    writeFloats(1, 1);
  } else if (kind == Command.ADD_JOINT) {
    writeU8(word(1));
    writeU8(word(2));
    writeU32(word(3));
    writeU32(word(4));
    writeFloats(5, 21);
  }
}
