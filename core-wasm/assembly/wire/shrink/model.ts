import { decideBy, decideEven, isTracing, trace } from '../pack/coder';
import { FLOAT_ROW, FLOATS, ROW, ROWS, TREES } from './context';
import { ODDS } from './prior';

/**
 * Values under the trained prior. As in `wire/pack`, one walk through the records serves both ways:
 * each function takes the value that is there with what is known of it, and gives back the value
 * that is coded, which is the same when encoding.
 */

/** One decision that is expected to be false. */
export function codeFlag(context: u32, bit: bool): bool {
  if (isTracing()) trace((context << 1) | u32(bit));
  return decideBy(<u32>load<u16>(ODDS + ((<usize>context) << 1)), bit);
}

/** `count` bits, 0 … 32, that nothing is known of. */
export function codeRaw(count: i32, value: u32): u32 {
  if (count <= 16) return decideEven(count, value & ((1 << count) - 1));
  const high = decideEven(count - 16, value >>> 16);
  return (high << 16) | decideEven(16, value & 0xffff);
}

/** A number of `bits` bits by its own tree, whose first place of 2^bits is `first`. */
function codeByTree(first: u32, bits: i32, value: u32): u32 {
  let node: u32 = 1;
  for (let i = bits - 1; i >= 0; i--) {
    node = (node << 1) | u32(codeFlag(first + node, ((value >>> i) & 1) != 0));
  }
  return node - (1 << bits);
}

export function codeChoice(tree: u32, bits: i32, value: u32): u32 {
  return codeByTree(TREES + tree, bits, value);
}

/** A whole number that is expected to be 0, and else rather near to it than far. */
export function codeSmall(row: u32, value: i32): i32 {
  const first = ROWS + row * ROW;
  // Positive and negative in turn: the sign is the lowest bit.
  const folded = <u32>((value << 1) ^ (value >> 31));
  if (!codeFlag(first, folded != 0)) return 0;
  const length = <i32>codeByTree(first, LENGTH_BITS, 31 - clz(folded | 1));
  const found = ((<u32>1) << length) | codeRaw(length, folded & (((<u32>1) << length) - 1));
  return <i32>(found >>> 1) ^ -(<i32>(found & 1));
}

/** Log of the number of lengths, 0 … 31, below the highest bit. */
const LENGTH_BITS: i32 = 5;

/** All 32 bits against those that are expected. */
export function codeWord(row: u32, expected: u32, value: u32): u32 {
  return expected + <u32>codeSmall(row, <i32>(value - expected));
}

/** Floats as whole numbers in the same order, so that neighbours differ by 1. */
function ordered(value: f32): i32 {
  const bits = reinterpret<i32>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function unordered(place: i32): f32 {
  return reinterpret<f32>(place ^ ((place >> 31) & 0x7fffffff));
}

/** A float that is near to what is expected: by how many floats lie between. */
export function codeNear(row: u32, expected: f32, value: f32): f32 {
  const from = ordered(expected);
  return unordered(from + codeSmall(row, ordered(value) - from));
}

/** A float of which no more is known than how large such floats are: 23 bits are as they are. */
export function codeFloat(row: u32, value: f32): f32 {
  const first = FLOATS + row * FLOAT_ROW;
  const bits = reinterpret<u32>(value);
  if (!codeFlag(first, bits != 0)) return 0;
  const sign = u32(codeFlag(first + 1, bits >>> 31 != 0));
  const exponent = codeByTree(first + 1, 8, (bits >>> 23) & 0xff);
  const mantissa = codeRaw(23, bits & 0x7fffff);
  return reinterpret<f32>((sign << 31) | (exponent << 23) | mantissa);
}

/** A float that somebody wrote down with at most three digits behind the point. */
export function roundOf(thousandths: i32): f32 {
  return <f32>(<f64>thousandths / 1000.0);
}

/** How many thousandths a float is; whether it is just that, the caller asks `roundOf`. */
export function thousandthsOf(value: f32): i32 {
  return i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.splat(value * 1000.0))), 0);
}

/** A float that is rather round: by its thousandths, or as it is. */
export function codeRound(flag: u32, row: u32, float: u32, value: f32): f32 {
  const thousandths = thousandthsOf(value);
  const isOdd = reinterpret<u32>(roundOf(thousandths)) != reinterpret<u32>(value);
  if (codeFlag(flag, isOdd)) return codeFloat(float, value);
  return roundOf(codeSmall(row, thousandths));
}
