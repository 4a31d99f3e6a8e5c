import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { type QueryHit, QueryStatus } from '../host/query-types.ts';
import { BodyKind, ShapeKind, WireFault } from '../host/types.ts';
import { EXACT_M, GRAZE_M, judge } from './cast-judge.ts';
import { addScaled, dot, gapBetween, sub } from './gap.ts';
import {
  addLook,
  addLookTargets,
  defineHull,
  distanceTo,
  gapTo,
  hullPiece,
  type LookTarget,
} from './looks.ts';
import { boxPoints } from './polyhedron.ts';
import { between, direction, integer, seeded } from './random.ts';
import { anyShape, placed } from './shapes.ts';
import { newWorld, openCore, play, UPRIGHT, type Vec3 } from './world.ts';

/** Queries on hulls and compounds, judged by their pieces in doubles. */

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const SKY = { terrain: false };

function spot(random: () => number, reach: number): Vec3 {
  const at = [-reach, 300 - reach, -reach].map((low) => between(random, low, low + 2 * reach));
  return at.map(Math.fround) as unknown as Vec3;
}

describe('on hulls and compounds', () => {
  test('overlaps list, in entity order, the bodies with a piece that is not apart', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addLookTargets(newWorld(core), random, integer(random, 1, 30));
        for (let i = 0; i < 5; i++) {
          const shape = anyShape(random);
          const centre = spot(random, 9);
          const mask = integer(random, 1, 7);
          const { entities, total } = core.queries.overlap(shape, centre, { mask });
          expect(total).toBe(entities.length);
          found += total;
          const indices = Array.from(entities, (id) => id & 0xffff);
          expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
          const own = placed(shape, centre);
          for (const target of targets) {
            const gap = gapTo(own, target);
            if (Math.abs(gap) < EXACT_M && gap !== 0) continue;
            const isExpected = gap <= 0 && (target.layer & mask) !== 0;
            expect(entities.includes(target.entity)).toBe(isExpected);
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(found).toBeGreaterThan(30);
  });

  /** What is wrong with a nearest point, empty when nothing is. */
  function judgeNearest(hit: QueryHit, target: LookTarget, p: Vec3): string {
    const expected = distanceTo(target, p);
    if (Math.abs(hit.distance - expected) > EXACT_M) return `${hit.distance}, not ${expected}`;
    // It may lie inside another piece than that whose surface it is on.
    const met = target.pieces.filter(
      (piece) =>
        Math.abs(piece.signedDistance(hit.point)) < EXACT_M &&
        Math.abs(piece.signedDistance(addScaled(hit.point, hit.normal, 0.01)) - 0.01) < EXACT_M,
    );
    if (met.length === 0) return 'not on a surface with that normal';
    const way = dot(sub(p, hit.point), hit.normal);
    if (Math.abs(hit.distance) > 0.01 && Math.abs(way - hit.distance) > EXACT_M)
      return 'normal does not look to the point';
    const status = expected < 0 ? QueryStatus.INSIDE : QueryStatus.HIT;
    return hit.status === status || Math.abs(expected) < EXACT_M ? '' : `status ${hit.status}`;
  }

  test('nearest points are where the distance in doubles says', () => {
    let inside = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addLookTargets(newWorld(core), random, integer(random, 1, 20));
        for (let i = 0; i < 20; i++) {
          const target = targets[integer(random, 0, targets.length - 1)] as LookTarget;
          const reach = between(random, 0, random() < 0.6 ? 1 : 30);
          const p = addScaled(target.position, direction(random), reach);
          const hit = core.queries.closestPoint(target.entity, p) as QueryHit;
          expect(hit.entity).toBe(target.entity);
          expect(judgeNearest(hit, target, p)).toBe('');
          if (hit.status === QueryStatus.INSIDE) inside++;
          const mask = integer(random, 1, 7);
          const looked = targets.filter(({ layer }) => (layer & mask) !== 0);
          const least = Math.min(Infinity, ...looked.map((other) => distanceTo(other, p)));
          const nearest = core.queries.nearest(p, 60, { mask, terrain: false });
          expect(nearest === null).toBe(least === Infinity);
          if (!nearest) continue;
          expect(Math.abs(nearest.distance - least)).toBeLessThan(EXACT_M);
          const met = looked.find(({ entity }) => entity === nearest.entity) as LookTarget;
          expect(judgeNearest(nearest, met, p)).toBe('');
        }
      }),
      { numRuns: 60 },
    );
    expect(inside).toBeGreaterThan(100);
  });

  test('casts stop where the shapes first touch, at the first of many', () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addLookTargets(newWorld(core), random, integer(random, 1, 8));
        for (let i = 0; i < 4; i++) {
          const shape = anyShape(random);
          const way = direction(random);
          const aim = targets[integer(random, 0, targets.length - 1)] as LookTarget;
          const origin = addScaled(spot(random, 2), way, -between(random, 0, 20));
          const start = origin.map((c, axis) =>
            Math.fround(c + (aim.position[axis] as number) - (axis === 1 ? 300 : 0)),
          ) as unknown as Vec3;
          const hit = core.queries.castShape(shape, start, way, 30, SKY);
          const at = (t: number) => placed(shape, addScaled(start, way, t));
          const gapAt = (t: number) => Math.min(...targets.map((one) => gapTo(at(t), one)));
          expect(judge(hit, gapAt, 30, way)).toBe('');
          if (hit?.status !== QueryStatus.HIT) continue;
          hits++;
          const met = targets.find(({ entity }) => entity === hit.entity) as LookTarget;
          expect(gapTo(at(hit.distance), met)).toBeLessThan(EXACT_M + GRAZE_M);
        }
      }),
      { numRuns: 60 },
    );
    expect(hits).toBeGreaterThan(30);
  });

  test('rays enter where a march does, and pass what they begin in', () => {
    let [hits, passed] = [0, 0];
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const targets = addLookTargets(newWorld(core), random, integer(random, 1, 12));
        for (let i = 0; i < 20; i++) {
          const aim = targets[integer(random, 0, targets.length - 1)] as LookTarget;
          const way = direction(random);
          const beside = addScaled(aim.position, direction(random), between(random, 0, 1));
          const back = random() < 0.3 ? 0 : between(random, 2, 20);
          const start = addScaled(beside, way, -back).map(Math.fround) as unknown as Vec3;
          const distances = targets.map((one) => distanceTo(one, start));
          if (distances.some((distance) => Math.abs(distance) < EXACT_M)) continue;
          const outside = targets.filter((_, index) => (distances[index] as number) > 0);
          if (outside.length < targets.length) passed++;
          const hit = core.queries.castRay(start, way, 40, SKY);
          const gapAt = (t: number) => {
            const p = addScaled(start, way, t);
            return Math.min(Infinity, ...outside.map((one) => distanceTo(one, p)));
          };
          expect(judge(hit, gapAt, 40, way)).toBe('');
          if (!hit) continue;
          hits++;
          const met = outside.find(({ entity }) => entity === hit.entity) as LookTarget;
          expect(Math.abs(distanceTo(met, hit.point))).toBeLessThan(EXACT_M);
          expect(dot(hit.normal, way)).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 60 },
    );
    expect(hits).toBeGreaterThan(300);
    expect(passed).toBeGreaterThan(30);
  });

  test('find each of 10,000 static hulls', () => {
    const world = newWorld(core);
    const look = defineHull(world, 1, boxPoints([0.4, 0.2, 0.3]));
    play(world, 1);
    const ids: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      const place: Vec3 = [(i % 100) - 49.5, 300, Math.floor(i / 100) - 49.5];
      ids.push(addLook(world, look, place, UPRIGHT, { kind: BodyKind.STATIC }).entity);
      if (i % 1000 === 999) play(world, 1);
    }
    ids.forEach((id, i) => {
      const [x, z] = [(i % 100) - 49.5, Math.floor(i / 100) - 49.5];
      const hit = core.queries.castRay([x + 0.1, 310, z - 0.1], [0, -1, 0], 20);
      expect(hit?.entity).toBe(id);
      expect(hit?.distance).toBeCloseTo(9.8, 4);
    });
    const wide = { shape: ShapeKind.BOX, size: [2, 1, 2] };
    expect(core.queries.overlap(wide, [0, 300, 0]).total).toBe(16);
  });

  test('of the past answer as they did, and leave out looks that a restore took back', () => {
    const world = newWorld(core);
    const before = core.snapshot();
    const rewind = core.keepPast(4);
    const look = defineHull(world, 1, boxPoints([1, 1, 1]));
    play(world, 1);
    const { entity } = addLook(world, look, [0, 300, 0], UPRIGHT, { kind: BodyKind.STATIC });
    play(world, 1);
    rewind.capture(core.tick);
    const down = () => rewind.at(6)?.castRay([0, 310, 0], [0, -1, 0], 50) ?? null;
    expect(core.tick).toBe(6);
    expect(down()).toMatchObject({ entity });
    expect(core.restore(before)).toBe(WireFault.NONE);
    expect(down()).toBeNull();
    expect(rewind.at(6)?.closestPoint(entity, [0, 310, 0])).toBeNull();
  });
});

describe('pieces in doubles', () => {
  test('are as far as the same box is that was made of its sides', () => {
    const random = seeded(3);
    for (let i = 0; i < 200; i++) {
      const half = [0, 1, 2].map(() => Math.fround(between(random, 0.1, 2))) as unknown as Vec3;
      const box = placed({ shape: ShapeKind.BOX, size: half, rotation: UPRIGHT }, [1, 2, 3]);
      const other = placed(anyShape(random), addScaled([0, 0, 0], direction(random), 4));
      const piece = hullPiece(boxPoints(half), [1, 2, 3], UPRIGHT);
      expect(gapBetween(piece.core, other)).toBeCloseTo(gapBetween(box, other), 9);
    }
  });
});
