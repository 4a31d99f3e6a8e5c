import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { arrivedAtMs, createArrivalTime, noteBusy, turnMs } from './arrival-time.ts';

test('what waited while a frame was made came halfway, later news when it is read', () => {
  const clock = createVirtualClock(0);
  const arrival = createArrivalTime();
  expect(arrivedAtMs(arrival, 4)).toBe(4);
  clock.advance(20);
  noteBusy(arrival, clock, 10);
  expect([arrivedAtMs(arrival, 20), arrivedAtMs(arrival, 29)]).toEqual([15, 15]);
  clock.advance(0);
  expect(arrivedAtMs(arrival, 20)).toBe(20);
});

test('law: turns fill their share of a frame evenly, whoever is there', () => {
  const first = fc.integer({ min: 1, max: 1_000_000 });
  const count = fc.integer({ min: 8, max: 4096 });
  fc.assert(
    fc.property(first, count, (id, players) => {
      const turns = Array.from({ length: players }, (_, i) => turnMs(id + i, players));
      turns.sort((a, b) => a - b);
      const lastMs = turns.at(-1) as number;
      expect(turns[0]).toBeGreaterThanOrEqual(0);
      expect(lastMs).toBeLessThan(16);
      const gaps = turns.map((turn, i) => turn - (turns[i - 1] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan((3.5 * lastMs) / players);
    }),
  );
});
