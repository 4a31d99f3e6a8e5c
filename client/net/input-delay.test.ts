import { expect, test } from 'bun:test';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import { HORIZON_TICKS } from '../predict/history.ts';
import { RATE_CHANGE_MAX } from './clock-sync.ts';
import { InputDelay } from './input-delay.ts';

/** After so many seconds of frames that come when inputs are `ahead(frame)` ticks ahead. */
function settle(delay: InputDelay, seconds: number, ahead: (frame: number) => number): number {
  let now = 0;
  for (let frame = 0; frame < seconds * 20; frame++) {
    now = frame * FRAME_DURATION_MS;
    delay.onFrame(ahead(frame));
    delay.at(now);
  }
  return delay.at(now);
}

test('whoever is near enough has no delay', () => {
  expect(settle(new InputDelay(), 30, (frame) => HORIZON_TICKS - 3 + (frame % 2))).toBe(0);
});

test('on a long way the world waits by what the horizon lacks, and a little for its jitter', () => {
  const ticks = settle(new InputDelay(), 60, (frame) => HORIZON_TICKS + 8 + (frame % 3));
  expect(ticks).toBeGreaterThan(8.5);
  expect(ticks).toBeLessThan(12);
});

test('a line of frames behind a lost one changes nothing that can be felt', () => {
  const way = (frame: number) => HORIZON_TICKS + 4 + (frame % 50 === 0 ? 13 : 0);
  const ticks = settle(new InputDelay(), 60, way);
  expect(ticks).toBeGreaterThan(3.5);
  expect(ticks).toBeLessThan(6);
});

test('it comes and goes no faster than time is steered', () => {
  const delay = new InputDelay();
  for (let frame = 0; frame < 40; frame++) delay.onFrame(HORIZON_TICKS + 10);
  let before = delay.at(0);
  for (let now = 10; now < 3000; now += 10) {
    const ticks = delay.at(now);
    expect(Math.abs(ticks - before)).toBeLessThanOrEqual(
      (10 / (1000 / 60)) * RATE_CHANGE_MAX + 1e-9,
    );
    before = ticks;
  }
  expect(before).toBeGreaterThan(5);
});

test('after a reconnect it fades', () => {
  const delay = new InputDelay();
  settle(delay, 30, () => HORIZON_TICKS + 5);
  delay.restart();
  expect(delay.at(60_000)).toBe(0);
});
