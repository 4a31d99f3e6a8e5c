import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { emptyHit, type QueryHit, QueryStatus } from '../host/query-types.ts';
import { BodyKind, ShapeKind } from '../host/types.ts';
import { addScaled, dot, gapBetween, sub } from './gap.ts';
import { between, direction, integer, seeded } from './random.ts';
import { addTargets, anyShape, placed, type Target, terrainGap } from './shapes.ts';
import { signedDistance } from './solid.ts';
import { addBody, addPlayer, newWorld, openCore, play, type Vec3 } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Shapes nearer to touching than this may be told either way. */
const EXACT_M = 0.0002;
const SKY = { terrain: false };

/** A ball without size, for distances of points. */
const POINT = { shape: ShapeKind.SPHERE, size: [0, 0, 0] as Vec3, rotation: [0, 0, 0, 1] as const };

function distanceOf({ given, position, entity }: Target, p: Vec3): number {
  return signedDistance({ id: entity, kind: BodyKind.STATIC, ...given, position }, p);
}

describe('overlaps', () => {
  test('list, in entity order, the bodies whose distance in doubles is none', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addTargets(newWorld(core), random, integer(random, 0, 80));
        for (let i = 0; i < 5; i++) {
          const shape = anyShape(random);
          const centre: Vec3 = [between(random, -16, 16), 300, between(random, -16, 16)];
          const mask = integer(random, 1, 7);
          const { entities, total, terrain } = core.queries.overlap(shape, centre, { mask });
          const own = placed(shape, centre);
          expect(terrain).toBe(false);
          expect(total).toBe(entities.length);
          found += total;
          const indices = Array.from(entities, (id) => id & 0xffff);
          expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
          for (const target of targets) {
            const gap = gapBetween(own, target.core);
            if (Math.abs(gap) < EXACT_M && gap !== 0) continue;
            const isExpected = gap <= 0 && (target.layer & mask) !== 0;
            expect(entities.includes(target.entity)).toBe(isExpected);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(60);
  });

  test('touch the terrain when a triangle or the ground below does', () => {
    let touched = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core, integer(random, 0, 5));
        const shape = anyShape(random);
        const [x, z] = [between(random, -200, 200), between(random, -200, 200)];
        const height = core.terrainHeight(x, z) + between(random, -1, 3);
        const { terrain, total } = core.queries.overlap(shape, [x, height, z]);
        const gap = terrainGap(world, placed(shape, [x, height, z]));
        expect(total).toBe(0);
        if (Math.abs(gap) < EXACT_M && gap !== 0) return;
        const isBelow = height < core.terrainHeight(x, z);
        expect(terrain).toBe(gap <= 0 || isBelow);
        if (terrain) touched++;
        expect(core.queries.overlap(shape, [x, height, z], SKY).terrain).toBe(false);
      }),
      { numRuns: 150 },
    );
    expect(touched).toBeGreaterThan(30);
  });

  test('list what there is room for, and say how much there was', () => {
    const world = newWorld(core);
    for (let i = 0; i < 200; i++) {
      addBody(world, { kind: BodyKind.STATIC, position: [(i % 10) * 0.1, 300, i * 0.01] });
    }
    play(world, 1);
    const { queries } = core;
    queries.clear();
    const ball = { shape: ShapeKind.SPHERE, size: [5, 0, 0] };
    for (let i = 0; i < 100; i++) queries.addOverlap(ball, [0, 300, 0]);
    queries.run();
    const lists = Array.from({ length: 100 }, (_, i) => queries.listed(i));
    expect(lists.every(({ total }) => total === 200)).toBe(true);
    expect(lists.reduce((sum, { entities }) => sum + entities.length, 0)).toBe(16384);
    expect(lists[0]?.entities).toHaveLength(200);
    expect(lists[99]?.entities).toHaveLength(0);
  });
});

describe('nearest points', () => {
  /** What is wrong with a nearest point of a body, empty when nothing is. */
  function judge(hit: QueryHit, target: Target, p: Vec3): string {
    const expected = distanceOf(target, p);
    if (Math.abs(hit.distance - expected) > EXACT_M) return `${hit.distance}, not ${expected}`;
    if (Math.abs(distanceOf(target, hit.point)) > EXACT_M) return 'not on the surface';
    const outside = distanceOf(target, addScaled(hit.point, hit.normal, 0.01));
    if (Math.abs(outside - 0.01) > EXACT_M) return 'normal does not look out';
    if (Math.abs(hit.distance) > 0.01) {
      const way = dot(sub(p, hit.point), hit.normal);
      if (Math.abs(way - hit.distance) > EXACT_M) return 'normal does not look to the point';
    }
    return hit.status === (expected < 0 ? QueryStatus.INSIDE : QueryStatus.HIT) ||
      Math.abs(expected) < EXACT_M
      ? ''
      : `status ${hit.status}`;
  }

  test('of one body are where the distance in doubles says', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const [target] = addTargets(newWorld(core), random, 1) as [Target];
        for (let i = 0; i < 20; i++) {
          const reach = between(random, 0, random() < 0.5 ? 1 : 40);
          const p = addScaled(target.position, direction(random), reach);
          const hit = core.queries.closestPoint(target.entity, p);
          expect(hit?.entity).toBe(target.entity);
          expect(judge(hit as QueryHit, target, p)).toBe('');
          const limit = between(random, 0, 5);
          const near = core.queries.closestPoint(target.entity, p, limit);
          if (Math.abs(distanceOf(target, p) - limit) < EXACT_M) continue;
          expect(near !== null).toBe(distanceOf(target, p) < limit);
        }
      }),
      { numRuns: 200 },
    );
    expect(core.queries.closestPoint(77, [0, 300, 0])).toBeNull();
  });

  test('find the nearest of many', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addTargets(newWorld(core), random, integer(random, 1, 100));
        for (let i = 0; i < 10; i++) {
          const p: Vec3 = [between(random, -25, 25), 300, between(random, -25, 25)];
          const limit = between(random, 0, 10);
          const mask = integer(random, 1, 7);
          const looked = targets.filter(({ layer }) => (layer & mask) !== 0);
          const expected = Math.min(Infinity, ...looked.map((target) => distanceOf(target, p)));
          const hit = core.queries.nearest(p, limit, { mask, terrain: false });
          if (Math.abs(expected - limit) < EXACT_M) continue;
          expect(hit !== null).toBe(expected < limit);
          if (!hit) continue;
          expect(Math.abs(hit.distance - expected)).toBeLessThan(EXACT_M);
          const met = looked.find(({ entity }) => entity === hit.entity);
          expect(judge(hit, met as Target, p)).toBe('');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of the terrain are the nearest of its triangles', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core, integer(random, 0, 5));
        const [x, z] = [between(random, -200, 200), between(random, -200, 200)];
        const ground = core.terrainHeight(x, z);
        const p: Vec3 = [x, ground + between(random, -4, 12), z];
        const expected = terrainGap(world, placed(POINT, p), 14) * (p[1] < ground ? -1 : 1);
        for (const hit of [core.queries.closestPoint(0, p), core.queries.nearest(p, 14)]) {
          expect(hit?.entity).toBe(0);
          expect(Math.abs((hit as QueryHit).distance - expected)).toBeLessThan(EXACT_M);
          const [px, py, pz] = (hit as QueryHit).point;
          expect(Math.abs(py - core.terrainHeight(px, pz))).toBeLessThan(EXACT_M);
          expect((hit as QueryHit).normal[1]).toBeGreaterThan(0);
          const way = dot(sub(p, [px, py, pz]), (hit as QueryHit).normal);
          expect(Math.abs(way - expected)).toBeLessThan(EXACT_M);
        }
        expect(core.queries.nearest(p, 14, SKY)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

describe('all queries', () => {
  test('pass whom they are told to, with his hands', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 1);
    const all = { shape: ShapeKind.SPHERE, size: [3, 0, 0] };
    const { entities } = core.queries.overlap(all, [0, 1, 0]);
    expect([...entities]).toEqual([player.entity, player.left, player.right]);
    const filter = { ignore: player.entity, terrain: false };
    expect(core.queries.overlap(all, [0, 1, 0], filter).total).toBe(0);
    expect(core.queries.nearest([0, 1, 0], 5, filter)).toBeNull();
    expect(core.queries.castShape(all, [0, 9, 0], [0, -1, 0], 20, filter)).toBeNull();
    expect(core.queries.castRay([0, 9, 0], [0, -1, 0], 20, filter)).toBeNull();
  });

  test('give in a batch what they give alone, up to its capacity', () => {
    const random = seeded(5);
    addTargets(newWorld(core), random, 100);
    const { queries } = core;
    const asked = Array.from({ length: queries.capacity }, (_, i) => ({
      kind: i % 4,
      shape: anyShape(random),
      origin: [between(random, -20, 20), 300, between(random, -20, 20)] as Vec3,
      way: direction(random),
    }));
    const hits = asked.map(({ kind, shape, origin, way }) => {
      if (kind === 0) return queries.castRay(origin, way, 50);
      if (kind === 1) return queries.castShape(shape, origin, way, 50);
      if (kind === 2) return queries.nearest(origin, 50);
      return queries.overlap(shape, origin);
    });
    queries.clear();
    for (const { kind, shape, origin, way } of asked) {
      if (kind === 0) queries.addRay(origin, way, 50);
      else if (kind === 1) queries.addCast(shape, origin, way, 50);
      else if (kind === 2) queries.addNearest(origin, 50);
      else queries.addOverlap(shape, origin);
    }
    expect(queries.addRay([0, 0, 0], [0, 1, 0], 1)).toBe(-1);
    queries.run();
    asked.forEach(({ kind }, i) => {
      const hit = emptyHit();
      if (kind === 3) expect(queries.listed(i)).toEqual(hits[i] as never);
      else expect(queries.readHit(i, hit) ? hit : null).toEqual(hits[i] as never);
    });
    expect(() => queries.readHit(queries.capacity, emptyHit())).toThrow(RangeError);
  });

  test('answer something whatever the numbers are, and change nothing', () => {
    const world = newWorld(core);
    const random = seeded(8);
    addTargets(world, random, 50);
    for (let i = 0; i < 20; i++) addBody(world, { position: [0, i, 0] });
    play(world, 5);
    const before = core.stateHash();
    const odd = [0, -0, 1, -1, 0.5, 300, 1e30, -1e30, Infinity, -Infinity, Number.NaN, 1e-40, 2e38];
    const any = (): number => odd[integer(random, 0, odd.length - 1)] as number;
    const vector = (): Vec3 => [any(), any(), any()];
    const statuses = new Set<number>();
    const hit = emptyHit();
    const { queries } = core;
    for (let round = 0; round < 40; round++) {
      queries.clear();
      for (let i = 0; i < 100; i++) {
        const origin: Vec3 = random() < 0.5 ? vector() : [0, 300, 0];
        const rotation = [any(), 0, 0, random() < 0.5 ? 1 : any()];
        const size = random() < 0.5 ? vector() : [1, 1, 1];
        const shape = { shape: integer(random, 0, 4) as ShapeKind, size, rotation };
        const filter = { mask: any(), ignore: any() };
        queries.addRay(origin, vector(), any(), filter);
        queries.addCast(shape, origin, vector(), any(), filter);
        queries.addOverlap(shape, origin, filter);
        queries.addClosestPoint(integer(random, 0, 80), origin, any());
        queries.addNearest(origin, any(), filter);
      }
      queries.run();
      for (let i = 0; i < 500; i++) {
        if (queries.readHit(i, hit)) {
          const numbers = [hit.distance, ...hit.point, ...hit.normal];
          expect(numbers.every(Number.isFinite)).toBe(true);
        }
        statuses.add(hit.status);
      }
    }
    expect([...statuses].sort()).toEqual([0, 1, 2, 3]);
    expect(core.stateHash()).toBe(before);
  });

  test('see the world as it is after each step, part of one, restore, spawn and reset', () => {
    const world = newWorld(core);
    const down = () => core.queries.castRay([0, 400, 0], [0, -1, 0], 500)?.distance;
    expect(down()).toBeCloseTo(400, 3);
    const ball = addBody(world, { position: [0, 300, 0] });
    play(world, 1);
    const first = down() as number;
    expect(first).toBeLessThan(101);
    const state = core.snapshot();
    core.step();
    expect(down()).toBeGreaterThan(first);
    const [second, next, islands] = [down(), core.snapshot(), core.islands()];
    core.restore(state);
    expect(down()).toBe(first);
    core.beginPart();
    expect(core.stepPart(next, islands)).toBe(0);
    expect(down()).toBe(second);
    core.restore(state);
    addBody(world, { kind: BodyKind.STATIC, position: [0, 350, 0] });
    play(world, 1);
    expect(down()).toBeCloseTo(49.5, 3);
    world.commands.push((c) => c.addDespawn(ball));
    play(world, 1);
    expect(core.queries.castRay([0, 349, 0], [0, -1, 0], 500)?.entity).toBe(0);
    core.reset(1);
    expect(down()).toBeCloseTo(400, 3);
  });
});
