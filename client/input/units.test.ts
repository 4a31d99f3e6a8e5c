import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { millimetres, moveUnits, pitchUnits, wrapAngle, yawRadians, yawUnits } from './units.ts';

const angle = fc.double({ min: -50, max: 50, noNaN: true });

test('yaw comes back as the same direction, whatever number of turns it had', () => {
  fc.assert(
    fc.property(angle, (radians) => {
      const units = yawUnits(radians);
      expect(Number.isInteger(units) && units >= 0 && units < 65536).toBe(true);
      expect(Math.abs(wrapAngle(yawRadians(units) - radians))).toBeLessThan(Math.PI / 65536 + 1e-9);
    }),
  );
});

test('a quarter turn left is a quarter of the units', () => {
  expect(yawUnits(Math.PI / 2)).toBe(16384);
  expect(yawUnits(-Math.PI / 2)).toBe(49152);
  expect(yawUnits(Math.PI * 2)).toBe(0);
});

test('pitch, moves and positions stay within what the wire carries', () => {
  fc.assert(
    fc.property(angle, (value) => {
      expect(Math.abs(pitchUnits(value))).toBeLessThanOrEqual(16384);
      expect(Math.abs(moveUnits(value))).toBeLessThanOrEqual(127);
      expect(Math.abs(millimetres(value))).toBeLessThanOrEqual(32767);
    }),
  );
  expect(pitchUnits(Math.PI / 2)).toBe(16384);
  expect(moveUnits(-1)).toBe(-127);
  expect(millimetres(-1.2346)).toBe(-1235);
});
