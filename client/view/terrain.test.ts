import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Group, Ray, Vector3 } from 'three';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { createFlora, drawFlora } from './flora.ts';
import { horizonMesh } from './horizon.ts';
import { createTerrain, disposeTerrain, refineTerrain, type TerrainView } from './terrain.ts';

let core: Core;
let view: TerrainView;
beforeAll(async () => {
  core = await Core.create(await compileCore(await Bun.file('build/core.wasm').bytes()));
  core.reset(11);
  view = createTerrain(new Group(), core.terrain);
});

/** Height of the drawn ground under (x, z), looked for in the facets that are shown. */
function drawnHeight(x: number, z: number): number {
  const { mesh } = view;
  const ray = new Ray(new Vector3(x, 500, z), new Vector3(0, -1, 0));
  const positions = mesh.geometry.getAttribute('position');
  const index = mesh.geometry.getIndex();
  const corners = [new Vector3(), new Vector3(), new Vector3()] as const;
  const hit = new Vector3();
  let highest = Number.NEGATIVE_INFINITY;
  for (const { fine, coarse, isFine, x: middleX, z: middleZ } of view.chunks) {
    if (Math.abs(middleX - x) > 33 || Math.abs(middleZ - z) > 33) continue;
    const range = mesh.getGeometryRangeAt(isFine ? fine : coarse);
    if (range === null || range === undefined) throw new Error('a chunk has no geometry');
    for (let i = range.start; i < range.start + range.count; i += 3) {
      corners.forEach((corner, k) => {
        corner.fromBufferAttribute(positions, index?.getX(i + k) ?? 0);
      });
      // Facets that face up only: what a player sees from above.
      if (ray.intersectTriangle(...corners, true, hit)) highest = Math.max(highest, hit.y);
    }
  }
  return highest;
}

describe('the drawn ground', () => {
  test('near the eye is the ground that the core walks on', () => {
    const near = fc.double({ min: -60, max: 60, noNaN: true });
    refineTerrain(view, Float32Array.of(0, 2, 0));
    fc.assert(
      fc.property(near, near, (x, z) => {
        expect(drawnHeight(x, z)).toBeCloseTo(core.terrainHeight(x, z), 2);
      }),
      { numRuns: 40 },
    );
  });

  test('each chunk is shown once, fine near the eye and coarse far from it', () => {
    refineTerrain(view, Float32Array.of(-200, 0, -200));
    for (const { fine, coarse, isFine, x, z } of view.chunks) {
      expect(view.mesh.getVisibleAt(fine)).toBe(isFine);
      expect(view.mesh.getVisibleAt(coarse)).toBe(!isFine);
      const distance = Math.hypot(x + 200, z + 200);
      if (distance < 100) expect(isFine).toBe(true);
      if (distance > 125) expect(isFine).toBe(false);
    }
    refineTerrain(view, Float32Array.of(0, 2, 0));
  });

  test('a chunk between the two distances stays what it is', () => {
    const chunk = view.chunks.find(({ x, z }) => x > 0 && z > 0);
    if (chunk === undefined) throw new Error('no chunk');
    const from = (distance: number): boolean => {
      refineTerrain(view, Float32Array.of(chunk.x - distance, 0, chunk.z));
      return chunk.isFine;
    };
    expect([from(90), from(112), from(125), from(112), from(90)]).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});

test('the horizon begins at the rim of the region and faces up', () => {
  const { positions, indices } = horizonMesh(core.terrain);
  const at = (vertex: number): Vector3 => new Vector3().fromArray(positions, vertex * 3);
  for (let i = 0; i < 1024; i++) {
    const corner = at(i);
    expect(Math.max(Math.abs(corner.x), Math.abs(corner.z))).toBe(256);
    expect(corner.y).toBeCloseTo(core.terrainHeight(corner.x, corner.z), 3);
  }
  for (let i = 0; i < indices.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => at(indices[i + k] ?? 0));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no corner');
    expect(b.sub(a).cross(c.sub(a)).y).toBeGreaterThanOrEqual(-1e-3);
  }
});

test('plants are the same for the same seed, and only those near the eye are drawn', () => {
  const first = createFlora(new Group(), core.terrain, 11);
  const again = createFlora(new Group(), core.terrain, 11);
  const other = createFlora(new Group(), core.terrain, 12);
  expect(first.count).toBeGreaterThan(100);
  expect(again.matrices).toEqual(first.matrices);
  expect(other.matrices).not.toEqual(first.matrices);
  drawFlora(first, Float32Array.of(100, 0, 100), 0.5);
  expect(first.mesh.count).toBeGreaterThan(0);
  expect(first.mesh.count).toBeLessThan(first.count);
  for (let i = 0; i < first.mesh.count; i++) {
    const { array } = first.mesh.instanceMatrix;
    const distance = Math.hypot((array[i * 16 + 12] ?? 0) - 100, (array[i * 16 + 14] ?? 0) - 100);
    expect(distance).toBeLessThan(126);
  }
});

test('what was made can be taken down', () => {
  const parent = new Group();
  disposeTerrain(createTerrain(parent, core.terrain));
  expect(parent.children).toHaveLength(0);
});
