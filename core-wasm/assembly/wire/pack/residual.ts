import { decide, isTracing, trace } from './coder';
import * as Context from './context';
import { GAIN_CELLS, PART_KINDS, ROW, SPREADS, SURPRISES, WAYS } from './context';
import { GAINS } from './prior';

/**
 * Values against their predictions. The prediction goes on by a share of the last way: all of it
 * for a hand that swings, little for one that trembles, because the way of noise comes back. The
 * shares and the probabilities are trained (`bench/pack/train.ts`); which of them hold is chosen
 * by what both ends have seen.
 */

/** Spreads are kept as 64 times the sum over a group of three. */
export const SPREAD_SHIFT: i32 = 6;
const SPREAD_MAX: i32 = 65535;
/** A spread follows by this share: 1/8 of the difference a frame. */
const FOLLOW_SHIFT: i32 = 3;

let outside: bool = false;

/** Forgets that a value was out of its range. */
export function beginValues(): void {
  outside = false;
}

/** Whether a decoded value was out of its range, as only a forged chunk has it. */
export function wasOutside(): bool {
  return outside;
}

export function refuseValue(): void {
  outside = true;
}

/** Class 0 … 7 of a spread: means of |residual| up to about 0.1, 0.3, 0.6, 1, 1.6, 3.2, 6.5, ∞. */
export function spreadClass(spread: u32): u32 {
  if (spread < 208) return spread < 80 ? (spread < 20 ? 0 : 1) : spread < 128 ? 2 : 3;
  return spread < 608 ? (spread < 304 ? 4 : 5) : spread < 1248 ? 6 : 7;
}

/** The spread after a group whose residuals sum up to `sum`. */
export function followSpread(spread: u32, sum: i32): u16 {
  const now = min(SPREAD_MAX, min(sum, SPREAD_MAX) << SPREAD_SHIFT);
  const half = 1 << (FOLLOW_SHIFT - 1);
  return <u16>(<i32>spread + ((now - <i32>spread + half) >> FOLLOW_SHIFT));
}

/** Class 1 … 4 of what `count` of three residuals sum up to, against what was to be expected. */
export function surpriseClass(sum: i32, count: i32, spread: u32): u32 {
  const seen = sum * 3 * (1 << SPREAD_SHIFT);
  const expected = <i32>spread * count + 48;
  return 1 + u32(seen * 2 >= expected) + u32(seen >= expected) + u32(seen >= expected * 2);
}

/**
 * The surprise of one value of a part, with how much its way changed last: who begins to move has
 * no spread yet.
 */
export function withBend(surprise: u32, bend: i32, spread: u32): u32 {
  const change = abs(bend) * 96;
  const classes = u32(change * 4 > <i32>spread + 48) + u32(change > <i32>spread + 96);
  return surprise + classes * SURPRISES;
}

function rowOf(kind: u32, spread: u32, surprise: u32): u32 {
  if (kind < PART_KINDS) {
    return Context.ROWS + ((kind * SPREADS + spread) * Context.PART_ROWS + surprise) * ROW;
  }
  const place = ((kind - PART_KINDS) * SPREADS + spread) * SURPRISES + surprise;
  return Context.INTENT_ROWS_AT + place * ROW;
}

/** By length 0 … 65: a table, because no branch can be foreseen for what is noise. */
const WAY_CLASSES: usize = memory.data<u8>([
  0, 0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
  5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6,
]);

function wayClass(way: i32): u32 {
  return <u32>load<u8>(WAY_CLASSES + <usize>min<u32>(abs(way), 65));
}

function gainCell(kind: u32, spread: u32, way: i32): u32 {
  return (kind * (SPREADS >>> 1) + (spread >>> 1)) * WAYS + wayClass(way);
}

/**
 * How much further than the last value the next one is expected, when it went `way` before, and
 * `bend` more than the time before that.
 */
export function expectedWay(kind: u32, spread: u32, way: i32, bend: i32): i32 {
  const ofWay = <i32>load<u8>(GAINS + <usize>gainCell(kind, spread, way));
  const ofBend = <i32>load<u8>(GAINS + GAIN_CELLS + <usize>gainCell(kind, spread, bend));
  return (ofWay * way + ofBend * bend + 8) >> 4;
}

/**
 * Codes `value` against `expected`, both within low … high. `spread` and `surprise` are classes;
 * `way` and `bend` are what the prediction was made with.
 */
export function codeValue(
  kind: u32,
  spread: u32,
  surprise: u32,
  way: i32,
  bend: i32,
  expected: i32,
  value: i32,
  low: i32,
  high: i32,
): i32 {
  if (isTracing()) {
    trace(0x8000 | gainCell(kind, spread, way));
    trace(0x8000 | (GAIN_CELLS + gainCell(kind, spread, bend)));
  }
  const around = min(high, max(low, expected));
  const found = around + codeResidual(kind, spread, surprise, way, value - around);
  if (found >= low && found <= high) return found;
  outside = true;
  return around;
}

function codeResidual(kind: u32, spread: u32, surprise: u32, way: i32, residual: i32): i32 {
  const row = rowOf(kind, spread, surprise);
  if (!decide(row, residual != 0)) return 0;
  const course = u32(way >= 0) + u32(way > 0);
  const negative = decide(Context.SIGNS + (kind * SPREADS + spread) * 3 + course, residual < 0);
  const magnitude = codeMagnitude(row, abs(residual));
  return negative ? -magnitude : magnitude;
}

/** Longest magnitude: 17 bits, a little more than any two values of an entry are apart. */
const LENGTH_MAX: i32 = 16;

/** 1 … 2^17 − 1: how many bits below the highest, then these, the first ones by context. */
function codeMagnitude(row: u32, magnitude: i32): i32 {
  const bits = 31 - clz(magnitude);
  let length = 0;
  while (length < LENGTH_MAX && decide(row + 1 + min(length, 4), length < bits)) length++;
  let value = 1;
  for (let i = length - 1; i >= 0; i--) {
    const bit = decide(lowerBit(row, length, i, value), ((magnitude >>> i) & 1) != 0);
    value = (value << 1) | i32(bit);
  }
  return value;
}

function lowerBit(row: u32, length: i32, place: i32, value: i32): u32 {
  const depth = length - 1 - place;
  if (depth == 0 && length <= 3) return row + 5 + length;
  if (depth == 1 && length == 2) return row + 9 + (value & 1);
  return Context.EVEN;
}
