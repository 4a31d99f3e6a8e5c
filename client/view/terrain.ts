import { BufferAttribute, BufferGeometry, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import type { Terrain } from '../../core-wasm/host/core.ts';
import { paintGround } from './ground-paint.ts';

/** Rings of ever larger facets around the region, for the eye only: nobody can walk there. */
const RINGS = 11;
const RING_STEP_M = 12;
const RING_GROWTH = 0.55;
/** Rim vertices that one facet of a ring spans. */
const STRIDE = 8;
const MOUNTAIN_HEIGHT_M = 110;

/** The ground as one indexed mesh, facets split along the same diagonal as the core's. */
export function createTerrain(parent: Object3D, field: Terrain): Mesh {
  const mesh = new Mesh(terrainGeometry(field), paintGround(new MeshLambertMaterial()));
  mesh.receiveShadow = true;
  mesh.matrixAutoUpdate = false;
  mesh.frustumCulled = false;
  // Drawn after the bodies that hide it.
  mesh.renderOrder = 5;
  parent.add(mesh);
  return mesh;
}

export function disposeTerrain(mesh: Mesh): void {
  mesh.removeFromParent();
  mesh.geometry.dispose();
  (mesh.material as MeshLambertMaterial).dispose();
}

function terrainGeometry(field: Terrain): BufferGeometry {
  const side = field.verticesPerSide;
  const rim = (side - 1) * 4;
  const coarse = rim / STRIDE;
  const positions = new Float32Array((side * side + rim + (RINGS - 1) * coarse) * 3);
  const quads = (side - 1) * (side - 1) + rim + (RINGS - 1) * coarse;
  const indices = new Uint32Array(quads * 6);
  writeField(field, positions, indices);
  writeHem(field, positions, indices);
  writeRings(field, positions, indices);
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setIndex(new BufferAttribute(indices, 1));
  return geometry;
}

function writeField(field: Terrain, positions: Float32Array, indices: Uint32Array): void {
  const { verticesPerSide: side, spacing, heights } = field;
  const half = ((side - 1) / 2) * spacing;
  let index = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const a = row * side + column;
      positions[a * 3] = column * spacing - half;
      positions[a * 3 + 1] = heights[a] ?? 0;
      positions[a * 3 + 2] = row * spacing - half;
      if (row === side - 1 || column === side - 1) continue;
      index = writeQuad(indices, index, a, a + 1, a + side, a + side + 1);
    }
  }
}

/** Two facets over least corner a, b along x, c along z, d greatest; they share a–d. */
function writeQuad(
  indices: Uint32Array,
  at: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  indices[at] = a;
  indices[at + 1] = c;
  indices[at + 2] = d;
  indices[at + 3] = a;
  indices[at + 4] = d;
  indices[at + 5] = b;
  return at + 6;
}

/** The first ring joins the rim's small facets to large ones: its vertices lie on their edges. */
function writeHem(field: Terrain, positions: Float32Array, indices: Uint32Array): void {
  const { verticesPerSide: side } = field;
  const rim = (side - 1) * 4;
  const first = side * side;
  const from = new Float32Array(3);
  const to = new Float32Array(3);
  let index = (side - 1) * (side - 1) * 6;
  for (let i = 0; i < rim; i++) {
    const start = i - (i % STRIDE);
    placeRingVertex(field, 0, start, from);
    placeRingVertex(field, 0, (start + STRIDE) % rim, to);
    for (let k = 0; k < 3; k++) {
      const a = from[k] ?? 0;
      positions[(first + i) * 3 + k] = a + ((to[k] ?? 0) - a) * ((i % STRIDE) / STRIDE);
    }
    const next = (i + 1) % rim;
    const a = rimVertex(side, i);
    index = writeQuad(indices, index, a, rimVertex(side, next), first + i, first + next);
  }
}

function writeRings(field: Terrain, positions: Float32Array, indices: Uint32Array): void {
  const { verticesPerSide: side } = field;
  const rim = (side - 1) * 4;
  const coarse = rim / STRIDE;
  const hem = side * side;
  const first = hem + rim;
  const place = new Float32Array(3);
  let index = ((side - 1) * (side - 1) + rim) * 6;
  for (let ring = 1; ring < RINGS; ring++) {
    const outer = first + (ring - 1) * coarse;
    for (let i = 0; i < coarse; i++) {
      placeRingVertex(field, ring, i * STRIDE, place);
      positions.set(place, (outer + i) * 3);
      const next = (i + 1) % coarse;
      const a = ring === 1 ? hem + i * STRIDE : outer - coarse + i;
      const b = ring === 1 ? hem + next * STRIDE : outer - coarse + next;
      index = writeQuad(indices, index, a, b, outer + i, outer + next);
    }
  }
}

/** Field vertex at place `i` of a walk around the rim that keeps the region on its right. */
function rimVertex(side: number, i: number): number {
  const steps = side - 1;
  const leg = Math.floor(i / steps);
  const along = i % steps;
  if (leg === 0) return steps * side + along;
  if (leg === 1) return (steps - along) * side + steps;
  if (leg === 2) return steps - along;
  return along * side;
}

/** Pushes rim vertex `i` outwards and lifts it into far mountains. */
function placeRingVertex(field: Terrain, ring: number, i: number, out: Float32Array): void {
  const { verticesPerSide: side, spacing, heights } = field;
  const vertex = rimVertex(side, i);
  const half = ((side - 1) / 2) * spacing;
  const x = (vertex % side) * spacing - half;
  const z = Math.floor(vertex / side) * spacing - half;
  const distance = RING_STEP_M * (ring + 1) * (1 + ring * RING_GROWTH);
  const round = Math.hypot(x, z);
  const far = Math.min(1, distance / 380);
  out[0] = x + (x / round) * distance;
  out[2] = z + (z / round) * distance;
  const ridge = 1 - Math.abs(2 * swell(out[0] * 0.007, out[2] * 0.007) - 1);
  const peak = ridge ** 3 * MOUNTAIN_HEIGHT_M + swell(out[0] * 0.025, out[2] * 0.025) * 22;
  out[1] = (heights[vertex] ?? 0) * (1 - far) + peak * far * far * (3 - 2 * far);
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
