import { scale3 } from '../math/vec3';

/**
 * Where a contact point lies, as an offset from body A's centre in world axes, in steps of 1/256 m
 * packed into 11, 11 and 10 bits; each wraps round, because only differences count.
 *
 * A new point takes over the impulse of the old point nearest to it. Names of features (which
 * corner, which edges crossed) were rejected: two boxes that stand face on face change the names of
 * the same four points whenever they sway by a hair, and each time the stack lost its warm start
 * and started to rock.
 */

const STEPS_PER_M: f32 = 256.0;
const MASK: u32 = 0x7ff;

/** Offsets so near in each axis, in steps, are the same point without a search. */
const SAME: i32 = 3;

export function anchorOf(offset: v128): u32 {
  const steps = i32x4.trunc_sat_f32x4_s(scale3(offset, STEPS_PER_M));
  const x = <u32>i32x4.extract_lane(steps, 0) & MASK;
  const y = <u32>i32x4.extract_lane(steps, 1) & MASK;
  return x | (y << 11) | ((<u32>i32x4.extract_lane(steps, 2)) << 22);
}

function alongX(a: u32, b: u32): i32 {
  return <i32>((a - b) << 21) >> 21;
}

function alongY(a: u32, b: u32): i32 {
  return <i32>(((a >>> 11) - (b >>> 11)) << 21) >> 21;
}

function alongZ(a: u32, b: u32): i32 {
  return <i32>(((a >>> 22) - (b >>> 22)) << 22) >> 22;
}

export function isSameAnchor(a: u32, b: u32): bool {
  return abs(alongX(a, b)) <= SAME && abs(alongY(a, b)) <= SAME && abs(alongZ(a, b)) <= SAME;
}

/** In steps squared. */
export function anchorDistance(a: u32, b: u32): i32 {
  const x = alongX(a, b);
  const y = alongY(a, b);
  const z = alongZ(a, b);
  return x * x + y * y + z * z;
}
