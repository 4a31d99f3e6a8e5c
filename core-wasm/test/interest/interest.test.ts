import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../../host/core.ts';
import { INTEREST_DEFAULTS, type InterestSettings } from '../../host/interest.ts';
import { BodyRole, TICKS_PER_FRAME } from '../../host/types.ts';
import { between, integer, pick, type Random, seeded } from '../random.ts';
import { openCore, steady } from '../world.ts';
import { expectMembers, squaredDistance } from './model.ts';
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

describe('ghosts', () => {
  test('are near, are no members, and keep to the budget', () => {
    let sent = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const town = createTown(core, random, { players: 60, bodies: 80, half: 25 });
        const settings = {
          ...someSettings(random),
          members: integer(random, 3, 40),
          nearestPlayers: integer(random, 1, 6),
          bodyRadius: between(random, 1, 8),
          playerGhostBytes: integer(random, 10, 30),
          bodyGhostBytes: integer(random, 10, 30),
        };
        const turnBytes = Math.max(settings.playerGhostBytes, settings.bodyGhostBytes);
        const ghostBytes = integer(random, turnBytes, 8 * turnBytes);
        core.interest.set(settings);
        live(town, false);
        const observer = 5;
        const entity = town.players[0] as number;
        core.interest.observe(observer, entity, ghostBytes);
        for (let frame = 0; frame < 120; frame++) {
          live(town, false);
          core.interest.run();
          const ghosts = pairs(core.interest.ghosts(observer));
          const rim = pairs(core.interest.rim(observer)).map(([id]) => id);
          const members = new Set(core.interest.members(observer));
          const own = town.now.find(({ id }) => id === entity);
          if (own === undefined) throw new Error('nobody looks');
          let bytes = 0;
          for (const [id, tier] of ghosts) {
            const mover = town.now.find((one) => one.id === id);
            if (mover === undefined) throw new Error('a ghost of nobody');
            const isPlayer = mover.role === BodyRole.PLAYER;
            bytes += isPlayer ? settings.playerGhostBytes : settings.bodyGhostBytes;
            expect(members.has(id) || id === entity).toBe(false);
            expect(isPlayer || rim.includes(id)).toBe(true);
            const share = Math.sqrt(squaredDistance(mover.at, own.at)) / settings.ghostRadius;
            expect(tier).toBe(share < 1 / 8 ? 0 : share < 1 / 4 ? 1 : share < 1 / 2 ? 2 : 3);
            expect(isPlayer ? share : 0).toBeLessThan(1);
          }
          expect(bytes).toBeLessThanOrEqual(ghostBytes);
          sent += ghosts.length;
          const told = new Set(ghosts.map(([id]) => id));
          expect(told.size).toBe(ghosts.length);
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
    expect(sent).toBeGreaterThan(2000);
  });

  test('all have their turn, however few a frame can carry', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const players = 40;
        const turns = integer(random, 2, 4);
        const town = createTown(core, random, { players, bodies: 0, half: 25 });
        core.interest.set({ members: 3, ghostRadius: 60, playerRadius: 1, playerGhostBytes: 10 });
        live(town, false);
        const [entity] = town.players as [number];
        core.interest.observe(0, entity, 10 * turns);
        // Who counts eight times as much is chosen once in an eighth of the looks.
        const longest = PHASES * (8 * Math.ceil(players / PHASES / turns) + 2);
        const waiting = new Map<number, number>();
        for (let frame = 0; frame < 2 * longest; frame++) {
          live(town, false);
          core.interest.run();
          const told = new Set(pairs(core.interest.ghosts(0)).map(([id]) => id));
          const members = core.interest.members(0);
          const own = town.now.find(({ id }) => id === entity);
          for (const { id, role, at } of town.now) {
            if (role !== BodyRole.PLAYER || own === undefined) continue;
            const isNear = squaredDistance(at, own.at) < (60 * 0.99) ** 2;
            const waits = isNear && !told.has(id) && !members.includes(id);
            waiting.set(id, waits ? (waiting.get(id) ?? 0) + 1 : 0);
            expect(waiting.get(id)).toBeLessThanOrEqual(longest);
          }
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  test('that are nearer have more turns', () => {
    const town = createTown(core, seeded(8), { players: 150, bodies: 0, half: 60 });
    core.interest.set({ nearestPlayers: 1, playerRadius: 1, ghostRadius: 80 });
    live(town, false);
    core.interest.observe(0, town.players[0] as number, 60);
    const turns = [0, 0, 0, 0];
    const there = [0, 0, 0, 0];
    for (let frame = 0; frame < 400; frame++) {
      live(town, false);
      core.interest.run();
      const own = town.now.find(({ id }) => id === town.players[0]);
      if (own === undefined) throw new Error('nobody looks');
      for (const [, tier] of pairs(core.interest.ghosts(0))) turns[tier] = (turns[tier] ?? 0) + 1;
      for (const { role, at, id } of town.now) {
        if (role !== BodyRole.PLAYER || id === own.id) continue;
        const share = Math.sqrt(squaredDistance(at, own.at)) / 80;
        const tier = share < 1 / 8 ? 0 : share < 1 / 4 ? 1 : share < 1 / 2 ? 2 : 3;
        if (share < 1) there[tier] = (there[tier] ?? 0) + 1;
      }
    }
    const rates = turns.map((count, tier) => count / (there[tier] as number));
    for (let tier = 0; tier < 3; tier++) {
      expect(rates[tier] as number).toBeGreaterThan(1.3 * (rates[tier + 1] as number));
    }
  });
});

const PHASES = 8;

function pairs(words: Uint32Array): Array<[id: number, tier: number]> {
  return Array.from({ length: words.length / 2 }, (_, i) => [
    words[i * 2] as number,
    words[i * 2 + 1] as number,
  ]);
}

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
