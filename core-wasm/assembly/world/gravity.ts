import { WATER_NONE_M } from '../limits';
import { dot3, normalizeOr3, scale3, vec3 } from '../math/vec3';
import { header } from './header';

/** What a region does to everything in it: a pull, and water up to a level. */

export function gravity(): v128 {
  return header().gravity;
}

/** Against gravity, unit length; +y where nothing pulls. */
export function upward(): v128 {
  return normalizeOr3(scale3(header().gravity, -1.0), vec3(0, 1, 0));
}

export function hasWater(): bool {
  return header().waterLevel > WATER_NONE_M;
}

/** How far a place lies under the water's surface, m; negative above it. */
export function depthOf(place: v128, up: v128): f32 {
  return header().waterLevel - dot3(place, up);
}
