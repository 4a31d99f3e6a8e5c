import { TERRAIN_CELLS, TERRAIN_SPACING_M } from '../limits';
import { addScaled3, x3, y3, z3 } from '../math/vec3';
import { terrainCeiling, terrainHeight } from '../terrain/heightfield';
import { NO_ENTRY } from './ray-body';

/**
 * A ray over the heightfield. The surface is linear between the lines x = 2k, z = 2k and x − z = 2k
 * metres; so the ray goes from line to line, and where its height over the ground changes its sign
 * the place in between is exact. Marching by equal steps was rejected: it passes through ridges.
 */

const HALF_FIELD_M: f32 = <f32>(TERRAIN_CELLS / 2) * TERRAIN_SPACING_M;

/** Deeper than any ray begins. */
const FLOOR_M: f32 = 1e6;
/** Covers the rounding of where a ray from afar comes down to the highest vertex. */
const CEILING_MARGIN_M: f32 = 0.01;

let enter: f32 = 0;
let leave: f32 = 0;

/** Distance at which the ray goes below ground; NO_ENTRY also when it begins there. */
export function terrainEntry(origin: v128, direction: v128, limit: f32): f32 {
  enter = 0;
  leave = limit;
  clip(x3(origin), x3(direction), -HALF_FIELD_M, HALF_FIELD_M);
  clip(z3(origin), z3(direction), -HALF_FIELD_M, HALF_FIELD_M);
  clip(y3(origin), y3(direction), -FLOOR_M, terrainCeiling() + CEILING_MARGIN_M);
  if (enter > leave) return NO_ENTRY;
  let before = enter;
  let height = clearance(origin, direction, before);
  if (height < 0) return NO_ENTRY;
  while (before < leave) {
    const next = nextLine(origin, direction, before);
    const nextHeight = clearance(origin, direction, next);
    if (nextHeight < 0) return before + ((next - before) * height) / (height - nextHeight);
    before = next;
    height = nextHeight;
  }
  return NO_ENTRY;
}

/** Keeps the part of the ray that lies between two planes across one axis. */
function clip(from: f32, slope: f32, low: f32, high: f32): void {
  if (Mathf.abs(slope) < 1e-12) {
    if (from < low || from > high) leave = -1;
    return;
  }
  const one = (low - from) / slope;
  const two = (high - from) / slope;
  enter = max<f32>(enter, min<f32>(one, two));
  leave = min<f32>(leave, max<f32>(one, two));
}

function clearance(origin: v128, direction: v128, at: f32): f32 {
  const p = addScaled3(origin, direction, at);
  return y3(p) - terrainHeight(x3(p), z3(p));
}

/** Steps shorter than this would not be told apart in f32: they are taken together. */
const STEP_MIN_M: f32 = 0.001;

function nextLine(origin: v128, direction: v128, at: f32): f32 {
  const from = at + STEP_MIN_M;
  const x = crossing(x3(origin), x3(direction), from);
  const z = crossing(z3(origin), z3(direction), from);
  const d = crossing(x3(origin) - z3(origin), x3(direction) - z3(direction), from);
  return min<f32>(leave, min<f32>(x, min<f32>(z, d)));
}

/** The first distance from `from` on where origin + slope·t is a multiple of the spacing. */
function crossing(origin: f32, slope: f32, from: f32): f32 {
  if (Mathf.abs(slope) < 1e-6) return NO_ENTRY;
  const line = (origin + slope * from) / TERRAIN_SPACING_M;
  const next = slope > 0 ? Mathf.ceil(line) : Mathf.floor(line);
  return max<f32>(from, (next * TERRAIN_SPACING_M - origin) / slope);
}
