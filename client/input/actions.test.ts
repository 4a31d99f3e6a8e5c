import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  type Device,
  type DeviceActions,
  deadzoneScale,
  idleActions,
  mergeActions,
} from './actions.ts';

function deviceWith(wanted: Partial<DeviceActions>): Device {
  const actions = { ...idleActions(), ...wanted };
  return { actions, read() {}, release() {}, dispose() {} };
}

describe('mergeActions', () => {
  test('two devices at once are never faster than one', () => {
    const move = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(move, move), { maxLength: 5 }), (moves) => {
        const into = idleActions();
        mergeActions(
          moves.map(([moveX, moveZ]) => deviceWith({ moveX, moveZ })),
          into,
        );
        expect(Math.hypot(into.moveX, into.moveZ)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test('turns add up, buttons are or-ed, and nothing of the last frame stays', () => {
    const into = idleActions();
    mergeActions(
      [deviceWith({ turn: 0.25, jump: true }), deviceWith({ turn: -0.1, tilt: 1 })],
      into,
    );
    expect(into.turn).toBeCloseTo(0.15);
    expect(into.tilt).toBe(1);
    expect(into.jump).toBe(true);
    mergeActions([], into);
    expect(into).toEqual(idleActions());
  });
});

describe('deadzoneScale', () => {
  test('is still inside, continuous at the rim, and full at the end', () => {
    expect(deadzoneScale(0.1, 0.15) * 0.1).toBe(0);
    expect(deadzoneScale(0.1501, 0.15) * 0.1501).toBeLessThan(0.001);
    expect(deadzoneScale(1, 0.15) * 1).toBeCloseTo(1);
    expect(deadzoneScale(1.4, 0.15) * 1.4).toBeCloseTo(1);
  });

  test('a harder push is never slower', () => {
    const length = fc.double({ min: 0.001, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(length, length, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const speed = (x: number): number => deadzoneScale(x, 0.2) * x;
        expect(speed(high)).toBeGreaterThanOrEqual(speed(low) - 1e-12);
      }),
    );
  });
});
