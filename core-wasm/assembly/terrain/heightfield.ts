import { TERRAIN_HEIGHTS } from '../layout';
import { TERRAIN_CELLS, TERRAIN_SPACING_M, TERRAIN_VERTICES } from '../limits';
import { hash3, unit } from '../math/hash';
import { normalizeOr3, vec3 } from '../math/vec3';

/**
 * A square heightfield around the origin, made from the seed: five octaves of value noise, with a
 * level clearing in the middle where people arrive. Each cell is two triangles that share the
 * diagonal from its least to its greatest corner.
 */

const OCTAVES: i32 = 5;
const BASE_PERIOD_M: f32 = 96.0;
const BASE_AMPLITUDE_M: f32 = 22.0;
/** Level within the first radius, all noise beyond the second. */
const CLEARING_INNER_M: f32 = 22.0;
const CLEARING_OUTER_M: f32 = 80.0;

let builtSeed: u32 = 0;
let built: bool = false;
let highest: f32 = 0;

/** Height of the highest vertex: above it nothing needs to be looked for. */
export function terrainCeiling(): f32 {
  return highest;
}

/** Fills the heights for `seed`; does nothing when they already are that seed's. */
export function buildTerrain(seed: u32): void {
  if (built && builtSeed == seed) return;
  const half = <f32>(TERRAIN_CELLS / 2) * TERRAIN_SPACING_M;
  highest = -Infinity;
  for (let row = 0; row < TERRAIN_VERTICES; row++) {
    for (let column = 0; column < TERRAIN_VERTICES; column++) {
      const x = <f32>column * TERRAIN_SPACING_M - half;
      const z = <f32>row * TERRAIN_SPACING_M - half;
      const height = elevation(seed, x, z);
      store<f32>(vertexAddress(column, row), height);
      highest = max<f32>(highest, height);
    }
  }
  built = true;
  foundX = NOWHERE;
  builtSeed = seed;
}

function elevation(seed: u32, x: f32, z: f32): f32 {
  let height: f32 = 0;
  let period: f32 = BASE_PERIOD_M;
  let amplitude: f32 = BASE_AMPLITUDE_M;
  for (let octave = 0; octave < OCTAVES; octave++) {
    height += amplitude * (noise(seed + <u32>octave, x / period, z / period) - 0.5);
    period *= 0.5;
    amplitude *= 0.42;
  }
  const distance = Mathf.sqrt(x * x + z * z);
  return height * smooth((distance - CLEARING_INNER_M) / (CLEARING_OUTER_M - CLEARING_INNER_M));
}

/** Value noise, 0…1, with smooth steps between lattice points. */
function noise(seed: u32, x: f32, z: f32): f32 {
  const fx = Mathf.floor(x);
  const fz = Mathf.floor(z);
  const ix = <i32>fx;
  const iz = <i32>fz;
  const tx = smooth(x - fx);
  const tz = smooth(z - fz);
  const a = unit(hash3(seed, ix, iz));
  const b = unit(hash3(seed, ix + 1, iz));
  const c = unit(hash3(seed, ix, iz + 1));
  const d = unit(hash3(seed, ix + 1, iz + 1));
  const near = a + (b - a) * tx;
  const far = c + (d - c) * tx;
  return near + (far - near) * tz;
}

function smooth(value: f32): f32 {
  const t = min<f32>(1.0, max<f32>(0.0, value));
  return t * t * (3.0 - 2.0 * t);
}

function vertexAddress(column: i32, row: i32): usize {
  return TERRAIN_HEIGHTS + ((<usize>(row * TERRAIN_VERTICES + column)) << 2);
}

export function vertexHeight(column: i32, row: i32): f32 {
  return load<f32>(vertexAddress(column, row));
}

/** Cell coordinate of a metre coordinate, clamped into the field. */
export function cellOf(metres: f32): i32 {
  const cell = Mathf.floor(metres / TERRAIN_SPACING_M) + <f32>(TERRAIN_CELLS / 2);
  return <i32>min<f32>(<f32>(TERRAIN_CELLS - 1), max<f32>(0, cell));
}

/** Metre coordinate of a vertex column or row. */
export function vertexCoordinate(index: i32): f32 {
  return <f32>(index - TERRAIN_CELLS / 2) * TERRAIN_SPACING_M;
}

// The triangle that was found last: often it is asked for again, by the very same numbers.
const NOWHERE: u32 = u32.MAX_VALUE;
let foundX: u32 = NOWHERE;
let foundZ: u32 = NOWHERE;
let foundHeight: f32 = 0;
/** height = base + slopeX·dx + slopeZ·dz from the corner. */
let slopeX: f32 = 0;
let slopeZ: f32 = 0;

/** Height of the triangle under (x, z), whose normal `foundNormal` then gives. */
export function findTriangle(x: f32, z: f32): f32 {
  if (reinterpret<u32>(x) != foundX || reinterpret<u32>(z) != foundZ) selectTriangle(x, z);
  return foundHeight;
}

/** Which of a cell's two triangles it is no branch can foresee, so both are looked at. */
function selectTriangle(x: f32, z: f32): void {
  const column = cellOf(x);
  const row = cellOf(z);
  const dx = (x - vertexCoordinate(column)) / TERRAIN_SPACING_M;
  const dz = (z - vertexCoordinate(row)) / TERRAIN_SPACING_M;
  const isAlongX = dx >= dz;
  const a = vertexHeight(column, row);
  const d = vertexHeight(column + 1, row + 1);
  const b = vertexHeight(column + (isAlongX ? 1 : 0), row + (isAlongX ? 0 : 1));
  const first = b - a;
  const second = d - b;
  slopeX = select<f32>(first, second, isAlongX);
  slopeZ = select<f32>(second, first, isAlongX);
  foundHeight = a + slopeX * dx + slopeZ * dz;
  foundX = reinterpret<u32>(x);
  foundZ = reinterpret<u32>(z);
}

/** Unit normal of the triangle that was found last. */
export function foundNormal(): v128 {
  return normalizeOr3(vec3(-slopeX, TERRAIN_SPACING_M, -slopeZ), vec3(0, 1, 0));
}

export function terrainHeight(x: f32, z: f32): f32 {
  return findTriangle(x, z);
}

/** Unit normal of the triangle under (x, z). */
export function terrainNormal(x: f32, z: f32): v128 {
  findTriangle(x, z);
  return foundNormal();
}
