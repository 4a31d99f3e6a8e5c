import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  pose,
  positionOf,
  steady,
} from './world.ts';

/**
 * Walkers and hands look for others only over squares of 4 m in which some lie: they must find them
 * wherever in the region they stand, on a border between squares and at the rim too.
 */

setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const FLOOR_M = 100;
const TABLE_M = 0.8;
const SQUARE_M = 4;

/** Anywhere, and more often than by chance where squares meet. */
const coordinate = fc.oneof(
  fc.double({ min: -245, max: 245, noNaN: true }),
  fc
    .tuple(fc.integer({ min: -61, max: 61 }), fc.constantFrom(-0.9, -0.3, 0, 0.3, 0.9))
    .map(([square, aside]) => square * SQUARE_M + aside),
);

/** How far a hand has moved a crate on a table in front of a player who stands on a high floor. */
function pushed(x: number, z: number, restFrames: number): number {
  const world = newWorld(core);
  addStatic(world, [3, 0.5, 3], { position: [x, FLOOR_M - 0.5, z] });
  addStatic(world, [0.3, TABLE_M / 2, 0.3], { position: [x, FLOOR_M + TABLE_M / 2, z - 0.9] });
  const size = [0.1, 0.1, 0.1] as const;
  const crate = addBody(world, { size, position: [x, FLOOR_M + TABLE_M + 0.1, z - 0.75] });
  const player = addPlayer(world, [x, FLOOR_M, z]);
  const reach = (millimetres: number) =>
    world.inputs.set(player.entity, steady({}, pose([0, 900, -millimetres], [400, 900, 0])));
  reach(350);
  play(world, restFrames);
  expect(positionOf(world, player.entity)[1]).toBeCloseTo(FLOOR_M + 0.9, 1);
  const from = positionOf(world, crate)[2];
  for (let i = 1; i <= 6; i++) {
    reach(350 + 80 * i);
    play(world, 1);
  }
  return from - positionOf(world, crate)[2];
}

test.each([
  ['awake', 3],
  ['asleep', 40],
] as const)('a hand meets a body that is %s, wherever they are', (_, restFrames) => {
  fc.assert(
    fc.property(coordinate, coordinate, (x, z) => {
      expect(pushed(x, z, restFrames)).toBeGreaterThan(0.1);
    }),
    { numRuns: 60 },
  );
});
