import { isDecoding } from '../pack/coder';
import { Flag, Float, Row, Tree } from './context';
import { codeChoice, codeFlag, codeFloat, codeNear } from './model';

/**
 * A rotation of which nothing is known is three numbers: the largest of the four follows from the
 * length of the whole but for rounding.
 */

/** `kind`: of the body. */
export function codeRotation(at: usize, kind: u32): void {
  const isTurned = !isDecoding() && !isIdentity(at);
  if (!codeFlag(Flag.ROTATION_TURNED + min<u32>(kind, 2), isTurned)) {
    v128.store(at, f32x4.replace_lane(f32x4.splat(0), 3, 1));
    return;
  }
  const largest = codeChoice(Tree.LARGEST, 2, isDecoding() ? 0 : largestOf(at));
  let rest: f32 = 1.0;
  for (let i: u32 = 0; i < 4; i++) {
    if (i == largest) continue;
    const place = at + ((<usize>i) << 2);
    const value = codeFloat(Float.TURN, load<f32>(place));
    store<f32>(place, value);
    rest -= value * value;
  }
  const place = at + ((<usize>largest) << 2);
  const given = load<f32>(place);
  const isNegative = codeFlag(Flag.LARGEST_NEGATIVE, given < 0);
  const size = Mathf.sqrt(max<f32>(0, rest));
  store<f32>(place, codeNear(Row.LARGEST, isNegative ? -size : size, given));
}

function isIdentity(at: usize): bool {
  return load<u64>(at) == 0 && load<u32>(at, 8) == 0 && load<f32>(at, 12) == 1;
}

function largestOf(at: usize): u32 {
  let largest: u32 = 3;
  for (let i: u32 = 0; i < 3; i++) {
    if (abs(load<f32>(at + ((<usize>i) << 2))) > abs(load<f32>(at + ((<usize>largest) << 2)))) {
      largest = i;
    }
  }
  return largest;
}
