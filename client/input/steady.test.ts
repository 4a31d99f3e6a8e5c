import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createControl } from './control.ts';
import { samplePose } from './sample.ts';
import { createSteadyParts, holdAngle, steady } from './steady.ts';

const FRAME_MS = 50;
const DEGREE = Math.PI / 180;

/** About normal, by the sum of twelve; repeatable. */
function noise(): () => number {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

/** A head at `place` metres along x, turned by `angle` about y, as its tracker reports it. */
function tracked(place: number, angle: number) {
  const control = createControl();
  control.head.position[0] = place;
  control.head.rotation.set([0, Math.sin(angle / 2), 0, Math.cos(angle / 2)]);
  control.posed = true;
  return control;
}

function angleOf(rotation: ArrayLike<number>): number {
  return 2 * Math.atan2(rotation[1] as number, rotation[3] as number);
}

test('a resting part under its trackers noise is sent as the same pose for seconds', () => {
  const random = noise();
  const parts = createSteadyParts();
  let changes = 0;
  let last = '';
  for (let frame = 0; frame < 1000; frame++) {
    const control = tracked(0.1 + 0.0005 * random(), 0.1 * DEGREE * random());
    steady(parts, control, FRAME_MS);
    const now = JSON.stringify(samplePose(parts)?.head);
    if (now !== last) changes++;
    last = now;
    expect(Math.abs((parts.head.position[0] as number) - 0.1)).toBeLessThan(0.002);
    expect(Math.abs(angleOf(parts.head.rotation))).toBeLessThan(0.5 * DEGREE);
  }
  // Without it nearly every frame differs.
  expect(changes).toBeLessThan(100);
});

test('a part that moves evenly lags by less than 3 mm and half a degree, however fast', () => {
  for (const speed of [0.05, 0.3, 1, 4]) {
    const parts = createSteadyParts();
    for (let frame = 0; frame < 60; frame++) {
      const seconds = (frame * FRAME_MS) / 1000;
      const control = tracked(speed * seconds, speed * seconds);
      steady(parts, control, FRAME_MS);
      if (frame < 20) continue;
      const lag = speed * seconds - (parts.head.position[0] as number);
      expect(lag).toBeGreaterThan(-0.001);
      expect(lag).toBeLessThan(0.0027);
      const turned = speed * seconds - angleOf(parts.head.rotation);
      expect(Math.abs(Math.sin(turned / 2) * 2)).toBeLessThan(0.5 * DEGREE);
    }
  }
});

test('a part that stops is where it stopped within half a second', () => {
  const parts = createSteadyParts();
  for (let frame = 0; frame <= 20; frame++) steady(parts, tracked(frame * 0.05, 0), FRAME_MS);
  for (let frame = 0; frame < 10; frame++) steady(parts, tracked(1, 0), FRAME_MS);
  expect(Math.abs((parts.head.position[0] as number) - 1)).toBeLessThan(0.0015);
});

test('a recentred part is there at once, and stays a unit quaternion', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -9, max: 9 })),
        {
          minLength: 1,
          maxLength: 30,
        },
      ),
      (moves) => {
        const parts = createSteadyParts();
        let place = 0;
        for (const [step, angle] of moves) {
          place += step;
          steady(parts, tracked(place, Number.isNaN(angle) ? 0 : angle), FRAME_MS);
          const size = Math.hypot(...parts.head.rotation);
          expect(Math.abs(size - 1)).toBeLessThan(1e-6);
          if (Math.abs(step) < 1) continue;
          expect(parts.head.position[0]).toBeCloseTo(place, 5);
        }
      },
    ),
    { seed: 2 },
  );
});

test('an angle is held until it is further away than the slack, over the turn as well', () => {
  expect(holdAngle(1, 1.02, 0.03)).toBe(1);
  expect(holdAngle(1, 1.04, 0.03)).toBe(1.04);
  expect(holdAngle(3.14, -3.14, 0.03)).toBe(3.14);
  expect(holdAngle(0, 0.5, 0)).toBe(0.5);
});
