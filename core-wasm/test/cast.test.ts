import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { type QueryHit, QueryStatus } from '../host/query-types.ts';
import { BodyKind, ShapeKind } from '../host/types.ts';
import { EXACT_M, GRAZE_M, judge } from './cast-judge.ts';
import { addScaled, gapBetween } from './gap.ts';
import { between, direction, integer, seeded } from './random.ts';
import { addTargets, anyShape, placed, terrainGap } from './shapes.ts';
import { addBody, newWorld, openCore, play, type Vec3 } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const UPS: Vec3 = [0, 1, 0];

describe('casts', () => {
  test('stop where the shapes first touch', () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core);
        const target = anyShape(random);
        const place: Vec3 = [between(random, -200, 200), 300, between(random, -200, 200)];
        addBody(world, { ...target, kind: BodyKind.STATIC, position: place });
        play(world, 1);
        const other = placed(target, place);
        for (let i = 0; i < 10; i++) {
          const shape = anyShape(random);
          const way = random() < 0.3 ? UPS : direction(random);
          const aim = addScaled(place, direction(random), between(random, 0, 3));
          const origin = addScaled(aim, way, -between(random, 0, 40)).map(Math.fround) as never;
          const limit = between(random, 5, 60);
          const hit = core.queries.castShape(shape, origin, way, limit, {
            terrain: false,
          });
          const gapAt = (t: number) => gapBetween(placed(shape, addScaled(origin, way, t)), other);
          expect(judge(hit, gapAt, limit, way)).toBe('');
          if (hit) hits++;
        }
      }),
      { numRuns: 300 },
    );
    expect(hits).toBeGreaterThan(300);
  });

  test('take the first of many, the same that each alone gives', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core);
        const bodies = addTargets(world, random, 60);
        for (let i = 0; i < 6; i++) {
          const shape = anyShape(random);
          const mask = integer(random, 1, 7);
          const ignore = bodies[integer(random, 0, 59)]?.entity ?? 0;
          const way = direction(random);
          const origin: Vec3 = [between(random, -20, 20), 300, between(random, -20, 20)];
          const limit = between(random, 1, 40);
          const filter = { terrain: false, mask, ignore };
          const hit = core.queries.castShape(shape, origin, way, limit, filter);
          const looked = bodies.filter((b) => (b.layer & mask) !== 0 && b.entity !== ignore);
          const at = (t: number) => placed(shape, addScaled(origin, way, t));
          const gapAt = (t: number) =>
            Math.min(Infinity, ...looked.map((b) => gapBetween(at(t), b.core)));
          expect(judge(hit, gapAt, limit, way)).toBe('');
          if (!hit || hit.status === QueryStatus.INSIDE) continue;
          const met = looked.find((b) => b.entity === hit.entity);
          expect(met).toBeDefined();
          expect(gapBetween(at(hit.distance), (met as (typeof looked)[0]).core)).toBeLessThan(
            EXACT_M + GRAZE_M,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test('stop on the terrain, however wide and long they are', () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core, integer(random, 0, 5));
        const shape = anyShape(random);
        const [x, z] = [between(random, -200, 200), between(random, -200, 200)];
        const origin: Vec3 = [x, core.terrainHeight(x, z) + between(random, 0.2, 12), z];
        const way = direction(random);
        const limit = between(random, 1, 30);
        const hit = core.queries.castShape(shape, origin, way, limit);
        const gapAt = (t: number) => terrainGap(world, placed(shape, addScaled(origin, way, t)));
        expect(judge(hit, gapAt, limit, way)).toBe('');
        if (hit) {
          hits++;
          expect(hit.entity).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
    expect(hits).toBeGreaterThan(40);
  });

  test('fall the same way from the region’s ceiling as from near by', () => {
    newWorld(core, 3);
    const ball = { shape: ShapeKind.SPHERE, size: [0.5, 0, 0] };
    const high = core.queries.castShape(ball, [130, 990, -140], [0, -1, 0], 1500);
    const low = core.queries.castShape(ball, [130, 40, -140], [0, -1, 0], 1500);
    expect(high?.entity).toBe(0);
    expect((high as QueryHit).distance - 950).toBeCloseTo((low as QueryHit).distance, 3);
  });

  test('that touch and go away meet nothing; those that press on meet it at once', () => {
    const world = newWorld(core);
    const wall = addBody(world, { kind: BodyKind.STATIC, size: [1, 1, 1], position: [0, 50, 0] });
    play(world, 1);
    const ball = { shape: ShapeKind.SPHERE, size: [0.5, 0, 0] };
    const touching: Vec3 = [1.50005, 50, 0];
    expect(core.queries.castShape(ball, touching, [1, 0, 0], 5)).toBeNull();
    expect(core.queries.castShape(ball, touching, [0, 0, 1], 5)).toBeNull();
    const hit = core.queries.castShape(ball, touching, [-1, 0, 0], 5);
    expect(hit).toMatchObject({ entity: wall, status: QueryStatus.HIT });
    expect((hit as QueryHit).distance).toBeLessThan(0.0002);
    expect((hit as QueryHit).normal[0]).toBeCloseTo(1, 5);
  });

  test('without a direction tell what the shape stands in', () => {
    const world = newWorld(core);
    const wall = addBody(world, { kind: BodyKind.STATIC, size: [1, 1, 1], position: [0, 50, 0] });
    play(world, 1);
    const ball = { shape: ShapeKind.SPHERE, size: [0.5, 0, 0] };
    expect(core.queries.castShape(ball, [1.2, 50, 0], [0, 0, 0], 5)).toEqual({
      status: QueryStatus.INSIDE,
      entity: wall,
      distance: 0,
      point: [Math.fround(1.2), 50, 0],
      normal: [0, 1, 0],
    });
    expect(core.queries.castShape(ball, [1.6, 50, 0], [0, 0, 0], 5)).toBeNull();
    expect(core.queries.castShape(ball, [100, -60, 0], [1, 0, 0], 5)).toMatchObject({
      status: QueryStatus.INSIDE,
      entity: 0,
    });
  });
});
