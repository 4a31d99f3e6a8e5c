import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { daysToMs, retain, type Taken } from './retention.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = Date.UTC(2026, 10, 21, 22, 30);
const JOURNAL_MS = daysToMs(30);

/** Checkpoints at any times of the last 400 days, close together and far apart. */
const history = fc
  .array(fc.oneof(fc.nat(2 * HOUR_MS), fc.nat(daysToMs(3)), fc.nat(daysToMs(400))), {
    maxLength: 80,
  })
  .map((ages) => ages.sort((a, b) => b - a))
  .map((ages) => ages.map((age, frame) => ({ frame, takenMs: NOW_MS - age })));
const journal = fc.integer({ min: 1, max: 90 }).map(daysToMs);

function only(taken: readonly Taken[], kept: ReadonlySet<number>): Taken[] {
  return taken.filter(({ frame }) => kept.has(frame));
}

test('a year of a checkpoint a minute leaves an hour, a day, 30 days and the months', () => {
  const taken: Taken[] = [];
  for (let age = daysToMs(365); age >= 0; age -= MINUTE_MS) {
    taken.push({ frame: taken.length, takenMs: NOW_MS - age });
  }
  const { kept, anchorFrame } = retain(taken, NOW_MS, JOURNAL_MS);
  const ages = only(taken, kept).map(({ takenMs }) => NOW_MS - takenMs);
  const between = (min: number, max: number) => ages.filter((age) => age > min && age <= max);
  expect(between(-1, HOUR_MS)).toHaveLength(61);
  expect(between(HOUR_MS, 24 * HOUR_MS)).toHaveLength(23);
  expect(between(24 * HOUR_MS, daysToMs(30))).toHaveLength(29);
  expect(between(daysToMs(30), daysToMs(400)).length).toBeWithin(12, 15);
  const anchor = taken[anchorFrame ?? -1];
  expect(NOW_MS - (anchor?.takenMs ?? 0)).toBeWithin(JOURNAL_MS, JOURNAL_MS + 24 * HOUR_MS);
});

test('what stays is of what was there; the newest and the anchor are among it', () => {
  fc.assert(
    fc.property(history, journal, (taken, journalMs) => {
      const { kept, anchorFrame } = retain(taken, NOW_MS, journalMs);
      for (const frame of kept) expect(taken[frame]?.frame).toBe(frame);
      if (taken.length > 0) expect(kept.has(taken.length - 1)).toBe(true);
      if (anchorFrame !== null) expect(kept.has(anchorFrame)).toBe(true);
    }),
  );
});

test('all of the last hour stays', () => {
  fc.assert(
    fc.property(history, journal, (taken, journalMs) => {
      const { kept } = retain(taken, NOW_MS, journalMs);
      const young = taken.filter(({ takenMs }) => NOW_MS - takenMs <= HOUR_MS);
      expect(only(young, kept)).toEqual(young);
    }),
  );
});

test('to thin now and again later comes to the same as to thin once, later', () => {
  const times = fc.array(fc.nat(daysToMs(60)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(history, times, journal, (taken, waits, journalMs) => {
      const moments = waits.sort((a, b) => a - b).map((wait) => NOW_MS + wait);
      let left: Taken[] = taken;
      for (const nowMs of moments) left = only(left, retain(left, nowMs, journalMs).kept);
      const last = moments.at(-1) as number;
      const once = retain(taken, last, journalMs);
      expect(left).toEqual(only(taken, once.kept));
      expect(retain(left, last, journalMs)).toEqual(once);
    }),
    { numRuns: 300 },
  );
});

test('before any tick of the retention stands a checkpoint that the journal still follows', () => {
  fc.assert(
    fc.property(history, journal, (taken, journalMs) => {
      const { anchorFrame } = retain(taken, NOW_MS, journalMs);
      // With one that is old enough in each day and month there is an anchor; nothing that is
      // younger than the limit was taken before it.
      const [oldest] = taken;
      if (oldest === undefined || NOW_MS - oldest.takenMs < journalMs) {
        expect(anchorFrame).toBeNull();
        return;
      }
      const anchor = taken[anchorFrame ?? -1] as Taken;
      expect(NOW_MS - anchor.takenMs).toBeGreaterThanOrEqual(journalMs);
      for (const young of taken.filter(({ takenMs }) => NOW_MS - takenMs < journalMs)) {
        expect(young.takenMs).toBeGreaterThan(anchor.takenMs);
      }
    }),
  );
});

test('of old ones the first of each calendar month stays', () => {
  const days = Array.from({ length: 1600 }, (_, frame) => {
    return { frame, takenMs: Date.UTC(2023, 11, 30) + daysToMs(frame) };
  });
  const { kept } = retain(days, Date.UTC(2030, 0, 1), JOURNAL_MS);
  const dates = only(days, kept).map(({ takenMs }) => new Date(takenMs).toISOString().slice(0, 10));
  const [first, ...others] = dates;
  expect(first).toBe('2023-12-30');
  // The newest is kept whatever its day.
  expect(others.pop()).toBe('2028-05-16');
  expect(others.every((date) => date.endsWith('-01'))).toBe(true);
  expect(others).toContain('2024-03-01');
  expect(others).toHaveLength(53);
});
