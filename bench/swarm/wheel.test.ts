import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createWheel } from './wheel.ts';

test('everything comes up once, and none before it is due by less than a turn', () => {
  const times = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 40 });
  const looks = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(times, looks, (dueMs, stepsMs) => {
      const wheel = createWheel<number>(1000);
      for (const [item, ms] of dueMs.entries()) wheel.put(item, 1000 + ms);
      const taken: number[] = [];
      let nowMs = 1000;
      for (const stepMs of stepsMs) {
        nowMs += stepMs;
        wheel.turn(nowMs, (item) => {
          expect(1000 + (dueMs[item] as number)).toBeLessThanOrEqual(nowMs);
          taken.push(item);
        });
        for (const [item, ms] of dueMs.entries()) {
          // A millisecond's grace for what is due in the very moment that was over at the start.
          if (1000 + ms < nowMs) expect(taken).toContain(item);
        }
      }
      expect(new Set(taken).size).toBe(taken.length);
    }),
  );
});

test('what is put while the wheel turns comes up in its time, also after a long pause', () => {
  const wheel = createWheel<string>(0);
  wheel.put('a', 5);
  const taken: string[] = [];
  wheel.turn(10_000, (item) => {
    taken.push(item);
    if (item === 'a') wheel.put('b', 10_030);
  });
  wheel.turn(10_029, (item) => taken.push(item));
  expect(taken).toEqual(['a']);
  wheel.turn(10_030, (item) => taken.push(item));
  expect(taken).toEqual(['a', 'b']);
});
