import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind, ShapeKind } from '../host/types.ts';
import { between, direction, integer, type Random, rotation, seeded } from './random.ts';
import { type Solid, signedDistance, solidOf, solids } from './solid.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  type Vec3,
  type World,
} from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

function along(origin: Vec3, way: Vec3, t: number): Vec3 {
  return [origin[0] + way[0] * t, origin[1] + way[1] * t, origin[2] + way[2] * t];
}

/** Steps along the ray by the distance to the solid, which never oversteps; Infinity is a miss. */
function march(solid: Solid, origin: Vec3, way: Vec3, limit: number): number {
  let t = 0;
  while (t < limit) {
    const gap = signedDistance(solid, along(origin, way, t));
    if (gap < 1e-5) return t;
    t += gap;
  }
  return Infinity;
}

/** Nearest that the ray comes to the solid, for leaving out rays that graze it. */
function nearest(solid: Solid, origin: Vec3, way: Vec3, limit: number): number {
  let least = Infinity;
  for (let t = 0; t < limit; t += 0.02) {
    least = Math.min(least, signedDistance(solid, along(origin, way, t)));
  }
  return least;
}

describe('rays', () => {
  const SIZES: Record<number, (random: Random) => Vec3> = {
    [ShapeKind.SPHERE]: (random) => [between(random, 0.1, 2), 0, 0],
    [ShapeKind.CAPSULE]: (random) => [between(random, 0.1, 1), between(random, 0.1, 2), 0],
    [ShapeKind.BOX]: (random) => [
      between(random, 0.1, 2),
      between(random, 0.1, 2),
      between(random, 0.1, 2),
    ],
  };

  test.each([
    ['ball', ShapeKind.SPHERE],
    ['capsule', ShapeKind.CAPSULE],
    ['box', ShapeKind.BOX],
  ])('meet a %s where a march along the ray does', (_, shape) => {
    const random = seeded(shape + 1);
    let hits = 0;
    for (let round = 0; round < 40; round++) {
      const world = newWorld(core);
      const id = addBody(world, {
        kind: BodyKind.STATIC,
        shape,
        size: (SIZES[shape] as (random: Random) => Vec3)(random),
        position: [0, 50, 0],
        rotation: rotation(random),
      });
      play(world, 1);
      const solid = solidOf(core, id);
      for (let i = 0; i < 40; i++) {
        const aim = along([0, 50, 0], direction(random), between(random, 0, 2));
        const way = direction(random);
        const origin = along(aim, way, -between(random, 3, 9));
        if (signedDistance(solid, origin) < 0.01) continue;
        const expected = march(solid, origin, way, 12);
        const hit = core.queries.castRay(origin, way, 12);
        if (expected === Infinity) {
          if (hit) expect(nearest(solid, origin, way, 12)).toBeLessThan(0.003);
          continue;
        }
        if (!hit) {
          expect(nearest(solid, origin, way, 12)).toBeGreaterThan(-0.003);
          continue;
        }
        hits++;
        expect(hit.entity).toBe(id);
        expect(Math.abs(signedDistance(solid, hit.point))).toBeLessThan(0.001);
        expect(Math.hypot(...hit.normal)).toBeCloseTo(1, 3);
        // Where the ray comes in flat the march stops early by much more than its own tolerance.
        const facing = -(hit.normal[0] * way[0] + hit.normal[1] * way[1] + hit.normal[2] * way[2]);
        expect(facing).toBeGreaterThan(-0.001);
        if (facing > 0.1) expect(Math.abs(hit.distance - expected)).toBeLessThan(0.001);
        const outside = signedDistance(solid, along(hit.point, hit.normal, 0.01));
        expect(outside).toBeCloseTo(0.01, 3);
      }
    }
    expect(hits).toBeGreaterThan(300);
  });

  test('meet the terrain where a march does', () => {
    const random = seeded(9);
    newWorld(core, 9);
    let hits = 0;
    for (let i = 0; i < 300; i++) {
      const x = between(random, -200, 200);
      const z = between(random, -200, 200);
      const origin: Vec3 = [x, core.terrainHeight(x, z) + between(random, 0.5, 20), z];
      const way = direction(random);
      let expected = Infinity;
      for (let t = 0; t < 60 && expected === Infinity; t += 0.01) {
        const [px, py, pz] = along(origin, way, t);
        if (py < core.terrainHeight(px, pz)) expected = t;
      }
      const hit = core.queries.castRay(origin, way, 60);
      if (!hit) {
        expect(expected).toBe(Infinity);
        continue;
      }
      hits++;
      // The march may step over a ridge, the core may not.
      expect(hit.distance).toBeLessThan(expected + 0.001);
      const [px, py, pz] = hit.point;
      expect(Math.abs(py - core.terrainHeight(px, pz))).toBeLessThan(0.0005);
      expect(hit.entity).toBe(0);
      expect(hit.normal[1]).toBeGreaterThan(0.3);
    }
    expect(hits).toBeGreaterThan(120);
  });

  test('meet the first of several, and pass a player through himself', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    const near = addBody(world, { position: [0, 0.5, -4] });
    addBody(world, { position: [0, 0.5, -6] });
    play(world, 1);
    const eye: Vec3 = [0, 0.9, 0.5];
    expect(core.queries.castRay(eye, [0, 0, -1], 20)?.entity).toBe(player.entity);
    expect(core.queries.castRay(eye, [0, 0, -1], 20, { ignore: player.entity })?.entity).toBe(near);
    expect(core.queries.castRay(eye, [0, 0, -1], 3, { ignore: player.entity })).toBeNull();
    expect(
      core.queries.castRay([0, 30, 0], [0, -1, 0], 100, { ignore: player.entity })?.entity,
    ).toBe(0);
  });

  test('from inside a body go out without meeting it', () => {
    const world = newWorld(core);
    const random = seeded(2);
    addStatic(world, [1, 1, 1], { position: [0, 50, 0] });
    addStatic(world, [1, 0, 0], { shape: ShapeKind.SPHERE, position: [10, 50, 0] });
    addStatic(world, [0.5, 1, 0], { shape: ShapeKind.CAPSULE, position: [20, 50, 0] });
    play(world, 1);
    for (const x of [0, 10, 20]) {
      for (let i = 0; i < 50; i++) {
        const origin: Vec3 = [x + 0.1, 50 + between(random, -0.8, 0.8), 0.1];
        const way = direction(random);
        const hit = core.queries.castRay(origin, way, 5);
        expect(hit).toBeNull();
      }
    }
  });

  test('change nothing, and end whatever the numbers are', () => {
    const world = newWorld(core);
    addBody(world, {});
    play(world, 5);
    const before = core.stateHash();
    const odd = [0, -0, 1, -1, 1e30, -1e30, Infinity, -Infinity, Number.NaN, 1e-40];
    const random = seeded(3);
    const any = (): number => odd[integer(random, 0, odd.length - 1)] as number;
    for (let i = 0; i < 2000; i++) {
      const filter = { ignore: integer(random, 0, 9) };
      core.queries.castRay([any(), any(), any()], [any(), any(), any()], any(), filter);
    }
    expect(core.stateHash()).toBe(before);
  });
});

describe('terrain', () => {
  test('height is continuous, equals the vertices, and no slope is a cliff', () => {
    for (const seed of [0, 7, 0xffffffff]) {
      newWorld(core, seed);
      const { heights, verticesPerSide, spacing } = core.terrain;
      const half = ((verticesPerSide - 1) / 2) * spacing;
      const random = seeded(seed);
      for (let i = 0; i < 4000; i++) {
        const column = integer(random, 0, verticesPerSide - 1);
        const row = integer(random, 0, verticesPerSide - 1);
        const x = column * spacing - half;
        const z = row * spacing - half;
        expect(core.terrainHeight(x, z)).toBeCloseTo(
          heights[row * verticesPerSide + column] as number,
          4,
        );
        const [px, pz] = [between(random, -255, 255), between(random, -255, 255)];
        const step = Math.abs(
          core.terrainHeight(px, pz) - core.terrainHeight(px + 0.01, pz - 0.01),
        );
        expect(step).toBeLessThan(0.03);
      }
    }
  });

  test('is the same for a seed and another for another', () => {
    newWorld(core, 5);
    const first = core.terrain.heights.slice();
    newWorld(core, 6);
    expect(core.terrain.heights).not.toEqual(first);
    newWorld(core, 5);
    expect(core.terrain.heights).toEqual(first);
  });

  test('is level where people arrive', () => {
    newWorld(core, 123);
    for (let i = 0; i < 200; i++) {
      const x = (i % 20) - 10;
      const z = Math.floor(i / 10) - 10;
      expect(Math.abs(core.terrainHeight(x, z))).toBe(0);
    }
  });

  test('goes on beyond the rim, and answers whatever it is asked', () => {
    newWorld(core, 1);
    expect(Number.isFinite(core.terrainHeight(300, -400))).toBe(true);
    for (const odd of [Number.NaN, Infinity, -Infinity, 1e30]) core.terrainHeight(odd, odd);
    expect(Math.abs(core.terrainHeight(258, 0) - core.terrainHeight(254, 0))).toBeLessThan(8);
  });
});

describe('entities', () => {
  test('a chain of nextEntity gives ids that are free, ascend and can all be spawned', () => {
    const world = newWorld(core);
    const ids = Array.from({ length: 500 }, () => addBody(world, { position: [0, 900, 0] }));
    expect(new Set(ids).size).toBe(500);
    for (let i = 1; i < ids.length; i++) {
      expect((ids[i] as number) & 0xffff).toBeGreaterThan((ids[i - 1] as number) & 0xffff);
    }
    play(world, 1);
    expect(core.bodyCount).toBe(500);
    expect(ids.every((id) => core.hasEntity(id))).toBe(true);
    expect(world.faults & 32).toBe(0);
  });

  test('an index that is free again comes with a new generation', () => {
    const world = newWorld(core);
    const first = addBody(world, {});
    const second = addBody(world, { position: [5, 0.5, 0] });
    play(world, 1);
    world.commands.push((c) => c.addDespawn(first));
    play(world, 1);
    expect(core.hasEntity(first)).toBe(false);
    const again = core.nextEntity(0);
    expect(again & 0xffff).toBe(first & 0xffff);
    expect(again >>> 16).toBe((first >>> 16) + 1);
    addBody(world, { entity: again });
    play(world, 1);
    expect(core.hasEntity(again)).toBe(true);
    expect(core.hasEntity(first)).toBe(false);
    expect(core.hasEntity(second)).toBe(true);
  });

  test('what does not exist has no slot, whatever the number', () => {
    const world = newWorld(core);
    addBody(world, {});
    play(world, 1);
    const odd = [0, 1, -1, 0xffffffff, 0x10000, 32768, 32767, Number.NaN, 2 ** 40, 1.5];
    for (const id of odd) expect(core.hasEntity(id)).toBe(false);
    expect(core.bodyPosition(77, new Float32Array(3))).toBe(false);
  });

  test('accounts find their player', () => {
    const world = newWorld(core);
    const one = addPlayer(world, [0, 0, 0], 0, 41);
    const two = addPlayer(world, [2, 0, 0], 16384, 42);
    play(world, 1);
    expect(core.playerOfAccount(42)).toBe(two.entity);
    expect(core.playerOfAccount(43)).toBe(0);
    expect(core.playerAccounts()).toEqual([
      { entity: one.entity, account: 41, yaw: 0 },
      { entity: two.entity, account: 42, yaw: 16384 },
    ]);
  });

  test('columns list bodies and players in entity order', () => {
    const world: World = newWorld(core);
    addPlayer(world, [0, 0, 0]);
    for (let i = 0; i < 70; i++) addBody(world, { position: [i % 10, 1 + i, 5] });
    play(world, 2);
    const indices = solids(core).map((solid) => solid.id & 0xffff);
    expect(indices).toHaveLength(73);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
  });
});
