import {
  BufferAttribute,
  type BufferGeometry,
  Color,
  ConeGeometry,
  InstancedBufferAttribute,
  InstancedMesh,
  MeshLambertMaterial,
  type Object3D,
} from 'three';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';
import type { Terrain } from '../../core-wasm/host/core.ts';
import { writeMatrix } from './instances.ts';

/** Plants for the eye alone: knee-high at most, so that walking through them does not jar. */
const PLANTS_MAX = 3000;
/** One place for a plant in each square of so many terrain cells. */
const CELLS = 2;
/** They grow in hollows and thin out uphill, m. */
const LUSH_BELOW_M = -4;
const BARE_ABOVE_M = 5;
const BARE_CHANCE = 0.015;
const LUSH_CHANCE = 0.9;
const LEAVES = 6;
/** Further off a plant is hardly a pixel. */
const SHOWN_WITHIN_M = 125;
const CHOOSE_AGAIN_M = 12;

const HUES: readonly Color[] = [0x2fd6c3, 0x53e08f, 0xd65bd0, 0xf29a4a].map(
  (hex) => new Color(hex),
);

/** All plants of the region, and those near the eye that are drawn, in one draw call. */
export interface Flora {
  readonly mesh: InstancedMesh<BufferGeometry, MeshLambertMaterial>;
  /** How bright tips shine by themselves, 0…1. */
  readonly glow: { value: number };
  readonly matrices: Float32Array;
  readonly colors: Float32Array;
  count: number;
  /** Where the eye was when the drawn ones were chosen, m. */
  chosenX: number;
  chosenZ: number;
}

/** Grows the plants of a terrain: the same ones for everybody who has the same seed. */
export function createFlora(parent: Object3D, field: Terrain, seed: number): Flora {
  const glow = { value: 0 };
  const mesh = new InstancedMesh(plantGeometry(), plantMaterial(glow), PLANTS_MAX);
  mesh.instanceColor = new InstancedBufferAttribute(new Float32Array(PLANTS_MAX * 3), 3);
  mesh.count = 0;
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  mesh.receiveShadow = true;
  parent.add(mesh);
  const flora: Flora = {
    mesh,
    glow,
    matrices: new Float32Array(PLANTS_MAX * 16),
    colors: new Float32Array(PLANTS_MAX * 3),
    count: 0,
    chosenX: Number.POSITIVE_INFINITY,
    chosenZ: 0,
  };
  const rows = Math.floor((field.verticesPerSide - 1) / CELLS);
  const squares = rows * rows;
  for (let i = 0; i < squares && flora.count < PLANTS_MAX; i++) {
    // Strides through the squares, so that a full table is spread over the whole region.
    const square = (i * 7919) % squares;
    plant(flora, field, seed, square % rows, Math.floor(square / rows));
  }
  return flora;
}

function plant(flora: Flora, field: Terrain, seed: number, column: number, row: number): void {
  const chance = (purpose: number): number => hash(seed, column, row, purpose);
  const x = (column + chance(1)) * CELLS;
  const z = (row + chance(2)) * CELLS;
  const height = heightAt(field, x, z);
  const lush = (BARE_ABOVE_M - height) / (BARE_ABOVE_M - LUSH_BELOW_M);
  const grove = hash(seed, column >> 2, row >> 2, 10) ** 2;
  const wet = Math.min(1, Math.max(0, lush)) ** 2 * grove;
  if (chance(3) > BARE_CHANCE + (LUSH_CHANCE - BARE_CHANCE) * wet) return;
  const half = ((field.verticesPerSide - 1) / 2) * field.spacing;
  const place = [x * field.spacing - half, height - 0.03, z * field.spacing - half];
  const turn = chance(4) * Math.PI;
  const rotation = [0, Math.sin(turn), 0, Math.cos(turn)];
  const size = 0.35 + chance(5) * 0.75;
  const tall = size * (0.7 + chance(6) * 0.6);
  const index = flora.count++;
  writeMatrix(flora.matrices, index, place, 0, rotation, 0, size, tall, size);
  // Hues keep to districts of 32 m, with a stray now and then.
  const district = hash(seed, column >> 3, row >> 3, 7);
  const hue = Math.floor((chance(8) < 0.15 ? chance(9) : district) * HUES.length);
  HUES[hue]?.toArray(flora.colors, index * 3);
}

/** Draws the plants around `eye` (world, m), and lets them shine by `glow`, 0…1. */
export function drawFlora(flora: Flora, eye: Float32Array, glow: number): void {
  flora.glow.value = glow;
  const x = eye[0] ?? 0;
  const z = eye[2] ?? 0;
  if (Math.hypot(x - flora.chosenX, z - flora.chosenZ) < CHOOSE_AGAIN_M) return;
  flora.chosenX = x;
  flora.chosenZ = z;
  const { mesh, matrices, colors } = flora;
  const shown = mesh.instanceMatrix.array as Float32Array;
  const shownColors = mesh.instanceColor?.array as Float32Array;
  let count = 0;
  for (let i = 0; i < flora.count; i++) {
    const dx = (matrices[i * 16 + 12] ?? 0) - x;
    const dz = (matrices[i * 16 + 14] ?? 0) - z;
    if (dx * dx + dz * dz > SHOWN_WITHIN_M * SHOWN_WITHIN_M) continue;
    for (let k = 0; k < 16; k++) shown[count * 16 + k] = matrices[i * 16 + k] ?? 0;
    for (let k = 0; k < 3; k++) shownColors[count * 3 + k] = colors[i * 3 + k] ?? 0;
    count++;
  }
  mesh.count = count;
  mesh.instanceMatrix.needsUpdate = true;
  if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
}

/** Height at a place in cells from the least corner; near enough for a root. */
function heightAt({ verticesPerSide: side, heights }: Terrain, x: number, z: number): number {
  const column = Math.min(side - 2, Math.floor(x));
  const row = Math.min(side - 2, Math.floor(z));
  const at = row * side + column;
  const tx = x - column;
  const tz = z - row;
  const near = (heights[at] ?? 0) * (1 - tx) + (heights[at + 1] ?? 0) * tx;
  const far = (heights[at + side] ?? 0) * (1 - tx) + (heights[at + side + 1] ?? 0) * tx;
  return near * (1 - tz) + far * tz;
}

/** Pointed leaves splayed around a root, dark below and bright at the tips. */
function plantGeometry(): BufferGeometry {
  const leaves: BufferGeometry[] = [];
  for (let i = 0; i < LEAVES; i++) {
    const length = i === 0 ? 0.62 : 0.34 + 0.16 * ((i * 5) % 3);
    const leaf = new ConeGeometry(0.055, length, 3, 1, true).translate(0, length / 2, 0);
    leaf.rotateX(i === 0 ? 0 : 0.42 + 0.13 * (i % 3)).rotateY((i * Math.PI * 2) / (LEAVES - 1));
    leaves.push(leaf.toNonIndexed());
  }
  const geometry = mergeGeometries(leaves);
  for (const leaf of leaves) leaf.dispose();
  const positions = geometry.getAttribute('position');
  const shades = new Float32Array(positions.count * 3);
  for (let i = 0; i < positions.count; i++) {
    shades.fill(0.25 + 1.9 * Math.max(0, positions.getY(i)), i * 3, i * 3 + 3);
  }
  geometry.setAttribute('color', new BufferAttribute(shades, 3));
  return geometry;
}

/** Tips shine by themselves at night, by `glow`, 0…1. */
function plantMaterial(glow: { value: number }): MeshLambertMaterial {
  const material = new MeshLambertMaterial({ vertexColors: true, flatShading: true });
  material.onBeforeCompile = (shader) => {
    shader.uniforms.glow = glow;
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', '#include <common>\nuniform float glow;')
      .replace(
        '#include <emissivemap_fragment>',
        'totalEmissiveRadiance += vColor.rgb * (glow * 0.55);',
      );
  };
  material.customProgramCacheKey = () => 'plant';
  return material;
}

function hash(seed: number, x: number, z: number, purpose: number): number {
  let h = Math.imul(seed ^ Math.imul(purpose, 0x27d4eb2f), 0x165667b1);
  h = Math.imul(h ^ Math.imul(x, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ Math.imul(z, 0xc2b2ae35), 0x2c1b3c6d);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

export function disposeFlora({ mesh }: Flora): void {
  mesh.removeFromParent();
  mesh.geometry.dispose();
  mesh.material.dispose();
  mesh.dispose();
}
