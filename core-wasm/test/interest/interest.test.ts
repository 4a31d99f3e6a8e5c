import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../../host/core.ts';
import { INTEREST_DEFAULTS, type InterestSettings } from '../../host/interest.ts';
import { TICKS_PER_FRAME } from '../../host/types.ts';
import { between, integer, pick, type Random, seeded } from '../random.ts';
import { openCore, steady } from '../world.ts';
import { expectMembers } from './model.ts';
import { createTown, live, type Town } from './town.ts';

setDefaultTimeout(300_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const OBSERVERS = 12;

function someSettings(random: Random): InterestSettings {
  return {
    ...INTEREST_DEFAULTS,
    nearestPlayers: integer(random, 1, 32),
    members: integer(random, 1, random() < 0.5 ? 60 : 512),
    playerRadius: between(random, 1, 40),
    bodyRadius: between(random, 1, 30),
    ghostRadius: between(random, 40, 120),
    keepShare: between(random, 0.3, 1),
  };
}

function someTown(random: Random): Town {
  const half = between(random, 4, 30);
  return createTown(core, random, {
    players: integer(random, 1, 90),
    bodies: integer(random, 0, 250),
    half,
  });
}

/** A bare list, so that a difference prints short. */
function list(ids: Iterable<number>): string {
  return [...ids].join(' ');
}

describe('members', () => {
  test('are those of a plain search, and so is who enters, leaves and finds no room', () => {
    const seen = { enters: 0, leaves: 0, rim: 0, overfull: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const town = someTown(random);
        const settings = someSettings(random);
        core.interest.set(settings);
        const had = new Map<number, number[]>();
        for (let frame = 0; frame < 25; frame++) {
          live(town, true);
          for (let observer = 0; observer < OBSERVERS; observer++) {
            if (frame === 0 || random() < 0.02) {
              core.interest.observe(observer, pick(random, town.players), 100);
            }
          }
          const forced = random() < 0.1 ? [pick(random, town.now).id, 0xffffff] : [];
          expect(core.interest.run(forced)).toBe(true);
          const scene = { now: town.now, began: town.began, groups: core.groups(), forced };
          for (let observer = 0; observer < OBSERVERS; observer++) {
            const entity = core.interest.entityOf(observer);
            const right = expectMembers(scene, entity, had.get(observer) ?? [], settings);
            expect(list(core.interest.members(observer))).toBe(list(right.members));
            expect(list(core.interest.enters(observer))).toBe(list(right.enters));
            expect(list(core.interest.leaves(observer))).toBe(list(right.leaves));
            const rim = [...core.interest.rim(observer)].filter((_, i) => i % 2 === 0);
            expect(list(rim)).toBe(list(right.rim));
            expect(core.interest.isOverfull(observer)).toBe(right.overfull);
            const changes = right.enters.length + right.leaves.length;
            expect(core.interest.hasChanged(observer)).toBe(changes > 0);
            had.set(observer, right.members);
            if (frame > 0) seen.enters += right.enters.length;
            seen.leaves += right.leaves.length;
            seen.rim += right.rim.length;
            seen.overfull += right.overfull ? 1 : 0;
          }
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect(seen.enters).toBeGreaterThan(1000);
    expect(seen.leaves).toBeGreaterThan(1000);
    expect(seen.rim).toBeGreaterThan(1000);
    expect(seen.overfull).toBeGreaterThan(10);
  });

  test('are whole groups, and no more than there is room for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const town = someTown(random);
        const settings = someSettings(random);
        core.interest.set(settings);
        live(town, false);
        for (let frame = 0; frame < 10; frame++) {
          live(town, false);
          town.players.forEach((entity, observer) => {
            core.interest.observe(observer, entity, 0);
          });
          core.interest.run();
          const groups = core.groups();
          for (const observer of town.players.keys()) {
            const members = new Set(core.interest.members(observer));
            expect(members.size).toBeLessThanOrEqual(settings.members);
            const chosen = new Set([...members].map((id) => groups[id & 0xffff]));
            const torn = town.now.filter(
              ({ id }) => chosen.has(groups[id & 0xffff]) && !members.has(id),
            );
            expect(torn).toEqual([]);
          }
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  test('of somebody on the rim change once as he comes and once as he goes', () => {
    const town = createTown(core, seeded(3), { players: 2, bodies: 0, half: 0.5 });
    const [still, walker] = town.players as [number, number];
    core.interest.set({ playerRadius: 6, keepShare: 0.8 });
    core.interest.observe(0, still, 0);
    let changes = 0;
    let is = false;
    const walk = (moveZ: number, frames: number): void => {
      for (let i = 0; i < frames; i++) {
        live(town, false);
        town.world.inputs.clear();
        town.world.inputs.set(still, steady({}));
        // To and fro on the way, as people do.
        town.world.inputs.set(walker, steady({ moveZ: i % 3 === 2 ? -moveZ : moveZ }));
        core.interest.run();
        const has = core.interest.members(0).includes(walker);
        if (has !== is) changes++;
        is = has;
      }
    };
    walk(0, 20);
    changes = 0;
    walk(127, 160);
    expect([changes, is]).toEqual([1, false]);
    walk(-127, 160);
    expect([changes, is]).toEqual([2, true]);
  });
});

test('nothing is computed in the middle of a frame, nor for who does not exist', () => {
  const town = createTown(core, seeded(1), { players: 2, bodies: 1, half: 5 });
  core.interest.set({});
  live(town, false);
  const [entity] = town.players as [number];
  expect(core.interest.observe(core.interest.capacity, entity, 0)).toBe(false);
  expect(core.interest.observe(0.5, entity, 0)).toBe(false);
  expect(core.interest.observe(0, 0, 0)).toBe(false);
  expect(core.interest.observe(0, entity, -1)).toBe(false);
  expect(core.interest.observe(0, entity, 0)).toBe(true);
  const before = core.stateHash();
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) {
    expect(core.interest.run()).toBe(tick === 0);
    core.step();
  }
  expect(core.interest.run()).toBe(true);
  expect(core.interest.members(0)).toContain(entity);
  expect(core.stateHash()).not.toBe(before);
  core.interest.forget(0);
  expect(core.interest.members(0)).toHaveLength(0);
  expect(core.interest.entityOf(0)).toBe(0);
  expect(core.interest.members(-1)).toHaveLength(0);
  expect(() => core.interest.set({ nearestPlayers: 65 })).toThrow(RangeError);
  expect(() => core.interest.set({ playerRadius: 300 })).toThrow(RangeError);
});
