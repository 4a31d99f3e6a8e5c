import { add3, cross3, dot3, scale3, vec3, w3, x3, y3, z3 } from './vec3';

/** A rotation is a unit quaternion in a v128: x, y, z, w. */

export function quat(x: f32, y: f32, z: f32, w: f32): v128 {
  return f32x4.replace_lane(vec3(x, y, z), 3, w);
}

export function identityQuat(): v128 {
  return quat(0, 0, 0, 1);
}

const SIGNS: v128 = i32x4(0x80000000, 0x80000000, 0x80000000, 0);

export function conjugate(q: v128): v128 {
  return v128.xor(q, SIGNS);
}

/** Signs of the terms of a product that come of a's x, y and z. */
const SIGNS_X: v128 = i32x4(0, 0x80000000, 0, 0x80000000);
const SIGNS_Y: v128 = i32x4(0, 0, 0x80000000, 0x80000000);
const SIGNS_Z: v128 = i32x4(0x80000000, 0, 0, 0x80000000);

/** Each lane is aw·b + ax·b + ay·b + az·b of four lanes of b, summed in this order. */
export function mulQuat(a: v128, b: v128): v128 {
  const byX = v128.xor(v128.shuffle<f32>(b, b, 3, 2, 1, 0), SIGNS_X);
  const byY = v128.xor(v128.shuffle<f32>(b, b, 2, 3, 0, 1), SIGNS_Y);
  const byZ = v128.xor(v128.shuffle<f32>(b, b, 1, 0, 3, 2), SIGNS_Z);
  const sum = f32x4.add(f32x4.mul(f32x4.splat(w3(a)), b), f32x4.mul(f32x4.splat(x3(a)), byX));
  return f32x4.add(
    f32x4.add(sum, f32x4.mul(f32x4.splat(y3(a)), byY)),
    f32x4.mul(f32x4.splat(z3(a)), byZ),
  );
}

export function dotQuat(a: v128, b: v128): f32 {
  const p = f32x4.mul(a, b);
  return dot3(a, b) + f32x4.extract_lane(p, 3);
}

export function normalizeQuat(q: v128): v128 {
  const squared = dotQuat(q, q);
  if (squared < 1e-12) return identityQuat();
  return f32x4.mul(q, f32x4.splat(1.0 / Mathf.sqrt(squared)));
}

/** True for what is meant as a rotation and has to be normalised first; false for NaN. */
export function isUnitQuat(q: v128): bool {
  const squared = dotQuat(q, q);
  return squared > 0.99 && squared < 1.01;
}

/** True for unit length but for rounding; false for NaN. */
export function isNormalizedQuat(q: v128): bool {
  return Mathf.abs(dotQuat(q, q) - 1.0) < 1e-3;
}

/** v turned by q: v + 2w(u×v) + 2u×(u×v), u the vector part. */
export function rotate(q: v128, v: v128): v128 {
  const u = f32x4.replace_lane(q, 3, 0);
  const t = scale3(cross3(u, v), 2.0);
  return add3(add3(v, scale3(t, w3(q))), cross3(u, t));
}

/** v turned back by q. */
export function rotateInverse(q: v128, v: v128): v128 {
  const u = f32x4.replace_lane(q, 3, 0);
  const t = scale3(cross3(u, v), 2.0);
  return add3(f32x4.sub(v, scale3(t, w3(q))), cross3(u, t));
}

/** Shortest-arc normalised interpolation. */
export function nlerp(a: v128, b: v128, t: f32): v128 {
  const sign: f32 = dotQuat(a, b) < 0 ? -1.0 : 1.0;
  return normalizeQuat(
    f32x4.add(f32x4.mul(a, f32x4.splat(1.0 - t)), f32x4.mul(b, f32x4.splat(t * sign))),
  );
}

/** Turn about +y by `units`/65536 of a full circle, counter-clockwise from above. */
export function yawQuat(units: u32): v128 {
  const half = <f32>units * <f32>(Math.PI / 65536.0);
  return quat(0, Mathf.sin(half), 0, Mathf.cos(half));
}

/** Turn about +x by `units`/65536 of a full circle: a view's pitch, up for positive. */
export function pitchQuat(units: i32): v128 {
  const half = <f32>units * <f32>(Math.PI / 65536.0);
  return quat(Mathf.sin(half), 0, 0, Mathf.cos(half));
}

/** The rotation's columns: where it takes the axes. */
export function axisX(q: v128): v128 {
  const x = x3(q);
  const y = y3(q);
  const z = z3(q);
  const w = w3(q);
  return vec3(1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + z * w), 2.0 * (x * z - y * w));
}

export function axisY(q: v128): v128 {
  const x = x3(q);
  const y = y3(q);
  const z = z3(q);
  const w = w3(q);
  return vec3(2.0 * (x * y - z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + x * w));
}

export function axisZ(q: v128): v128 {
  const x = x3(q);
  const y = y3(q);
  const z = z3(q);
  const w = w3(q);
  return vec3(2.0 * (x * z + y * w), 2.0 * (y * z - x * w), 1.0 - 2.0 * (x * x + y * y));
}
