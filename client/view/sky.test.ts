import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createSky, DAY_TICKS, hourOfDay, type Sky, skyAt } from './sky.ts';

/** The sky at an hour of the first day, 6.6 and later. */
function at(hour: number): Sky {
  const sky = createSky();
  skyAt(((hour - hourOfDay(0)) / 24) * DAY_TICKS, sky);
  return sky;
}

function brightness(color: Float32Array): number {
  return color.reduce((sum, part) => sum + part, 0);
}

describe('day and night', () => {
  test('a day is 24 minutes, and a new world begins in the morning', () => {
    expect(DAY_TICKS).toBe(24 * 60 * 60);
    expect(hourOfDay(0)).toBeGreaterThan(6);
    expect(hourOfDay(0)).toBeLessThan(9);
    expect(hourOfDay(DAY_TICKS + 500)).toBeCloseTo(hourOfDay(500));
  });

  test('the sun rises at 6, is highest at 12 and sets at 18', () => {
    expect(at(30).sun[1]).toBeCloseTo(0);
    expect(at(18).sun[1]).toBeCloseTo(0);
    expect(at(12).sun[1]).toBeGreaterThan(at(11).sun[1] ?? 1);
    expect(at(12).sun[1]).toBeGreaterThan(at(13).sun[1] ?? 1);
    expect(at(24).sun[1]).toBeLessThan(-0.8);
  });

  test('noon is bright and without stars, midnight is dark and full of them', () => {
    const noon = at(12);
    const midnight = at(24);
    expect(noon.stars).toBe(0);
    expect(midnight.stars).toBe(1);
    expect(brightness(noon.zenith)).toBeGreaterThan(10 * brightness(midnight.zenith));
    expect(noon.keyIntensity).toBeGreaterThan(midnight.keyIntensity);
    expect(midnight.keyIntensity).toBeGreaterThan(0);
  });

  test('the light that throws shadows is above the horizon, or is out while it changes', () => {
    for (let hour = 6.6; hour < 30.6; hour += 0.01) {
      const sky = at(hour);
      if ((sky.key[1] ?? 0) < 0.02) expect(sky.keyIntensity).toBeLessThan(3);
      if ((sky.key[1] ?? 0) < -0.04) expect(sky.keyIntensity).toBeLessThan(0.6);
    }
  });

  test('nothing jumps from one tick to the next', () => {
    const tick = fc.integer({ min: 0, max: DAY_TICKS * 3 });
    fc.assert(
      fc.property(tick, (now) => {
        const a = createSky();
        const b = createSky();
        skyAt(now, a);
        skyAt(now + 1, b);
        expect(Math.abs(brightness(a.zenith) - brightness(b.zenith))).toBeLessThan(0.002);
        expect(Math.abs(a.keyIntensity - b.keyIntensity)).toBeLessThan(0.02);
        expect(Math.abs(a.stars - b.stars)).toBeLessThan(0.002);
        // Where sun and moon change places their light is out.
        const moved = Math.hypot(...a.key.map((part, i) => part - (b.key[i] ?? 0)));
        expect(moved * a.keyIntensity).toBeLessThan(0.02);
      }),
      { numRuns: 500 },
    );
  });
});
