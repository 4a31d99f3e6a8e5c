/**
 * A vector of three is a v128 by value with lane 3 zero: the only free aggregate of the language.
 * Sums of lanes are written out in one fixed order, because float addition does not associate.
 */

export function vec3(x: f32, y: f32, z: f32): v128 {
  return f32x4.replace_lane(
    f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(0), 0, x), 1, y),
    2,
    z,
  );
}

export function zero3(): v128 {
  return f32x4.splat(0);
}

export function x3(a: v128): f32 {
  return f32x4.extract_lane(a, 0);
}

export function y3(a: v128): f32 {
  return f32x4.extract_lane(a, 1);
}

export function z3(a: v128): f32 {
  return f32x4.extract_lane(a, 2);
}

export function w3(a: v128): f32 {
  return f32x4.extract_lane(a, 3);
}

/** Component by index 0…2, for the axes of boxes. */
export function at3(a: v128, axis: i32): f32 {
  return axis == 0 ? x3(a) : axis == 1 ? y3(a) : z3(a);
}

export function add3(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

export function sub3(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

export function mul3(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

export function scale3(a: v128, s: f32): v128 {
  return f32x4.mul(a, f32x4.splat(s));
}

/** a + b·s */
export function addScaled3(a: v128, b: v128, s: f32): v128 {
  return f32x4.add(a, f32x4.mul(b, f32x4.splat(s)));
}

export function neg3(a: v128): v128 {
  return f32x4.sub(f32x4.splat(0), a);
}

export function abs3(a: v128): v128 {
  return f32x4.abs(a);
}

export function dot3(a: v128, b: v128): f32 {
  const p = f32x4.mul(a, b);
  return f32x4.extract_lane(p, 0) + f32x4.extract_lane(p, 1) + f32x4.extract_lane(p, 2);
}

/** Sum of the first three lanes, in the order of `dot3`. */
export function sum3(a: v128): f32 {
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 2);
}

export function cross3(a: v128, b: v128): v128 {
  return f32x4.sub(
    f32x4.mul(v128.shuffle<f32>(a, a, 1, 2, 0, 3), v128.shuffle<f32>(b, b, 2, 0, 1, 3)),
    f32x4.mul(v128.shuffle<f32>(a, a, 2, 0, 1, 3), v128.shuffle<f32>(b, b, 1, 2, 0, 3)),
  );
}

export function length3(a: v128): f32 {
  return Mathf.sqrt(dot3(a, a));
}

/** Unit vector along `a`, or `fallback` when `a` is too short to have a direction. */
export function normalizeOr3(a: v128, fallback: v128): v128 {
  const squared = dot3(a, a);
  if (squared < 1e-14) return fallback;
  return scale3(a, 1.0 / Mathf.sqrt(squared));
}

/** `a`, shortened to `limit` when longer. */
export function clampLength3(a: v128, limit: f32): v128 {
  const squared = dot3(a, a);
  if (squared <= limit * limit) return a;
  return scale3(a, limit / Mathf.sqrt(squared));
}

/** True when no component is NaN or infinite: x − x is 0 only then. */
export function isFinite3(a: v128): bool {
  return v128.bitmask<i32>(f32x4.eq(f32x4.sub(a, a), f32x4.splat(0))) == 15;
}

/** True when the first three components are between −limit and limit; false for NaN. */
export function isWithin3(a: v128, limit: f32): bool {
  return (v128.bitmask<i32>(f32x4.le(f32x4.abs(a), f32x4.splat(limit))) & 7) == 7;
}

/** The same for all four. */
export function isWithin4(a: v128, limit: f32): bool {
  return v128.bitmask<i32>(f32x4.le(f32x4.abs(a), f32x4.splat(limit))) == 15;
}

/** True when all four components are above zero. */
export function isPositive4(a: v128): bool {
  return v128.bitmask<i32>(f32x4.gt(a, f32x4.splat(0))) == 15;
}

/** A unit vector at right angles to the unit vector `n`; continuous except where it must jump. */
export function perpendicular3(n: v128): v128 {
  const x = x3(n);
  const y = y3(n);
  const z = z3(n);
  return Mathf.abs(x) > 0.57735
    ? normalizeOr3(vec3(y, -x, 0), vec3(0, 1, 0))
    : normalizeOr3(vec3(0, z, -y), vec3(1, 0, 0));
}
