import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../../host/core.ts';
import { BodyRole, TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { seeded } from '../random.ts';
import { openCore } from '../world.ts';
import { squaredDistance } from './model.ts';
import { gesture } from './tell.ts';
import { createTown, live, type Town } from './town.ts';

setDefaultTimeout(300_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const FRAMES_PER_SECOND = 20;
const NEAREST_ALWAYS = 8;
const GHOST_BYTES = 65;

/** Walkers, each of whom observes. */
function crowd(players: number, bodies: number, half: number, bytesPerSecond: number): Town {
  const town = createTown(core, seeded(11), { players, bodies, half });
  town.gesture = gesture;
  core.interest.set({ bodyRadius: 24, nearestAlways: NEAREST_ALWAYS, ghostRadius: 128 });
  live(town, false);
  for (const [observer, entity] of town.players.entries()) {
    core.interest.observe(observer, entity, GHOST_BYTES, bytesPerSecond);
  }
  return town;
}

/** Plays a frame and tells it to all. */
function tellAll(town: Town): void {
  const start = core.snapshot();
  let forced = new Uint16Array(0);
  live(town, false, (_, frame) => {
    if (core.loadFrame(frame) !== WireFault.NONE) throw new Error('the frame is refused');
    forced = core.openFrame().slice();
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  });
  if (!core.openSnapshot(start)) throw new Error('a state is none');
  for (const observer of town.players.keys()) core.bubbles.order(observer, null, 0n);
  if (!core.bubbles.write(forced)) throw new Error('interest was not computed');
}

/** Bytes of every second of every observer, those of the beginning aside; `look` at each frame. */
function secondsOf(town: Town, frames: number, look: (frame: number) => void): number[] {
  const lengths: number[][] = town.players.map(() => []);
  const seconds: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    tellAll(town);
    look(frame);
    for (const observer of town.players.keys()) {
      const window = lengths[observer] as number[];
      window.push(core.bubbles.message(observer)?.length ?? Number.POSITIVE_INFINITY);
      if (window.length > FRAMES_PER_SECOND) window.shift();
      // What all begin with is to be settled.
      if (frame >= 5 * FRAMES_PER_SECOND) seconds.push(window.reduce((sum, one) => sum + one));
    }
  }
  return seconds.sort((a, b) => a - b);
}

const p99 = (sorted: readonly number[]) => sorted[Math.floor(sorted.length * 0.99)] as number;

describe('in a crowd of 300 within 30 m', () => {
  const PLAYERS = 300;
  const HALF_M = 20;
  const BUDGET = 5500;
  const FRAMES = 240;

  test('who may be told anything is told much more than the budget', () => {
    const seconds = secondsOf(crowd(PLAYERS, 20, HALF_M, 0), 140, () => {});
    expect(p99(seconds)).toBeGreaterThan(1.5 * BUDGET);
  });

  test('a second takes no more, the nearest are always had, and groups whole', () => {
    const town = crowd(PLAYERS, 20, HALF_M, BUDGET);
    const full: number[] = [];
    const seconds = secondsOf(town, FRAMES, (frame) => {
      if (frame % 10 !== 0) return;
      const groups = core.groups();
      const players = town.now.filter(({ role }) => role === BodyRole.PLAYER);
      for (let observer = frame % 7; observer < PLAYERS; observer += 7) {
        const own = players.find(({ id }) => id === town.players[observer]);
        if (own === undefined) throw new Error('an observer is gone');
        const members = new Set(core.interest.members(observer));
        const nearest = players
          .filter(({ id }) => id !== own.id)
          .map(({ id, at }) => ({ id, squared: squaredDistance(at, own.at) }))
          .sort((a, b) => a.squared - b.squared);
        for (const { id } of nearest.slice(0, NEAREST_ALWAYS)) expect(members.has(id)).toBe(true);
        const chosen = new Set([...members].map((id) => groups[id & 0xffff]));
        const torn = town.now.some(({ id }) => chosen.has(groups[id & 0xffff]) && !members.has(id));
        expect(torn).toBe(false);
        full.push(players.filter(({ id }) => members.has(id)).length);
      }
    });
    expect(p99(seconds)).toBeLessThanOrEqual(BUDGET);
    // What is left is used: more than the nearest are simulated.
    const mean = full.reduce((sum, one) => sum + one, 0) / full.length;
    expect(mean).toBeGreaterThan(NEAREST_ALWAYS + 3);
  });
});

test('where bytes suffice nobody goes without', () => {
  const town = crowd(20, 20, 8, 5500);
  for (let frame = 0; frame < 100; frame++) {
    tellAll(town);
    const members = new Set(core.interest.members(0));
    expect(town.players.filter((id) => !members.has(id))).toEqual([]);
  }
  expect(core.interest.ghosts(0)).toHaveLength(0);
});

test('who may be told more has more players, one after the other', () => {
  const town = crowd(120, 0, 12, 2600);
  const count = () => {
    const members = new Set(core.interest.members(0));
    return town.players.filter((id) => members.has(id)).length;
  };
  for (let frame = 0; frame < 8 * FRAMES_PER_SECOND; frame++) tellAll(town);
  const pressed = count();
  expect(pressed).toBeLessThan(25);
  core.interest.observe(0, town.players[0] as number, GHOST_BYTES, 20_000);
  for (let frame = 0; frame < 30 * FRAMES_PER_SECOND; frame++) tellAll(town);
  expect(count()).toBeGreaterThan(32);
});
