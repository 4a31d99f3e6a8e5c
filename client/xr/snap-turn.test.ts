import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { defaultSettings } from '../input/settings.ts';
import { createTurn, turnBy } from './snap-turn.ts';

const SNAP = (45 * Math.PI) / 180;
const FRAME_MS = 1000 / 72;

describe('snap turn', () => {
  const settings = defaultSettings();

  test('a flick to the right turns right by one angle, at once', () => {
    expect(turnBy(createTurn(), 1, FRAME_MS, settings)).toBeCloseTo(-SNAP);
    expect(turnBy(createTurn(), -0.9, FRAME_MS, settings)).toBeCloseTo(SNAP);
  });

  test('a stick between the thresholds neither turns nor arms', () => {
    const state = createTurn();
    turnBy(state, 1, FRAME_MS, settings);
    expect(turnBy(state, 0.5, FRAME_MS, settings)).toBe(0);
    expect(turnBy(state, 1, FRAME_MS, settings)).toBe(0);
    turnBy(state, 0.1, FRAME_MS, settings);
    expect(turnBy(state, 1, FRAME_MS, settings)).toBeCloseTo(-SNAP);
  });

  test('held over for a second it turns three times, not seventy', () => {
    const state = createTurn();
    let total = 0;
    for (let ms = 0; ms < 1000; ms += FRAME_MS) total += turnBy(state, 1, FRAME_MS, settings);
    expect(total / -SNAP).toBeCloseTo(3);
  });

  test('however a stick moves, each turn is a whole angle', () => {
    const axis = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 200 }), (axes) => {
        const state = createTurn();
        for (const value of axes) {
          const steps = turnBy(state, value, FRAME_MS, settings) / SNAP;
          expect(Math.abs(steps) < 1e-9 || Math.abs(Math.abs(steps) - 1) < 1e-9).toBe(true);
        }
      }),
    );
  });
});

test('smooth turn is the same angle at any frame rate', () => {
  const settings = { ...defaultSettings(), turn: 'smooth' as const };
  const during = (frames: number): number => {
    let total = 0;
    for (let i = 0; i < frames; i++) total += turnBy(createTurn(), -1, 1000 / frames, settings);
    return total;
  };
  expect(during(72)).toBeCloseTo(during(120));
  expect(during(72)).toBeGreaterThan(1);
});
