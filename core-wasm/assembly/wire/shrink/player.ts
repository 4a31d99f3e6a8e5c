import { Body } from '../../body/body';
import {
  JETPACK_ENERGY_MAX_J,
  PLAYER_HALF_HEIGHT_M,
  PLAYER_SPRINT_MPS,
  PLAYER_WALK_MPS,
  TICK_DT,
} from '../../limits';
import { rotate, yawQuat } from '../../math/quat';
import { clampLength3, dot3, normalizeOr3, scale3, vec3, x3, y3, z3 } from '../../math/vec3';
import { GRIP_BYTES, Grip } from '../../player/grip-record';
import { Button, leftGripOf, Player, rightGripOf } from '../../player/player';
import { terrainHeight, terrainNormal } from '../../terrain/heightfield';
import { isDecoding } from '../pack/coder';
import { Flag, Float, Row, Tree } from './context';
import { codeFixed } from './fixed';
import { codeHands } from './hands';
import { codeChoice, codeFlag, codeFloat, codeNear, codeRaw, codeSmall, codeWord } from './model';
import { codePoses } from './poses';
import { codeReference } from './roster';

/**
 * One player: his record, his body, his hands. What he is asked to do says how fast he goes, where
 * he is says what he stands on, where his hands are to be says where they are; so what is left to
 * be said is where he is, what he is asked, and rounding.
 */

/** The records' ids are known, and `place` is the body's in the roster. */
export function codePlayer(p: Player, b: Body, left: Body, right: Body, place: i32): void {
  p.account = codeWord(Row.ACCOUNT, 0, p.account);
  codeIntent(p);
  codePoses(p);
  codeGround(p, place);
  codeGrip(leftGripOf(p), 0, place);
  codeGrip(rightGripOf(p), 1, place);
  codeFixed(changetype<usize>(b), 0, isDecoding());
  codeFixed(changetype<usize>(left), 1, isDecoding());
  codeFixed(changetype<usize>(right), 2, isDecoding());
  b.owner = p.id;
  left.owner = p.id;
  right.owner = p.id;
  codeStill(b, Row.STILL + 2);
  codeStill(left, Row.STILL + 3);
  codeStill(right, Row.STILL + 3);
  codePlace(p, b);
  codeSpeed(p, b);
  codeSurface(p, b);
  codeHands(p, b, left, right);
}

function codeIntent(p: Player): void {
  p.moveX = <i8>codeSmall(Row.MOVE_X, p.moveX);
  p.moveZ = <i8>codeSmall(Row.MOVE_Z, p.moveZ);
  p.yaw = <u16>codeRaw(16, p.yaw);
  p.pitch = <i16>codeSmall(Row.PITCH, p.pitch);
  p.buttons = <u16>codeWord(Row.BUTTONS, 0, p.buttons);
  p.buttonsBefore = <u16>codeWord(Row.BUTTONS_BEFORE, p.buttons, p.buttonsBefore);
}

function codeGround(p: Player, place: i32): void {
  p.grounded = <u16>codeFlag(Flag.IS_GROUNDED, p.grounded != 0);
  const has = codeFlag(Flag.HAS_GROUND_ENTITY + p.grounded, p.groundEntity != 0);
  p.groundEntity = has ? codeReference(place, p.groundEntity) : 0;
  p.energy = codeNear(Row.ENERGY, JETPACK_ENERGY_MAX_J, p.energy);
  p.submersion = codeFlag(Flag.IS_WET, reinterpret<u32>(p.submersion) != 0)
    ? codeFloat(Float.WORD, p.submersion)
    : 0;
}

/** All but the ticks are mostly zero. */
function codeGrip(grip: Grip, side: u32, place: i32): void {
  const at = changetype<usize>(grip);
  grip.ticks = <u16>codeWord(Row.GRIP_TICKS, 0, grip.ticks);
  let isFilled = grip.held != 0 || grip.kind != 0;
  for (let i: usize = 16; i < GRIP_BYTES; i += 4) isFilled = isFilled || load<u32>(at + i) != 0;
  if (!codeFlag(Flag.GRIP_FILLED + side, isFilled)) return;
  grip.kind = <u8>codeChoice(Tree.GRIP_KIND, 2, grip.kind);
  grip.held = codeFlag(Flag.GRIP_HELD, grip.held != 0) ? codeReference(place, grip.held) : 0;
  for (let i: usize = 16; i < GRIP_BYTES; i += 4) {
    store<f32>(at + i, codeFloat(Float.GRIP, load<f32>(at + i)));
  }
}

function codeStill(b: Body, row: u32): void {
  b.stillTicks = <u16>codeWord(row, 0, b.stillTicks);
}

/** On the ground the terrain says how high he is, nearly. */
function codePlace(p: Player, b: Body): void {
  const x = codeFloat(Float.PLACE, x3(b.position));
  const z = codeFloat(Float.PLACE, z3(b.position));
  const expected = groundUnder(x, z) + PLAYER_HALF_HEIGHT_M;
  const row = p.grounded != 0 && p.groundEntity == 0 ? Row.HEIGHT_GROUNDED : Row.HEIGHT_FALLING;
  const y = codeNear(row, expected, y3(b.position));
  setFirst3(changetype<usize>(b) + offsetof<Body>('position'), x, y, z);
}

/** Lane 3 stays. */
export function setFirst3(at: usize, x: f32, y: f32, z: f32): void {
  store<f32>(at, x);
  store<f32>(at, y, 4);
  store<f32>(at, z, 8);
}

/** Far more than a region; what forged bytes say must not become an index. */
const FIELD_MAX_M: f32 = 4000.0;

function isOnField(x: f32, z: f32): bool {
  return Mathf.abs(x) < FIELD_MAX_M && Mathf.abs(z) < FIELD_MAX_M;
}

export function groundUnder(x: f32, z: f32): f32 {
  return isOnField(x, z) ? terrainHeight(x, z) : 0;
}

/** Who walks has the speed that he is asked for. */
function codeSpeed(p: Player, b: Body): void {
  const at = changetype<usize>(b) + offsetof<Body>('linearVelocity');
  if (p.grounded == 0) {
    for (let i: usize = 0; i < 12; i += 4) {
      store<f32>(at + i, codeFloat(Float.SPEED, load<f32>(at + i)));
    }
    return;
  }
  const normal = f32x4.replace_lane(terrainNormalAt(b, 0), 3, 0);
  const wish = wishOf(p);
  const slope = dot3(normalizeOr3(wish, f32x4.splat(0)), normal) / y3(normal);
  const level = scale3(wish, 1.0 / Mathf.sqrt(1.0 + slope * slope));
  const x = codeNear(Row.SPEED_LEVEL, x3(level), load<f32>(at));
  const z = codeNear(Row.SPEED_LEVEL, z3(level), load<f32>(at, 8));
  const rise = -(x * x3(normal) + z * z3(normal)) / y3(normal);
  const y = codeNear(Row.SPEED_UP, rise, load<f32>(at, 4));
  setFirst3(at, x, y, z);
}

/** Of `player/drive.ts`, where up is +y. */
function wishOf(p: Player): v128 {
  const stick = clampLength3(vec3(<f32>p.moveX / 127.0, 0, -(<f32>p.moveZ) / 127.0), 1.0);
  const speed: f32 = (p.buttons & Button.SPRINT) != 0 ? PLAYER_SPRINT_MPS : PLAYER_WALK_MPS;
  return scale3(rotate(yawQuat(p.yaw), stick), speed);
}

/** Of the triangle under where the body was `ticks` ago. */
function terrainNormalAt(b: Body, ticks: f32): v128 {
  const x = x3(b.position) - x3(b.linearVelocity) * ticks * TICK_DT;
  const z = z3(b.position) - z3(b.linearVelocity) * ticks * TICK_DT;
  return isOnField(x, z) ? terrainNormal(x, z) : vec3(0, 1, 0);
}

const enum Normal {
  /** Of the terrain here, or zero for who stands on nothing. */
  HERE = 0,
  BEFORE = 1,
  UP = 2,
  OTHER = 3,
}

function normalOf(choice: i32, p: Player, b: Body): v128 {
  if (choice == Normal.UP) return vec3(0, 1, 0);
  if (choice == Normal.BEFORE) return terrainNormalAt(b, 1);
  return p.grounded == 0 ? f32x4.splat(0) : terrainNormalAt(b, 0);
}

/** What he stands on, and how far above it. */
function codeSurface(p: Player, b: Body): void {
  let choice: i32 = Normal.HERE;
  if (!isDecoding()) {
    while (choice < Normal.OTHER && !isSame(p.groundNormal, normalOf(choice, p, b))) choice++;
  }
  choice = <i32>codeChoice(Tree.NORMAL, 2, choice);
  const at = changetype<usize>(p) + offsetof<Player>('groundNormal');
  if (choice != Normal.OTHER) p.groundNormal = normalOf(choice, p, b);
  else for (let i: usize = 0; i < 16; i += 4) codeFloatAt(Float.TURN, at + i);
  const ground = groundUnder(x3(b.position), z3(b.position));
  const above = p.groundEntity == 0 ? y3(b.position) - PLAYER_HALF_HEIGHT_M - ground : 0;
  p.groundGap = codeNear(Row.GAP, p.grounded == 0 ? 0 : above, p.groundGap);
}

function codeFloatAt(row: u32, at: usize): void {
  store<f32>(at, codeFloat(row, load<f32>(at)));
}

function isSame(a: v128, b: v128): bool {
  return i32x4.all_true(i32x4.eq(a, b));
}
