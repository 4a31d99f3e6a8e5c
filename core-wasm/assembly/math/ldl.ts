import { vec3, x3, y3, z3 } from './vec3';

/**
 * A symmetric matrix of 3 × 3 that is not negative, factored as L·D·Lᵀ with ones on L's diagonal
 * (Golub, Van Loan, "Matrix Computations", 4.1). Cramer's rule was rejected: with a long lever on
 * a light body its determinant is the small difference of large numbers.
 */
@unmanaged
@final
export class Ldl {
  inverseX: f32;
  inverseY: f32;
  inverseZ: f32;
  yx: f32;
  zx: f32;
  zy: f32;
  reserved: u64;
}

/** What is left of a pivot by rounding alone counts as nothing: that direction is not solved. */
const ROUNDING: f32 = 4e-7;
const LEAST: f32 = 1e-20;

function inverse(pivot: f32, diagonal: f32): f32 {
  return pivot > max<f32>(diagonal * ROUNDING, LEAST) ? 1.0 / pivot : 0;
}

/** Factors the matrix of these columns; what is above the diagonal is not looked at. */
export function factor(into: Ldl, columnX: v128, columnY: v128, columnZ: v128): void {
  const xx = x3(columnX);
  const yy = y3(columnY);
  const zz = z3(columnZ);
  const inverseX = inverse(xx, xx);
  const yx = y3(columnX) * inverseX;
  const zx = z3(columnX) * inverseX;
  const inverseY = inverse(yy - yx * y3(columnX), yy);
  const belowY = z3(columnY) - zx * y3(columnX);
  const zy = belowY * inverseY;
  into.inverseX = inverseX;
  into.inverseY = inverseY;
  into.inverseZ = inverse(zz - zx * z3(columnX) - zy * belowY, zz);
  into.yx = yx;
  into.zx = zx;
  into.zy = zy;
}

/** x in A·x = b. */
export function solve(a: Ldl, b: v128): v128 {
  const first = x3(b);
  const second = y3(b) - a.yx * first;
  const third = z3(b) - a.zx * first - a.zy * second;
  const z = third * a.inverseZ;
  const y = second * a.inverseY - a.zy * z;
  return vec3(first * a.inverseX - a.yx * y - a.zx * z, y, z);
}
