import { Body, BodyKind, LAYER_DEFAULT, LAYERS_ALL, Role, Shape } from '../../body/body';
import { BODY_BYTES } from '../../layout';
import { HAND_RADIUS_M, PLAYER_HALF_LENGTH_M, PLAYER_MASS_KG, PLAYER_RADIUS_M } from '../../limits';
import { Flag, Row } from './context';
import { codeFlag, codeWord } from './model';

/**
 * What is the same in all bodies of players, and in all hands: one decision says so of the whole
 * record. What differs from body to body is left out by a mask, and coded by who knows it.
 */

const TEMPLATES: usize = memory.data(3 * BODY_BYTES, 16);
const MASKS: usize = memory.data(3 * BODY_BYTES, 16);
let made: bool = false;

/** `role`: 0 a player, 1 and 2 his hands. */
function template(role: u32): usize {
  return TEMPLATES + <usize>role * BODY_BYTES;
}

function mask(role: u32): usize {
  return MASKS + <usize>role * BODY_BYTES;
}

/** The same as a spawn makes; a test holds them together. */
export function makeTemplates(): void {
  if (made) return;
  made = true;
  for (let role: u32 = 0; role < 3; role++) {
    const b = changetype<Body>(template(role));
    b.layer = LAYER_DEFAULT;
    b.mask = LAYERS_ALL;
    b.role = <u8>(Role.PLAYER + role);
    if (role == 0) shapePlayer(b);
    else shapeHand(b);
    maskBody(changetype<Body>(mask(role)), role != 0);
  }
}

function shapePlayer(b: Body): void {
  b.shape = <u8>Shape.CAPSULE;
  b.size = f32x4.replace_lane(f32x4.splat(0), 0, PLAYER_RADIUS_M);
  b.size = f32x4.replace_lane(b.size, 1, PLAYER_HALF_LENGTH_M);
  b.inverseMass = f32x4.replace_lane(f32x4.splat(0), 3, 1.0 / PLAYER_MASS_KG);
  b.gravityScale = 1;
  // What `uprightQuat` gives where up is +y.
  b.rotation = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(0), 0, <f32>-0.0), 3, 1);
}

function shapeHand(b: Body): void {
  b.kind = <u8>BodyKind.KINEMATIC;
  b.shape = <u8>Shape.SPHERE;
  b.size = f32x4.replace_lane(f32x4.splat(0), 0, HAND_RADIUS_M);
  b.friction = 0.8;
  b.touches = 1;
}

/** Bits that belong to the template. */
function maskBody(b: Body, isHand: bool): void {
  memory.fill(changetype<usize>(b), 0xff, BODY_BYTES);
  const fourth = i32x4.replace_lane(i32x4.splat(0), 3, -1);
  b.position = fourth;
  b.linearVelocity = fourth;
  if (isHand) {
    b.rotation = i32x4.splat(0);
    b.angularVelocity = fourth;
  }
  b.id = 0;
  b.owner = 0;
  b.stillTicks = 0;
}

function quad(record: usize, at: usize, role: u32): v128 {
  return v128.and(v128.load(record + at), v128.load(mask(role) + at));
}

function isAsTemplate(record: usize, at: usize, role: u32): bool {
  return i32x4.all_true(i32x4.eq(quad(record, at, role), v128.load(template(role) + at)));
}

/**
 * Codes all that the mask has; decoding, the rest but the id becomes zero. What is not as in the
 * template goes sixteen bytes at a time, then word by word.
 */
export function codeFixed(record: usize, role: u32, decoding: bool): void {
  let isOther: bool = false;
  if (!decoding) {
    for (let at: usize = 0; at < <usize>BODY_BYTES; at += 16) {
      isOther = isOther || !isAsTemplate(record, at, role);
    }
  }
  const isOdd = codeFlag(Flag.FIXED + role, isOther);
  if (decoding) {
    const id = changetype<Body>(record).id;
    memory.copy(record, template(role), BODY_BYTES);
    changetype<Body>(record).id = id;
  }
  if (!isOdd) return;
  for (let at: usize = 0; at < <usize>BODY_BYTES; at += 16) {
    if (!codeFlag(Flag.FIXED_QUAD + <u32>(at >>> 4), !isAsTemplate(record, at, role))) continue;
    for (let i: usize = 0; i < 16; i += 4) codeMasked(record + at + i, at + i, role);
  }
}

function codeMasked(at: usize, place: usize, role: u32): void {
  const bits = load<u32>(mask(role) + place);
  if (bits == 0) return;
  const value = load<u32>(at);
  const found = codeWord(Row.WORD, load<u32>(template(role) + place), value & bits);
  store<u32>(at, (found & bits) | (value & ~bits));
}
