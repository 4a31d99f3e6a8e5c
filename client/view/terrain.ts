import {
  BatchedMesh,
  BufferAttribute,
  BufferGeometry,
  MeshLambertMaterial,
  type Object3D,
} from 'three';
import type { Terrain } from '../../core-wasm/host/core.ts';
import { type MeshArrays, rimVertex, writeQuad } from './grid.ts';
import { paintGround } from './ground-paint.ts';
import { horizonMesh } from './horizon.ts';

/** Cells a side of a chunk; 8 × 8 chunks make the region. */
const CHUNK_CELLS = 32;
/** Far chunks are drawn with cells so many times as wide. */
const COARSE = 2;
/** How far from the eye a chunk's middle is when it changes, m; a band, so that none flickers. */
const FINE_BELOW_M = 105;
const COARSE_ABOVE_M = 120;
const CHOOSE_AGAIN_M = 2;
/** How far coarse chunks hang down at their rim, to close the cracks towards finer ones. */
const SKIRT_M = 3;

interface Chunk {
  readonly x: number;
  readonly z: number;
  readonly fine: number;
  readonly coarse: number;
  isFine: boolean;
}

/** The ground in one draw call: chunks out of view are culled, far ones are coarse. */
export interface TerrainView {
  readonly mesh: BatchedMesh;
  readonly chunks: readonly Chunk[];
  /** Where the eye was when detail was chosen, m. */
  chosenX: number;
  chosenZ: number;
}

export function createTerrain(parent: Object3D, field: Terrain): TerrainView {
  const side = (field.verticesPerSide - 1) / CHUNK_CELLS;
  const count = side * side;
  const fine = gridSize(1);
  const coarse = gridSize(COARSE);
  const horizon = horizonMesh(field);
  const mesh = new BatchedMesh(
    count * 2 + 1,
    count * (fine.vertices + coarse.vertices) + horizon.positions.length / 3,
    count * (fine.indices + coarse.indices) + horizon.indices.length,
    paintGround(new MeshLambertMaterial()),
  );
  mesh.receiveShadow = true;
  mesh.matrixAutoUpdate = false;
  mesh.frustumCulled = false;
  mesh.sortObjects = false;
  // Drawn after the bodies that hide it.
  mesh.renderOrder = 5;
  const chunks: Chunk[] = [];
  for (let i = 0; i < count; i++)
    chunks.push(addChunk(mesh, field, i % side, Math.floor(i / side)));
  addMesh(mesh, horizon);
  parent.add(mesh);
  return { mesh, chunks, chosenX: Number.POSITIVE_INFINITY, chosenZ: 0 };
}

/** Vertices and indices of a chunk with every `step`th vertex; only a coarse one has a skirt. */
function gridSize(step: number): { vertices: number; indices: number } {
  const cells = CHUNK_CELLS / step;
  const skirt = step > 1 ? cells * 4 : 0;
  return { vertices: (cells + 1) * (cells + 1) + skirt, indices: (cells * cells + skirt) * 6 };
}

function addChunk(mesh: BatchedMesh, field: Terrain, column: number, row: number): Chunk {
  const half = ((field.verticesPerSide - 1) / 2) * field.spacing;
  const middle = (place: number): number => (place + 0.5) * CHUNK_CELLS * field.spacing - half;
  const fine = addMesh(mesh, chunkMesh(field, column, row, 1));
  const coarse = addMesh(mesh, chunkMesh(field, column, row, COARSE));
  mesh.setVisibleAt(fine, false);
  return { x: middle(column), z: middle(row), fine, coarse, isFine: false };
}

function addMesh(mesh: BatchedMesh, { positions, indices }: MeshArrays): number {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setIndex(new BufferAttribute(indices, 1));
  const instance = mesh.addInstance(mesh.addGeometry(geometry));
  geometry.dispose();
  return instance;
}

/** Every `step`th vertex of a chunk, its facets, and around coarse ones a skirt. */
function chunkMesh(field: Terrain, column: number, row: number, step: number): MeshArrays {
  const { verticesPerSide, spacing, heights } = field;
  const cells = CHUNK_CELLS / step;
  const side = cells + 1;
  const half = ((verticesPerSide - 1) / 2) * spacing;
  const size = gridSize(step);
  const positions = new Float32Array(size.vertices * 3);
  const indices = new Uint32Array(size.indices);
  for (let z = 0; z < side; z++) {
    for (let x = 0; x < side; x++) {
      const a = z * side + x;
      const fieldX = column * CHUNK_CELLS + x * step;
      const fieldZ = row * CHUNK_CELLS + z * step;
      positions[a * 3] = fieldX * spacing - half;
      positions[a * 3 + 1] = heights[fieldZ * verticesPerSide + fieldX] ?? 0;
      positions[a * 3 + 2] = fieldZ * spacing - half;
      if (x === cells || z === cells) continue;
      writeQuad(indices, z * cells + x, a, a + 1, a + side, a + side + 1);
    }
  }
  if (step > 1) writeSkirt(side, positions, indices);
  return { positions, indices };
}

function writeSkirt(side: number, positions: Float32Array, indices: Uint32Array): void {
  const cells = side - 1;
  const rim = cells * 4;
  const first = side * side;
  for (let i = 0; i < rim; i++) {
    const top = rimVertex(side, i);
    positions.copyWithin((first + i) * 3, top * 3, top * 3 + 3);
    positions[(first + i) * 3 + 1] = (positions[top * 3 + 1] ?? 0) - SKIRT_M;
    const next = (i + 1) % rim;
    writeQuad(indices, cells * cells + i, top, rimVertex(side, next), first + i, first + next);
  }
}

/** Chooses each chunk's detail by how far it is from `eye` (world, m), every few steps. */
export function refineTerrain(view: TerrainView, eye: Float32Array): void {
  const x = eye[0] ?? 0;
  const z = eye[2] ?? 0;
  if (isWithin(CHOOSE_AGAIN_M, x - view.chosenX, z - view.chosenZ)) return;
  view.chosenX = x;
  view.chosenZ = z;
  for (const chunk of view.chunks) {
    const limit = chunk.isFine ? COARSE_ABOVE_M : FINE_BELOW_M;
    const wanted = isWithin(limit, chunk.x - x, chunk.z - z);
    if (wanted === chunk.isFine) continue;
    chunk.isFine = wanted;
    view.mesh.setVisibleAt(chunk.fine, wanted);
    view.mesh.setVisibleAt(chunk.coarse, !wanted);
  }
}

function isWithin(limit: number, x: number, z: number): boolean {
  return x * x + z * z < limit * limit;
}

export function disposeTerrain({ mesh }: TerrainView): void {
  mesh.removeFromParent();
  (mesh.material as MeshLambertMaterial).dispose();
  mesh.dispose();
}
