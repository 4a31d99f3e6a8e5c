import { expect, test } from 'bun:test';
import {
  createHealth,
  type HealthState,
  isAlive,
  TICK_STALL_MS,
  unreadyReasons,
} from './health.ts';

const READY: HealthState = {
  store: true,
  bus: true,
  journal: 'ok',
  core: true,
  draining: false,
  tickLagMs: 3,
  tickedAtMs: 1000,
};

test('a server that has just begun is alive and says all that it waits for', () => {
  const reasons = unreadyReasons(createHealth(), 0);
  expect(reasons.map((reason) => reason.split(':')[0])).toEqual(['core', 'store', 'bus']);
  expect(isAlive(createHealth(), 1e9)).toBe(true);
});

test('a server with everything is ready', () => {
  expect(unreadyReasons(READY, 1010)).toEqual([]);
});

test('each thing that fails is named', () => {
  const cases: Array<[Partial<HealthState>, string]> = [
    [{ store: false }, 'store'],
    [{ bus: false }, 'bus'],
    [{ journal: 'behind' }, 'frames wait'],
    [{ journal: 'full' }, 'stands still'],
    [{ core: false }, 'core'],
    [{ draining: true }, 'draining'],
    [{ tickLagMs: 600 }, '600 ms behind'],
    [{ tickedAtMs: null }, 'not begun'],
  ];
  for (const [change, word] of cases) {
    const reasons = unreadyReasons({ ...READY, ...change }, 1010);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(word);
  }
});

test('a loop that stands still is dead, unless the server is draining', () => {
  const nowMs = 1001 + TICK_STALL_MS;
  expect(isAlive(READY, nowMs - 1)).toBe(true);
  expect(isAlive(READY, nowMs)).toBe(false);
  expect(unreadyReasons(READY, nowMs)).toEqual(['tick: the loop stands still']);
  expect(isAlive({ ...READY, draining: true }, nowMs)).toBe(true);
});
