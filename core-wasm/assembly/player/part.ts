import { normalizeQuat, quat } from '../math/quat';
import { w3, x3, y3, z3 } from '../math/vec3';

/**
 * A tracked part inside a player record is one v128 of four i32: x, y, z in millimetres and the
 * rotation packed as smallest three (2 bits: which is largest; 3 × 10 bits).
 */

export function partOf(x: i32, y: i32, z: i32, rotation: u32): v128 {
  return i32x4.replace_lane(
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(<i32>rotation), 0, x), 1, y),
    2,
    z,
  );
}

/** Half of √2: no component but the largest of a unit quaternion exceeds it. */
const SMALL_MAX: f32 = 0.70710678;
const SMALL_STEPS: f32 = 511.0;

export function unpackRotation(packed: u32): v128 {
  const a = unpackSmall(packed >>> 20);
  const b = unpackSmall(packed >>> 10);
  const c = unpackSmall(packed);
  const d = Mathf.sqrt(max<f32>(0, 1.0 - a * a - b * b - c * c));
  const largest = packed >>> 30;
  if (largest == 0) return normalizeQuat(quat(d, a, b, c));
  if (largest == 1) return normalizeQuat(quat(a, d, b, c));
  if (largest == 2) return normalizeQuat(quat(a, b, d, c));
  return normalizeQuat(quat(a, b, c, d));
}

function unpackSmall(bits: u32): f32 {
  return (<f32>(<i32>(bits & 1023) - 512) * SMALL_MAX) / SMALL_STEPS;
}

/** Packs a quaternion of about unit length; the sign is chosen so that the largest is positive. */
export function packRotation(rotation: v128): u32 {
  const q = normalizeQuat(rotation);
  const x = x3(q);
  const y = y3(q);
  const z = z3(q);
  const w = w3(q);
  let largest: u32 = 3;
  let greatest = Mathf.abs(w);
  if (Mathf.abs(x) > greatest) {
    largest = 0;
    greatest = Mathf.abs(x);
  }
  if (Mathf.abs(y) > greatest) {
    largest = 1;
    greatest = Mathf.abs(y);
  }
  if (Mathf.abs(z) > greatest) largest = 2;
  if (largest == 0) return pack3(largest, y, z, w, x);
  if (largest == 1) return pack3(largest, x, z, w, y);
  if (largest == 2) return pack3(largest, x, y, w, z);
  return pack3(largest, x, y, z, w);
}

function pack3(largest: u32, a: f32, b: f32, c: f32, d: f32): u32 {
  const sign: f32 = d < 0 ? -1.0 : 1.0;
  return (
    (largest << 30) |
    (packSmall(a * sign) << 20) |
    (packSmall(b * sign) << 10) |
    packSmall(c * sign)
  );
}

function packSmall(value: f32): u32 {
  const scaled = Mathf.floor((value * SMALL_STEPS) / SMALL_MAX + 0.5);
  return <u32>(<i32>min<f32>(511.0, max<f32>(-511.0, scaled)) + 512) & 1023;
}
