import { expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  advance,
  clockText,
  createPlayhead,
  SPEEDS,
  seekTo,
  shownAt,
  stepFrame,
  togglePlay,
} from './playhead.ts';

test('time passes at the chosen speed, waits for the world, and ends at the end', () => {
  const head = createPlayhead(600);
  for (const speed of SPEEDS) {
    Object.assign(head, { time: 0, playing: true, speed });
    advance(head, 100, true);
    expect(head.time).toBeCloseTo(6 * speed);
    advance(head, 100, false);
    expect(head.time).toBeCloseTo(6 * speed);
  }
  advance(head, 1e6, true);
  expect([head.time, head.playing]).toEqual([600, false]);
  togglePlay(head);
  expect([head.time, head.playing]).toEqual([0, true]);
});

test('a step goes to the beginning of a frame, either way, and stops there', () => {
  const head = createPlayhead(600);
  const at = (time: number, way: 1 | -1): number => {
    head.time = time;
    stepFrame(head, way);
    expect(head.playing).toBe(false);
    return head.time;
  };
  expect([at(0, 1), at(3, 1), at(4.2, 1), at(599, 1), at(600, 1)]).toEqual([3, 6, 6, 600, 600]);
  expect([at(6, -1), at(4.2, -1), at(0, -1)]).toEqual([3, 3, 0]);
});

test('what is shown lies between two ticks that are in the film', () => {
  fc.assert(
    fc.property(fc.double({ min: -10, max: 700, noNaN: true }), (time) => {
      const head = createPlayhead(600);
      seekTo(head, time);
      const { tick, alpha } = shownAt(head);
      expect(tick).toBeGreaterThanOrEqual(0);
      expect(tick).toBeLessThanOrEqual(600);
      expect(alpha).toBeGreaterThanOrEqual(0);
      expect(alpha).toBeLessThanOrEqual(1);
      expect(tick - 1 + alpha).toBeCloseTo(head.time, 9);
    }),
  );
});

test('a clock says minutes, seconds and hundredths', () => {
  expect([0, 1, 61, 3600, 7530].map(clockText)).toEqual([
    '0:00.00',
    '0:00.01',
    '0:01.01',
    '1:00.00',
    '2:05.50',
  ]);
});
