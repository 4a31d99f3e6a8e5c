import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { BubbleReader } from '../../host/bubble-reader.ts';
import type { Core } from '../../host/core.ts';
import { ghostKeyOf } from '../../host/ghost.ts';
import { GHOST_BUDGET_MIN_BYTES, type InterestSettings } from '../../host/interest.ts';
import { BodyRole, WireFault } from '../../host/types.ts';
import { between, integer, seeded } from '../random.ts';
import { openCore } from '../world.ts';
import type { Mover } from './model.ts';
import { gesture, looksOf, tell } from './tell.ts';
import { createTown, live, type Town } from './town.ts';

setDefaultTimeout(300_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Bytes of a near ghost, of a far one, of the account of either, and of how many there are. */
const [NEAR, FAR, ACCOUNT, COUNT] = [16, 10, 4, 1];
/** Players of whom all are looked at in each frame. */
const LOOK_MAX = 128;

/** Metres over the ground. */
function distance(a: Mover, b: Mover): number {
  return Math.hypot(a.at[0] - b.at[0], a.at[2] - b.at[2]);
}

/** Squares are rounded by 4 m² and places by 1/64 m: near a bound it may be either, or between. */
function tiersOf(metres: number, radius: number): [least: number, most: number] {
  const slack = 0.03 + 4 / Math.max(2, 2 * metres);
  const tier = (at: number): number => [8, 4, 2].findIndex((part) => at < radius / part);
  const known = (at: number): number => (tier(at) < 0 ? 3 : tier(at));
  return [known(metres - slack), known(metres + slack)];
}

function pairs(words: Uint32Array): Array<[id: number, tier: number]> {
  return Array.from({ length: words.length / 2 }, (_, i) => [
    words[i * 2] as number,
    words[i * 2 + 1] as number,
  ]);
}

function moverOf({ now }: Town, id: number): Mover {
  const mover = now.find((one) => one.id === id);
  if (mover === undefined) throw new Error('a ghost of nobody');
  return mover;
}

describe('ghosts', () => {
  test('are players near, are no members, and keep to the budget in every frame', () => {
    const seen = { sent: 0, roomless: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const town = createTown(core, random, { players: 60, bodies: 80, half: 25 });
        const ghostRadius = between(random, 12, 60);
        const settings: Partial<InterestSettings> = {
          members: random() < 0.5 ? 2 : integer(random, 3, 40),
          nearestPlayers: integer(random, 1, 6),
          playerRadius: between(random, 1, 10),
          bodyRadius: between(random, 1, 8),
          ghostRadius,
        };
        const ghostBytes = integer(random, 0, 140);
        core.interest.set(settings);
        live(town, false);
        const observer = 5;
        const entity = town.players[0] as number;
        core.interest.observe(observer, entity, ghostBytes);
        const reader = new BubbleReader(core);
        reader.begin(core.frame);
        const known = new Set<number>();
        for (let frame = 0; frame < 120; frame++) {
          const told = tell(town, observer, reader);
          const members = new Set(core.interest.members(observer));
          const own = moverOf(town, entity);
          let bytes = COUNT;
          const ghosts = pairs(core.interest.ghosts(observer));
          // Without room for himself he is told of himself, first and whatever it takes.
          const isRoomless = core.interest.isOverfull(observer);
          expect(ghosts.findIndex(([id]) => id === entity)).toBe(isRoomless ? 0 : -1);
          for (const [id, tier] of ghosts) {
            const mover = moverOf(town, id);
            expect(mover.role).toBe(BodyRole.PLAYER);
            expect(members.has(id)).toBe(false);
            const metres = distance(mover, own);
            const [least, most] = tiersOf(metres, ghostRadius);
            expect(tier).toBeGreaterThanOrEqual(least);
            expect(tier).toBeLessThanOrEqual(most);
            expect(metres).toBeLessThan(ghostRadius + 0.5);
            bytes += (tier < 2 ? NEAR : FAR) + (known.has(id) ? 0 : ACCOUNT);
            known.add(id);
          }
          if (ghosts.length > (isRoomless ? 1 : 0)) {
            expect(bytes).toBeLessThanOrEqual(ghostBytes);
          }
          seen.sent += ghosts.length;
          seen.roomless += isRoomless ? 1 : 0;
          expect(new Set(ghosts.map(([id]) => id)).size).toBe(ghosts.length);
          const keys = ghosts.map(([id]) => ghostKeyOf(id));
          expect(told.ghosts.map(({ key }) => key)).toEqual(keys);
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
    expect(seen.sent).toBeGreaterThan(2000);
    expect(seen.roomless).toBeGreaterThan(0);
  });

  test('all have their turn, however few a frame can carry', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const players = 40;
        const ghostBytes = integer(random, GHOST_BUDGET_MIN_BYTES, 80);
        const town = createTown(core, random, { players, bodies: 0, half: 25 });
        core.interest.set({ members: 3, ghostRadius: 60, playerRadius: 1 });
        live(town, false);
        const [entity] = town.players as [number];
        core.interest.observe(0, entity, ghostBytes);
        // One at least has his turn in each frame. Who counts eight times as much has it once in
        // an eighth of the frames in which the others have theirs.
        const turns = Math.floor((ghostBytes - COUNT) / (NEAR + ACCOUNT));
        const longest = 8 * Math.ceil(players / turns) + 2;
        const waiting = new Map<number, number>();
        for (let frame = 0; frame < 3 * longest; frame++) {
          live(town, false);
          core.interest.run();
          const told = new Set(pairs(core.interest.ghosts(0)).map(([id]) => id));
          const members = core.interest.members(0);
          const own = moverOf(town, entity);
          for (const mover of town.now) {
            const { id, role } = mover;
            if (role !== BodyRole.PLAYER) continue;
            const isNear = distance(mover, own) < 60 * 0.99;
            const waits = isNear && !told.has(id) && !members.includes(id);
            waiting.set(id, waits ? (waiting.get(id) ?? 0) + 1 : 0);
            expect(waiting.get(id)).toBeLessThanOrEqual(longest);
          }
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  test('in a crowd of 300 within 30 m are told the oftener the nearer', () => {
    const players = 300;
    const ghostBytes = 65;
    const frames = 400;
    const town = createTown(core, seeded(8), { players, bodies: 0, half: 30 });
    const ghostRadius = 50;
    core.interest.set({ nearestPlayers: 1, playerRadius: 1, ghostRadius });
    live(town, false);
    const entity = town.players[0] as number;
    core.interest.observe(0, entity, ghostBytes);
    const turns = [0, 0, 0, 0];
    const there = [0, 0, 0, 0];
    const waits = new Map<number, number>();
    for (let frame = 0; frame < frames; frame++) {
      live(town, false);
      core.interest.run();
      const own = moverOf(town, entity);
      const ghosts = pairs(core.interest.ghosts(0));
      for (const [id, tier] of ghosts) {
        turns[tier] = (turns[tier] ?? 0) + 1;
        waits.set(id, 0);
      }
      const members = new Set(core.interest.members(0));
      for (const mover of town.now) {
        if (mover.role !== BodyRole.PLAYER || members.has(mover.id)) continue;
        const [tier] = tiersOf(distance(mover, own), ghostRadius);
        if (distance(mover, own) >= ghostRadius) continue;
        there[tier] = (there[tier] ?? 0) + 1;
        waits.set(mover.id, (waits.get(mover.id) ?? 0) + 1);
      }
    }
    const rates = turns.map((count, tier) => count / Math.max(1, there[tier] as number));
    for (let tier = 0; tier < 3; tier++) {
      expect(rates[tier] as number).toBeGreaterThan(1.3 * (rates[tier + 1] as number));
    }
    // Weighed, all but the nearest come: nobody is left out for ever.
    const turnsOfFrame = Math.floor((ghostBytes - COUNT) / NEAR);
    const longest = (8 * players) / turnsOfFrame;
    expect(Math.max(...waits.values())).toBeLessThan(longest);
    expect(turns.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3 * frames);
  });

  test('take their turns in looks of a part where there are many, and all are told', () => {
    const players = LOOK_MAX * 2 + 50;
    const town = createTown(core, seeded(5), { players, bodies: 0, half: 60 });
    core.interest.set({ nearestPlayers: 1, playerRadius: 1, ghostRadius: 200 });
    live(town, false);
    core.interest.observe(3, town.players[0] as number, 1024);
    const told = new Set<number>();
    for (let frame = 0; frame < 60; frame++) {
      live(town, false);
      core.interest.run();
      for (const [id] of pairs(core.interest.ghosts(3))) told.add(id);
    }
    for (const id of core.interest.members(3)) told.add(id);
    expect(town.players.filter((id) => !told.has(id))).toEqual([]);
  });
});

describe('a ghost on the wire', () => {
  /** Of what the wire rounds to, and of f32. Straight up is half a step above the last step. */
  const HALF_STEPS = {
    place: 0.0153,
    foot: 0.0184,
    part: 0.021,
    velocity: 0.2501,
    pitch: Math.PI / 16 + 1e-6,
  };

  test('comes back as the player is, within what its bits can say', () => {
    const seen = { near: 0, far: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const random = seeded(seed);
        const town = createTown(core, random, { players: 30, bodies: 5, half: 40 });
        town.gesture = gesture;
        core.interest.set({ nearestPlayers: 1, playerRadius: 1, ghostRadius: 80 });
        live(town, false);
        core.interest.observe(1, town.players[0] as number, 200);
        const reader = new BubbleReader(core);
        reader.begin(core.frame);
        for (let frame = 0; frame < 12; frame++) {
          const { ghosts } = tell(town, 1, reader);
          const looks = looksOf(core);
          for (const ghost of ghosts) {
            const player = looks.get(ghost.key);
            if (player === undefined) throw new Error('a ghost of nobody');
            expect(ghost.account).toBe(player.account);
            expect(apart(ghost.position[0], player.head[0])).toBeLessThan(HALF_STEPS.place);
            expect(apart(ghost.position[2], player.head[2])).toBeLessThan(HALF_STEPS.place);
            expect(apart(ghost.position[1], player.foot[1])).toBeLessThan(HALF_STEPS.foot);
            const [vx, vz] = ghost.velocity;
            expect(apart(vx, between8(player.velocity[0]))).toBeLessThan(HALF_STEPS.velocity);
            expect(apart(vz, between8(player.velocity[2]))).toBeLessThan(HALF_STEPS.velocity);
            const turn = 2 * Math.PI;
            const off = Math.abs(((ghost.yaw - player.yaw + 3.5 * turn) % turn) - turn / 2);
            const { near } = ghost;
            expect(off).toBeLessThan(near === null ? 0.05 : 0.0124);
            if (near === null) {
              seen.far++;
              continue;
            }
            seen.near++;
            const height = player.head[1] - player.foot[1];
            expect(apart(near.headHeight, height)).toBeLessThan(HALF_STEPS.part);
            expect(apart(near.pitch, player.pitch)).toBeLessThan(HALF_STEPS.pitch);
            for (const [part, hand] of [
              [near.left, player.left],
              [near.right, player.right],
            ] as const) {
              part.forEach((metres, axis) => {
                expect(apart(metres, clamped(hand[axis] as number, axis))).toBeLessThan(
                  HALF_STEPS.part,
                );
              });
            }
          }
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(seen.near).toBeGreaterThan(500);
    expect(seen.far).toBeGreaterThan(500);
  });

  test('says whose it is once, and again to who begins anew or when the player does', () => {
    const town = createTown(core, seeded(4), { players: 8, bodies: 0, half: 20 });
    core.interest.set({ nearestPlayers: 1, playerRadius: 1, ghostRadius: 80 });
    live(town, false);
    const entity = town.players[0] as number;
    core.interest.observe(2, entity, 1000);
    const reader = new BubbleReader(core);
    reader.begin(core.frame);
    for (let frame = 0; frame < 3; frame++) {
      expect(tell(town, 2, reader).ghosts.length).toBeGreaterThan(2);
    }
    core.interest.forget(2);
    core.interest.observe(2, entity, 1000);
    // Who was not told is not guessed.
    const stranger = new BubbleReader(core);
    stranger.begin(core.frame + 1);
    reader.begin(core.frame);
    expect(tell(town, 2, reader).ghosts.length).toBeGreaterThan(2);
    expect(() => tell(town, 2, stranger)).toThrow(String(WireFault.OUT_OF_RANGE));
  });
});

function apart(a: number, b: number): number {
  return Math.abs(a - b);
}

/** m/s that fit. */
function between8(mps: number): number {
  return Math.min(7.5, Math.max(-8, mps));
}

/** Metres that fit a hand's axis. */
function clamped(metres: number, axis: number): number {
  return axis === 1 ? Math.min(2.52, Math.max(0, metres)) : Math.min(1.24, Math.max(-1.28, metres));
}
