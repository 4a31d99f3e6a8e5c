import type { Terrain } from '../../core-wasm/host/core.ts';
import { type MeshArrays, rimVertex, writeQuad } from './grid.ts';

/** Rings of ever larger facets around the region, for the eye only: nobody can walk there. */
const RINGS = 11;
const RING_STEP_M = 12;
const RING_GROWTH = 0.55;
/** Rim vertices that one facet of a ring spans. */
const STRIDE = 8;
const MOUNTAIN_HEIGHT_M = 110;
/** Where mountains have their full height, m from the rim. */
const FAR_M = 380;

/** Far mountains that grow out of the region's rim. */
export function horizonMesh(field: Terrain): MeshArrays {
  const rim = (field.verticesPerSide - 1) * 4;
  const coarse = rim / STRIDE;
  const mesh = {
    positions: new Float32Array((2 * rim + (RINGS - 1) * coarse) * 3),
    indices: new Uint32Array((rim + (RINGS - 1) * coarse) * 6),
  };
  writeHem(field, mesh);
  writeRings(field, mesh);
  return mesh;
}

/** The first ring joins the rim's small facets to large ones: its vertices lie on their edges. */
function writeHem(field: Terrain, { positions, indices }: MeshArrays): void {
  const rim = (field.verticesPerSide - 1) * 4;
  const inner = new Float32Array(3);
  const from = new Float32Array(3);
  const to = new Float32Array(3);
  for (let i = 0; i < rim; i++) {
    placeRimVertex(field, i, inner);
    positions.set(inner, i * 3);
    const start = i - (i % STRIDE);
    placeRingVertex(field, 0, start, from);
    placeRingVertex(field, 0, (start + STRIDE) % rim, to);
    for (let k = 0; k < 3; k++) {
      const a = from[k] ?? 0;
      positions[(rim + i) * 3 + k] = a + ((to[k] ?? 0) - a) * ((i % STRIDE) / STRIDE);
    }
    const next = (i + 1) % rim;
    writeQuad(indices, i, i, next, rim + i, rim + next);
  }
}

function writeRings(field: Terrain, { positions, indices }: MeshArrays): void {
  const rim = (field.verticesPerSide - 1) * 4;
  const coarse = rim / STRIDE;
  const place = new Float32Array(3);
  for (let ring = 1; ring < RINGS; ring++) {
    const outer = 2 * rim + (ring - 1) * coarse;
    for (let i = 0; i < coarse; i++) {
      placeRingVertex(field, ring, i * STRIDE, place);
      positions.set(place, (outer + i) * 3);
      const next = (i + 1) % coarse;
      const a = ring === 1 ? rim + i * STRIDE : outer - coarse + i;
      const b = ring === 1 ? rim + next * STRIDE : outer - coarse + next;
      writeQuad(indices, rim + (ring - 1) * coarse + i, a, b, outer + i, outer + next);
    }
  }
}

function placeRimVertex(field: Terrain, i: number, out: Float32Array): void {
  const { verticesPerSide: side, spacing, heights } = field;
  const vertex = rimVertex(side, i);
  const half = ((side - 1) / 2) * spacing;
  out[0] = (vertex % side) * spacing - half;
  out[1] = heights[vertex] ?? 0;
  out[2] = Math.floor(vertex / side) * spacing - half;
}

/** Pushes rim vertex `i` outwards and lifts it into far mountains. */
function placeRingVertex(field: Terrain, ring: number, i: number, out: Float32Array): void {
  placeRimVertex(field, i, out);
  const [x = 0, y = 0, z = 0] = out;
  const distance = RING_STEP_M * (ring + 1) * (1 + ring * RING_GROWTH);
  const round = Math.hypot(x, z);
  const far = Math.min(1, distance / FAR_M);
  const farX = x + (x / round) * distance;
  const farZ = z + (z / round) * distance;
  const ridge = 1 - Math.abs(2 * swell(farX * 0.007, farZ * 0.007) - 1);
  const peak = ridge ** 3 * MOUNTAIN_HEIGHT_M + swell(farX * 0.025, farZ * 0.025) * 22;
  out[0] = farX;
  out[1] = y * (1 - far) + peak * far * far * (3 - 2 * far);
  out[2] = farZ;
}

/** Smooth value noise, 0…1. For the eye only, so host arithmetic is good enough. */
function swell(x: number, z: number): number {
  const ix = Math.floor(x);
  const iz = Math.floor(z);
  const tx = (x - ix) ** 2 * (3 - 2 * (x - ix));
  const tz = (z - iz) ** 2 * (3 - 2 * (z - iz));
  const near = lattice(ix, iz) * (1 - tx) + lattice(ix + 1, iz) * tx;
  const beyond = lattice(ix, iz + 1) * (1 - tx) + lattice(ix + 1, iz + 1) * tx;
  return near * (1 - tz) + beyond * tz;
}

function lattice(x: number, z: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(z, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}
