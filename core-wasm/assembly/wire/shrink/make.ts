import { Body, BodyKind, Shape } from '../../body/body';
import { inertiaOf } from '../../body/mass';
import { w3 } from '../../math/vec3';
import { Flag, Float, Row, Tree } from './context';
import {
  codeChoice,
  codeFlag,
  codeFloat,
  codeSmall,
  codeWord,
  roundOf,
  thousandthsOf,
} from './model';

/** How a loose body was made: sizes that somebody wrote down, a mass that follows from them. */

let definitionBefore: u32 = 0;

export function beginMade(): void {
  definitionBefore = 0;
}

export function codeMade(b: Body): void {
  b.kind = <u8>codeChoice(Tree.KIND, 2, b.kind);
  b.shape = <u8>codeChoice(Tree.SHAPE, 3, b.shape);
  if (<i32>b.shape > Shape.BOX) {
    b.definition = <u16>codeWord(Row.DEFINITION, definitionBefore, b.definition);
    definitionBefore = b.definition;
  }
  codeSize(b);
  codeMass(b);
}

const enum Side {
  /** As the one before. */
  SAME = 0,
  ZERO = 1,
  ROUND = 2,
  ODD = 3,
}

function codeSize(b: Body): void {
  const at = changetype<usize>(b) + offsetof<Body>('size');
  let before: f32 = 0;
  for (let axis: u32 = 0; axis < 3; axis++) {
    const tree = Tree.SIDE + ((<u32>b.shape & 7) * 3 + axis) * 4;
    const place = at + ((<usize>axis) << 2);
    before = codeSide(tree, before, load<f32>(place));
    store<f32>(place, before);
  }
}

function codeSide(tree: u32, before: f32, value: f32): f32 {
  const choice = codeChoice(tree, 2, sideOf(before, value));
  if (choice == Side.SAME) return before;
  if (choice == Side.ZERO) return 0;
  if (choice == Side.ODD) return codeFloat(Float.SIZE, value);
  return roundOf(codeSmall(Row.SIZE, thousandthsOf(value)));
}

function sideOf(before: f32, value: f32): Side {
  const bits = reinterpret<u32>(value);
  if (bits == 0) return Side.ZERO;
  if (bits == reinterpret<u32>(before)) return Side.SAME;
  return bits == reinterpret<u32>(roundOf(thousandthsOf(value))) ? Side.ROUND : Side.ODD;
}

/** Of a density in kg/m³ without a fraction, unless it looks like a definition. */
function codeMass(b: Body): void {
  const at = changetype<usize>(b) + offsetof<Body>('inverseMass');
  const density = densityOf(b);
  const isOdd = density == 0 || !isSame(b.inverseMass, inverseMassOf(b, density));
  if (!codeFlag(Flag.DENSITY_ODD, isOdd)) {
    b.inverseMass = inverseMassOf(b, codeSmall(Row.DENSITY, density));
    return;
  }
  for (let i: usize = 0; i < 16; i += 4) {
    store<f32>(at + i, codeFloat(Float.MASS, load<f32>(at + i)));
  }
}

function inverseMassOf(b: Body, density: i32): v128 {
  if (b.kind != BodyKind.DYNAMIC) return f32x4.splat(0);
  const inertia = inertiaOf(min<i32>(b.shape, Shape.BOX), b.size, 0, <f32>density);
  return f32x4.div(f32x4.splat(1), inertia);
}

/** 1 for what has no mass, 0 for what has no density that is known here. */
function densityOf(b: Body): i32 {
  if (b.kind != BodyKind.DYNAMIC) return 1;
  if (<i32>b.shape > Shape.BOX) return 0;
  const volume = w3(inertiaOf(b.shape, b.size, 0, 1));
  const density: f32 = 1.0 / (w3(b.inverseMass) * volume);
  return i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.splat(density))), 0);
}

function isSame(a: v128, b: v128): bool {
  return i32x4.all_true(i32x4.eq(a, b));
}
