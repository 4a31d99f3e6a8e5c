import { expect, test } from 'bun:test';
import { createAirStick, moveAirStick, releaseAirStick } from './air-stick.ts';

const FRAME_MS = 14;

function pull(x: number, z: number, frames: number): { x: number; z: number } {
  const stick = createAirStick();
  moveAirStick(stick, 0.3, -0.4, FRAME_MS);
  for (let i = 0; i < frames; i++) moveAirStick(stick, 0.3 + x, -0.4 + z, FRAME_MS);
  return { x: stick.x, z: stick.z };
}

test('pulled away from the body it walks ahead, sideways it strafes', () => {
  expect(pull(0, -0.2, 30).z).toBeCloseTo(1);
  expect(pull(0.2, 0, 30).x).toBeCloseTo(1);
});

test('a trembling hand does not walk', () => {
  expect(pull(0.02, -0.02, 30)).toEqual({ x: 0, z: 0 });
});

test('it waits: a pinch that grabs something must not step forward first', () => {
  expect(pull(0, -0.2, 5).z).toBe(0);
});

test('let go, it is still, and centres anew at the next pinch', () => {
  const stick = createAirStick();
  for (let i = 0; i < 30; i++) moveAirStick(stick, i * 0.02, 0, FRAME_MS);
  expect(stick.x).toBeCloseTo(1);
  releaseAirStick(stick);
  expect(stick).toMatchObject({ x: 0, z: 0 });
  for (let i = 0; i < 30; i++) moveAirStick(stick, 2, 0, FRAME_MS);
  expect(stick.x).toBe(0);
});
