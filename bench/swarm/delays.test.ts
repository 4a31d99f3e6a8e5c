import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { addDelay, delayQuantileMs, mergeDelays, newDelays } from './delays.ts';

test('quantiles are those of the sorted delays, to a tenth of a millisecond', () => {
  const delay = fc.double({ min: 0, max: 1900, noNaN: true });
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(delay, { minLength: 1, maxLength: 50 }), share, (values, quantile) => {
      const halves = [newDelays(), newDelays()] as const;
      for (const [i, ms] of values.entries()) addDelay(halves[i % 2 === 0 ? 0 : 1], ms);
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(quantile * sorted.length) - 1] as number;
      const found = delayQuantileMs(mergeDelays(halves), quantile) as number;
      expect(Math.abs(found - exact)).toBeLessThan(0.11);
    }),
  );
});

test('of nothing there is none, and what is beyond the end is not lost', () => {
  expect(delayQuantileMs(newDelays(), 0.5)).toBeNull();
  const slow = newDelays();
  addDelay(slow, 60_000);
  expect(delayQuantileMs(slow, 0.99)).toBeCloseTo(1999.9);
});
