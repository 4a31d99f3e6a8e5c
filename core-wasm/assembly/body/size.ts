import { isWithin3, x3, y3, z3 } from '../math/vec3';
import { Shape } from './body';

export const SIZE_MIN_M: f32 = 0.02;
export const SIZE_MAX_M: f32 = 64.0;

/** Each dimension that the shape uses lies within the limits; the others are zero. */
export function isSize(shape: i32, size: v128): bool {
  if (shape > Shape.BOX) return isWithin3(size, 0);
  if (!isWithin3(size, SIZE_MAX_M) || x3(size) < SIZE_MIN_M) return false;
  if (shape == Shape.SPHERE) return y3(size) == 0 && z3(size) == 0;
  if (shape == Shape.CAPSULE) return y3(size) >= SIZE_MIN_M && z3(size) == 0;
  return y3(size) >= SIZE_MIN_M && z3(size) >= SIZE_MIN_M;
}
