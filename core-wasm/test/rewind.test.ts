import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import type { Queries } from '../host/queries.ts';
import { BodyKind } from '../host/types.ts';
import { between, direction, integer, type Random, rotation, seeded } from './random.ts';
import { anyShape } from './shapes.ts';
import { addBody, addPlayer, newWorld, openCore, play, type Vec3, type World } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

/** The same questions each time for a seed. */
function ask(queries: Queries, seed: number, entity: number): unknown[] {
  const random = seeded(seed);
  const spot = (): Vec3 => [
    between(random, -8, 8),
    between(random, 0.5, 8),
    between(random, -8, 8),
  ];
  return Array.from({ length: 5 }, () => [
    queries.castRay(spot(), direction(random), 30),
    queries.castShape(anyShape(random), spot(), direction(random), 30),
    queries.overlap(anyShape(random), spot()),
    queries.nearest(spot(), 5),
    queries.closestPoint(entity, spot()),
  ]);
}

/** Things fall, come and go; some are static and built or torn down. */
function churn(world: World, random: Random, entities: number[]): void {
  const position: Vec3 = [between(random, -6, 6), between(random, 1, 7), between(random, -6, 6)];
  const kind = (random() < 0.3 ? BodyKind.STATIC : BodyKind.DYNAMIC) as BodyKind;
  if (random() < 0.5) {
    entities.push(
      addBody(world, { ...anyShape(random), kind, position, rotation: rotation(random) }),
    );
  } else if (entities.length > 5) {
    const [gone] = entities.splice(integer(random, 0, entities.length - 1), 1) as [number];
    world.commands.push((c) => c.addDespawn(gone));
  }
}

describe('a rewound query', () => {
  test('answers what it answered live, at any kept tick, in any order', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core);
        const rewind = core.keepPast(12);
        const entities: number[] = [];
        const { entity } = addPlayer(world, [0, 0, 0]);
        const live = new Map<number, unknown[]>();
        for (let frame = 0; frame < 12; frame++) {
          churn(world, random, entities);
          rewind.capture(core.tick);
          live.set(core.tick, ask(core.queries, seed, entity));
          play(world, 1);
        }
        rewind.capture(core.tick);
        live.set(core.tick, ask(core.queries, seed, entity));
        const before = core.stateHash();
        for (let i = 0; i < 8; i++) {
          const tick = core.tick - 3 * integer(random, 0, 3);
          const then = rewind.at(tick) as Queries;
          expect(ask(then, seed, entity)).toEqual(live.get(tick) as unknown[]);
          if (random() < 0.5) {
            expect(ask(core.queries, seed, entity)).toEqual(live.get(core.tick) as unknown[]);
          }
        }
        expect(core.stateHash()).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  test('sees a wall that was torn down since, and not one that was built since', () => {
    const world = newWorld(core);
    const rewind = core.keepPast(30);
    const old = addBody(world, { kind: BodyKind.STATIC, position: [0, 50, 0] });
    play(world, 1);
    const tick = core.tick;
    rewind.capture(tick);
    world.commands.push((c) => c.addDespawn(old));
    addBody(world, { kind: BodyKind.STATIC, position: [3, 50, 0] });
    play(world, 1);
    rewind.capture(core.tick);
    const look = (queries: Queries | null, x: number) =>
      queries?.castRay([x, 60, 0], [0, -1, 0], 20)?.distance ?? null;
    expect(look(core.queries, 0)).toBeNull();
    expect(look(core.queries, 3)).toBeCloseTo(9.5, 4);
    expect(look(rewind.at(tick), 0)).toBeCloseTo(9.5, 4);
    expect(look(rewind.at(tick), 3)).toBeNull();
    expect(look(rewind.at(core.tick), 3)).toBeCloseTo(9.5, 4);
    expect(look(core.queries, 3)).toBeCloseTo(9.5, 4);
  });
});

describe('what is kept', () => {
  test('are the last ticks; a rollback replaces what it steps again', () => {
    const world = newWorld(core);
    const ball = addBody(world, { position: [0, 300, 0] });
    play(world, 1);
    const rewind = core.keepPast(4);
    const start = core.tick;
    const state = core.snapshot();
    const height = (tick: number) => rewind.at(tick)?.closestPoint(ball, [0, 400, 0])?.distance;
    for (let i = 0; i < 6; i++) {
      rewind.capture(core.tick);
      core.step();
    }
    expect(rewind.at(start + 1)).toBeNull();
    expect(rewind.at(start + 6)).toBeNull();
    expect(rewind.at(-1)).toBeNull();
    const before = height(start + 5) as number;
    core.restore(state);
    rewind.capture(start);
    expect(rewind.at(start)).not.toBeNull();
    expect([2, 3, 4, 5].map((i) => rewind.at(start + i))).toEqual([null, null, null, null]);
    for (let i = 0; i < 5; i++) {
      core.step();
      rewind.capture(core.tick);
    }
    expect(height(start + 5)).toBe(before);
    rewind.forget();
    expect(rewind.at(core.tick)).toBeNull();
  });

  test('belongs to one core; a second keeping ends the first', () => {
    newWorld(core);
    newWorld(other);
    const first = core.keepPast(3);
    const elsewhere = other.keepPast(3);
    first.capture(0);
    elsewhere.capture(0);
    core.keepPast(3);
    expect(first.at(0)).toBeNull();
    expect(elsewhere.at(0)).not.toBeNull();
    for (const ticks of [0, 31, 1.5, Number.NaN]) {
      expect(() => core.keepPast(ticks)).toThrow(RangeError);
    }
  });
});
