import { REGION_CEILING_M, REGION_FLOOR_M, REGION_HALF_M } from '../limits';

/** The box that a body's centre stays in. Lane 3 is free. */

const LOW: v128 = f32x4(-REGION_HALF_M, REGION_FLOOR_M, -REGION_HALF_M, -Infinity);
const HIGH: v128 = f32x4(REGION_HALF_M, REGION_CEILING_M, REGION_HALF_M, Infinity);

/** The nearest point of the region; NaN stays NaN. */
export function clampToRegion(position: v128): v128 {
  return f32x4.min(f32x4.max(position, LOW), HIGH);
}

/** False for NaN too. */
export function isInRegion(position: v128): bool {
  return v128.bitmask<i32>(f32x4.eq(clampToRegion(position), position)) == 15;
}
