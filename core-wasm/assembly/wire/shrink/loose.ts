import { Body, BodyKind, LAYER_DEFAULT, LAYERS_ALL } from '../../body/body';
import { y3 } from '../../math/vec3';
import { Flag, Float, Row } from './context';
import { codeMade } from './make';
import { codeFlag, codeFloat, codeNear, codeRaw, codeRound, codeWord } from './model';
import { groundUnder } from './player';
import { codeRotation } from './rotation';

/** What belongs to nobody: crates, balls, walls, awake, asleep or static. */

/** What sleeps did not move for so long at least. */
const STILL_TICKS: u32 = 30;
/** Friction to gravity scale are words, and so are the layers. */
const MATERIAL_WORDS: u32 = 6;
const MATERIAL: usize = memory.data(24, 16);

/** The first body of a chunk is expected to be of wood, others as the one before. */
export function beginLoose(): void {
  store<f32>(MATERIAL, 0.6);
  store<f32>(MATERIAL, 0, 4);
  store<f32>(MATERIAL, 0.02, 8);
  store<f32>(MATERIAL, 0.1, 12);
  store<f32>(MATERIAL, 1, 16);
  store<u32>(MATERIAL, ((<u32>LAYERS_ALL) << 16) | LAYER_DEFAULT, 20);
}

/** One body, of which the id is known. */
export function codeLoose(b: Body): void {
  b.touches = codeFlag(Flag.TOUCHES, b.touches != 0) ? <u8>codeRaw(8, b.touches) : 0;
  codeMade(b);
  codeMaterial(b);
  codeRest(b);
  codeRotation(changetype<usize>(b) + offsetof<Body>('rotation'), b.kind);
  codePlace(b);
  codeVelocity(b);
  codeFourths(changetype<usize>(b));
}

/** Address of a material's word: the owner lies between. */
function materialWord(b: Body, word: u32): usize {
  const at = changetype<usize>(b);
  if (word == MATERIAL_WORDS - 1) return at + offsetof<Body>('layer');
  return at + offsetof<Body>('friction') + ((<usize>word) << 2);
}

function codeMaterial(b: Body): void {
  let isDifferent: bool = false;
  for (let i: u32 = 0; i < MATERIAL_WORDS; i++) {
    isDifferent =
      isDifferent || load<u32>(materialWord(b, i)) != load<u32>(MATERIAL + ((<usize>i) << 2));
  }
  const isOther = codeFlag(Flag.MATERIAL, isDifferent);
  for (let i: u32 = 0; i < MATERIAL_WORDS; i++) {
    const known = MATERIAL + ((<usize>i) << 2);
    if (isOther) codeMaterialWord(i, materialWord(b, i), known);
    store<u32>(materialWord(b, i), load<u32>(known));
  }
}

function codeMaterialWord(word: u32, at: usize, known: usize): void {
  if (!codeFlag(Flag.MATERIAL_WORD + word, load<u32>(at) != load<u32>(known))) return;
  if (word == MATERIAL_WORDS - 1) {
    store<u32>(known, codeRaw(32, load<u32>(at)));
    return;
  }
  const value = codeRound(Flag.MATERIAL_ODD, Row.MATERIAL, Float.MATERIAL, load<f32>(at));
  store<f32>(known, value);
}

/** Whether it sleeps, and since when it hardly moved. */
function codeRest(b: Body): void {
  b.asleep = codeFlag(Flag.AWAKE, b.asleep == 0) ? 0 : 1;
  b.sensor = <u8>codeFlag(Flag.SENSOR, b.sensor != 0);
  const expected: u32 = b.asleep != 0 ? STILL_TICKS : 0;
  b.stillTicks = <u16>codeWord(Row.STILL + b.asleep, expected, b.stillTicks);
}

function codePlace(b: Body): void {
  const at = changetype<usize>(b) + offsetof<Body>('position');
  const flag = Flag.PLACE_ODD + min<u32>(b.kind, 2);
  if (b.kind == BodyKind.STATIC) {
    for (let i: usize = 0; i < 12; i += 4) {
      store<f32>(at + i, codeRound(flag, Row.PLACE, Float.PLACE, load<f32>(at + i)));
    }
    return;
  }
  const x = codeFloat(Float.PLACE, load<f32>(at));
  const z = codeFloat(Float.PLACE, load<f32>(at, 8));
  store<f32>(at, x);
  store<f32>(at, z, 8);
  const resting = groundUnder(x, z) + y3(b.size);
  store<f32>(at, codeNear(Row.HEIGHT_LOOSE, resting, load<f32>(at, 4)), 4);
}

function codeVelocity(b: Body): void {
  const at = changetype<usize>(b);
  const linear = at + offsetof<Body>('linearVelocity');
  const angular = at + offsetof<Body>('angularVelocity');
  if (codeFlag(Flag.MOVES + b.asleep, !isZero3(linear))) codeFloats(Float.SPEED, linear);
  if (codeFlag(Flag.TURNS + b.asleep, !isZero3(angular))) codeFloats(Float.SPIN, angular);
}

function isZero3(at: usize): bool {
  return load<u64>(at) == 0 && load<u32>(at, 8) == 0;
}

function codeFloats(row: u32, at: usize): void {
  for (let i: usize = 0; i < 12; i += 4) {
    store<f32>(at + i, codeFloat(row, load<f32>(at + i)));
  }
}

/** Lanes 3 of position, velocities and size are zero, but where a product made them −0. */
function codeFourths(at: usize): void {
  const bits = load<u32>(at, 12) | load<u32>(at, 44) | load<u32>(at, 60) | load<u32>(at, 76);
  if (!codeFlag(Flag.FOURTHS, bits != 0)) return;
  store<u32>(at, codeRaw(32, load<u32>(at, 12)), 12);
  for (let lane: usize = 44; lane <= 76; lane += 16) {
    store<u32>(at + lane, codeRaw(32, load<u32>(at + lane)));
  }
}

assert(offsetof<Body>('linearVelocity') == 32 && offsetof<Body>('size') == 64);
