import { beforeAll, expect, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { addBall, addStatic, newWorld, openCore, play, positionOf, type World } from './world.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Height of a ball after two seconds that falls from 5 m onto a floor at 3 m. */
function landing(ball: { layer?: number; mask?: number; gravityScale?: number }): number {
  const world: World = newWorld(core);
  addStatic(world, [2, 0.5, 2], { position: [0, 2.5, 0], layer: 2, mask: 0b101 });
  const entity = addBall(world, 0.25, { position: [0, 5, 0], ...ball });
  play(world, 40);
  return positionOf(world, entity)[1];
}

test('two bodies meet only when each is on a layer that the other meets', () => {
  const onFloor = landing({ layer: 1, mask: 0b10 });
  expect(onFloor).toBeCloseTo(3.25, 1);
  expect(landing({ layer: 0b100, mask: 0b11 })).toBeCloseTo(3.25, 1);
  expect(landing({ layer: 1, mask: 0b101 })).toBeCloseTo(0.25, 1);
  expect(landing({ layer: 0b1000, mask: 0xffff })).toBeCloseTo(0.25, 1);
});

test('gravity pulls by a body of its own scale, and not at all by 0', () => {
  expect(landing({ gravityScale: 0 })).toBeCloseTo(5, 3);
  expect(landing({ gravityScale: -0.2 })).toBeGreaterThan(8);
});
