import { REGION_HALF_M } from '../limits';

/**
 * Over which squares of the region, seen from above, something lies: a bit each. Most walkers are
 * near nothing but the ground; a bit tells so where a look into a grid reads a dozen buckets.
 */

const SQUARE_M: f32 = 4.0;
/** Two words a row; they reach over the region, and who is outside lies over the outermost. */
const SQUARES: i32 = 128;
const ROW_BYTES: usize = SQUARES / 8;
assert(<f32>SQUARES * SQUARE_M >= 2.0 * REGION_HALF_M);

/** Over which those active bodies lie that are nobody's, the dormant, and the statics. */
export const LOOSE_SQUARES: usize = memory.data((SQUARES * SQUARES) / 8, 16);
export const DORMANT_SQUARES: usize = memory.data((SQUARES * SQUARES) / 8, 16);
export const STATIC_SQUARES: usize = memory.data((SQUARES * SQUARES) / 8, 16);

/** Square of a coordinate: lanes of x and z count. */
function squareOf(point: v128): v128 {
  const half = f32x4.splat(0.5 * <f32>SQUARES);
  const squares = f32x4.add(f32x4.mul(point, f32x4.splat(1.0 / SQUARE_M)), half);
  const last = f32x4.splat(<f32>(SQUARES - 1));
  return i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.max(squares, f32x4.splat(0)), last));
}

export function clearSquares(set: usize): void {
  memory.fill(set, 0, <usize>SQUARES * ROW_BYTES);
}

/** Bits of the columns first … last that are in a word of 64. */
function bitsWithin(word: i32, first: i32, last: i32): u64 {
  const from = max<i32>(first - (word << 6), 0);
  const to = min<i32>(last - (word << 6), 63);
  return (u64.MAX_VALUE << from) & (u64.MAX_VALUE >>> (63 - to));
}

/** Something lies over all squares under the box. */
export function markSquares(set: usize, low: v128, high: v128): void {
  const from = squareOf(low);
  const to = squareOf(high);
  const first = i32x4.extract_lane(from, 0);
  const last = i32x4.extract_lane(to, 0);
  const lastRow = i32x4.extract_lane(to, 2);
  for (let word = first >> 6; word <= last >> 6; word++) {
    const bits = bitsWithin(word, first, last);
    for (let row = i32x4.extract_lane(from, 2); row <= lastRow; row++) {
      const at = set + <usize>row * ROW_BYTES + ((<usize>word) << 3);
      store<u64>(at, load<u64>(at) | bits);
    }
  }
}

/** False only when nothing that was marked touches the box. */
export function isNearMarked(set: usize, low: v128, high: v128): bool {
  const from = squareOf(low);
  const to = squareOf(high);
  const first = i32x4.extract_lane(from, 0);
  const last = i32x4.extract_lane(to, 0);
  const lastRow = i32x4.extract_lane(to, 2);
  for (let word = first >> 6; word <= last >> 6; word++) {
    const bits = bitsWithin(word, first, last);
    for (let row = i32x4.extract_lane(from, 2); row <= lastRow; row++) {
      if ((load<u64>(set + <usize>row * ROW_BYTES + ((<usize>word) << 3)) & bits) != 0) return true;
    }
  }
  return false;
}
