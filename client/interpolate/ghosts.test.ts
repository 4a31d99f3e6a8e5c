import { describe, expect, test } from 'bun:test';
import { emptyPlayers, growPlayers } from '../../core-wasm/host/core.ts';
import type { Ghost } from '../../core-wasm/host/ghost.ts';
import { type PlayerColumns, TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { ARRIVAL_TICKS } from './arrivals.ts';
import { writeRow } from './ghost-pose.ts';
import { FAR_TIMEOUT_TICKS, GHOSTS_MAX, Ghosts, NEAR_TIMEOUT_TICKS } from './ghosts.ts';

const NOBODY = emptyPlayers();
const NO_LEAVES = new Uint32Array(0);
/** A display of 90 Hz. */
const PICTURE_TICKS = TICK_RATE_HZ / 90;
/** Generation 3, index 7; the ghost's key keeps both. */
const ENTITY = (3 << 16) | 7;
const KEY = ENTITY;
const WALK_MPS = 3;

function ghostAt(x: number, given: Partial<Ghost> = {}): Ghost {
  const left = [-0.2, 1, -0.3] as const;
  const near = { headHeight: 1.6, pitch: 0, left, right: [0.2, 1, -0.3] as const };
  return { key: KEY, account: 9, position: [x, 0, 0], yaw: 0, velocity: [0, 0], near, ...given };
}

/** Pose numbers of one player as columns have him. */
function member(id: number, x: number, handX = 0.3): PlayerColumns {
  const players = emptyPlayers();
  growPlayers(players, 1);
  players.count = 1;
  players.ids[0] = id;
  players.accounts[0] = 9;
  const pose = [x, 0, 0, 0.5, 1.7, 0.2, -handX, 1.1, -0.4, handX, 1.2, -0.2];
  writeRow(Float32Array.from(pose), players, 0);
  players.pitches[0] = Math.round((0.2 / (2 * Math.PI)) * 65536);
  return players;
}

function headX({ shown }: Ghosts): number {
  expect(shown.count).toBe(1);
  return shown.heads[0] as number;
}

describe('a ghost', () => {
  test('walks on between news, without a jump, close to where he is', () => {
    const ghosts = new Ghosts();
    const xAt = (tick: number): number => (tick / TICK_RATE_HZ) * WALK_MPS;
    let [last, worst, furthest] = [Number.NaN, 0, 0];
    for (let tick = 0; tick < 600; tick += PICTURE_TICKS) {
      const frame = Math.floor(tick / TICKS_PER_FRAME) - 2;
      const isNews = Math.floor((tick - PICTURE_TICKS) / TICKS_PER_FRAME) - 2 !== frame;
      if (isNews && frame >= 0 && frame % 4 === 0) {
        const x = Math.round(xAt((frame + 1) * TICKS_PER_FRAME) / 0.03) * 0.03;
        ghosts.take(frame, [ghostAt(x, { velocity: [WALK_MPS, 0] })], NO_LEAVES);
      }
      ghosts.show(tick, NOBODY);
      if (ghosts.shown.count === 0) continue;
      const x = headX(ghosts);
      if (!Number.isNaN(last)) worst = Math.max(worst, Math.abs(x - last));
      last = x;
      furthest = Math.max(furthest, Math.abs(x - xAt(tick)));
    }
    const step = (WALK_MPS * PICTURE_TICKS) / TICK_RATE_HZ;
    expect(worst).toBeLessThan(1.5 * step);
    expect(furthest).toBeLessThan(0.1);
  });

  test('slides to news that say he is elsewhere, hands and turn with him', () => {
    const ghosts = new Ghosts();
    ghosts.take(0, [ghostAt(0, { yaw: 6.2 })], NO_LEAVES);
    ghosts.show(6, NOBODY);
    const { near } = ghostAt(0);
    const raised = { ...(near as NonNullable<Ghost['near']>), left: [-0.2, 2, -0.3] as const };
    ghosts.take(4, [ghostAt(1, { yaw: 0.1, near: raised })], NO_LEAVES);
    const path: number[] = [];
    const hand: number[] = [];
    for (let tick = 18; tick < 60; tick += PICTURE_TICKS) {
      ghosts.show(tick, NOBODY);
      path.push(headX(ghosts));
      hand.push(ghosts.shown.lefts[1] as number);
      const yaw = ghosts.shown.yaws[0] as number;
      expect(yaw < 2000 || yaw > 63_000).toBe(true);
    }
    for (const line of [path, hand]) {
      const steps = line.slice(1).map((at, i) => at - (line[i] as number));
      expect(Math.min(...steps)).toBeGreaterThan(-1e-4);
      expect(Math.max(...steps)).toBeLessThan(0.15);
    }
    expect(path.at(-1)).toBeCloseTo(1, 3);
    expect(hand.at(-1)).toBeCloseTo(2, 3);
  });

  test('is gone when nothing was told of him for long, sooner when he was near', () => {
    for (const [near, ticks] of [
      [ghostAt(0).near, NEAR_TIMEOUT_TICKS],
      [null, FAR_TIMEOUT_TICKS],
    ] as const) {
      const ghosts = new Ghosts();
      ghosts.take(0, [ghostAt(0, { near, velocity: [WALK_MPS, 0] })], NO_LEAVES);
      ghosts.show(TICKS_PER_FRAME + ticks, NOBODY);
      expect(ghosts.shown.count).toBe(1);
      // He has not walked out of the world meanwhile.
      expect(headX(ghosts)).toBeLessThan(5);
      ghosts.show(TICKS_PER_FRAME + ticks + 1, NOBODY);
      expect(ghosts.shown.count).toBe(0);
    }
  });

  test('is one of a bounded number: who was told longest ago makes room', () => {
    const ghosts = new Ghosts();
    for (let i = 0; i < GHOSTS_MAX + 50; i++) {
      ghosts.take(i, [ghostAt(i, { key: i + 1 })], NO_LEAVES);
    }
    ghosts.show(GHOSTS_MAX * TICKS_PER_FRAME, NOBODY);
    const { shown } = ghosts;
    expect(shown.count).toBeLessThanOrEqual(GHOSTS_MAX);
    const keys = new Set(shown.ids.subarray(0, shown.count));
    expect(keys.size).toBe(shown.count);
    expect(keys.has(GHOSTS_MAX + 50)).toBe(true);
    const { heads } = shown;
    ghosts.show(GHOSTS_MAX * TICKS_PER_FRAME + 1, NOBODY);
    expect(shown.heads).toBe(heads);
  });

  test('of somebody else with the same index takes the old one’s place at once', () => {
    const ghosts = new Ghosts();
    ghosts.take(0, [ghostAt(0)], NO_LEAVES);
    ghosts.show(4, NOBODY);
    ghosts.take(1, [ghostAt(30, { key: (4 << 16) | 7, account: 11 })], NO_LEAVES);
    ghosts.show(7, NOBODY);
    expect(headX(ghosts)).toBe(30);
    expect(ghosts.shown.accounts[0]).toBe(11);
  });
});

describe('between bubble and ghosts', () => {
  test('a member who leaves goes on as a ghost where he was, with what he had on', () => {
    const ghosts = new Ghosts();
    ghosts.show(100, member(ENTITY, 4.9));
    ghosts.show(102, member(ENTITY, 5));
    ghosts.take(33, [], Uint32Array.of(ENTITY));
    ghosts.show(103, NOBODY);
    // 0.05 m a tick goes on.
    expect(headX(ghosts)).toBeCloseTo(5.05, 2);
    expect(ghosts.shown.accounts[0]).toBe(9);
    const [left] = [member(ENTITY, 5.05).lefts];
    for (let axis = 0; axis < 3; axis++) {
      expect(ghosts.shown.lefts[axis]).toBeCloseTo(left[axis] as number, 2);
    }
    expect(ghosts.shown.yaws[0]).toBeCloseTo(member(ENTITY, 5).yaws[0] as number, -1);
  });

  test('a ghost that was told with the leave slides from where the member was', () => {
    const ghosts = new Ghosts();
    ghosts.show(102, member(ENTITY, 5));
    ghosts.take(33, [ghostAt(5.6)], Uint32Array.of(ENTITY));
    ghosts.show(102.5, NOBODY);
    expect(headX(ghosts)).toBeLessThan(5.1);
    ghosts.show(115, NOBODY);
    expect(headX(ghosts)).toBeCloseTo(5.6, 3);
  });

  test('who is gone from the world, not from the bubble, is no ghost', () => {
    const ghosts = new Ghosts();
    ghosts.show(102, member(ENTITY, 5));
    ghosts.show(103, NOBODY);
    expect(ghosts.shown.count).toBe(0);
  });

  test('a ghost who enters slides from where he was drawn to where he is in 150 ms', () => {
    const ghosts = new Ghosts();
    ghosts.take(30, [ghostAt(4)], NO_LEAVES);
    ghosts.show(100, NOBODY);
    const drawn = ghosts.shown.lefts.slice(0, 7);
    const path: number[] = [];
    for (let tick = 101; tick <= 101 + ARRIVAL_TICKS; tick += 0.5) {
      const players = member(ENTITY, 5);
      ghosts.show(tick, players);
      expect(ghosts.shown.count).toBe(0);
      path.push(players.heads[0] as number);
      if (tick !== 101) continue;
      for (let k = 0; k < 7; k++) expect(players.lefts[k]).toBeCloseTo(drawn[k] as number, 3);
    }
    expect(path[0]).toBeCloseTo(4, 3);
    expect(path.at(-1)).toBeCloseTo(5, 5);
    const steps = path.slice(1).map((at, i) => at - (path[i] as number));
    expect(Math.max(...steps)).toBeLessThan(0.08);
    expect(Math.min(...steps)).toBeGreaterThan(-1e-5);
  });

  test('a ghost that never was drawn moves no member', () => {
    const ghosts = new Ghosts();
    ghosts.show(99, member(ENTITY, 5));
    ghosts.take(30, [ghostAt(4)], NO_LEAVES);
    const players = member(ENTITY, 5);
    ghosts.show(100, players);
    expect(players.heads[0]).toBe(5);
    ghosts.show(101, NOBODY);
    expect(ghosts.shown.count).toBe(0);
  });
});
