import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { TICK_RATE_HZ } from '../host/types.ts';
import {
  addBall,
  addBody,
  addStatic,
  newWorld,
  openCore,
  playSeconds,
  positionOf,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

/**
 * What is lost far from a region's origin: STEP.md states these figures. Positions are f32, so
 * their grid is coarser there; all else (velocities, turns, levers, what moves within a tick) is
 * relative, and does not know where it is.
 */

setDefaultTimeout(120_000);

/** Spacing of f32 at `value`, metres. */
function ulp(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23);
}

/** What rounding to the grid at most adds to a speed in one axis: half a step a tick. */
function speedError(coordinate: number): number {
  return (ulp(coordinate) / 2) * TICK_RATE_HZ;
}

/** Above all terrain but the first, which lies on level ground. */
const ORIGIN: Vec3 = [0, 8, 0];
const RIM: Vec3 = [225, 150, 225];
const CEILING: Vec3 = [225, 950, 225];

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** A floor whose middle is at `place`, in a world where nobody sleeps. */
function openFloor([x, y, z]: Vec3): World {
  const world = newWorld(core, 7);
  world.commands.push((codec) => codec.addSetRestless(true));
  addStatic(world, [24, 0.5, 24], { position: [x, y - 0.5, z] });
  return world;
}

/** A stack of ten crates of half a metre after a minute: sway and height of the top, metres. */
function stackAt(place: Vec3): { sway: number; top: number } {
  const [x, y, z] = place;
  const world = openFloor(place);
  const crates = Array.from({ length: 10 }, (_, i) =>
    addBody(world, { size: [0.25, 0.25, 0.25], position: [x, y + 0.25 + 0.5 * i, z] }),
  );
  playSeconds(world, 60);
  const found = crates.map((crate) => positionOf(world, crate));
  const sway = Math.max(...found.map((at) => Math.hypot(at[0] - x, at[2] - z)));
  return { sway, top: (found[9] as Vec3)[1] - y };
}

/** How far a ball comes in ten seconds at 2 m/s without damping, and how it ends; metres. */
function rollAt(place: Vec3) {
  const [x, y, z] = place;
  const world = openFloor(place);
  const ball = addBall(world, 0.25, {
    position: [x - 20, y + 0.25, z],
    linearVelocity: [2, 0, 0],
    angularVelocity: [0, 0, -8],
    linearDamping: 0,
    angularDamping: 0,
  });
  playSeconds(world, 10);
  const at = positionOf(world, ball);
  const depth = 0.25 - (at[1] - y);
  return { way: at[0] - x + 20, aside: at[2] - z, depth, speed: velocityOf(world, ball)[0] };
}

describe('the grid of positions', () => {
  test('is 0.015 mm at the rim and 0.061 mm under the ceiling', () => {
    expect(ulp(250) * 1000).toBeCloseTo(0.0153, 4);
    expect(ulp(1000) * 1000).toBeCloseTo(0.061, 4);
    expect(speedError(250) * 1000).toBeCloseTo(0.458, 3);
    expect(speedError(1000) * 1000).toBeCloseTo(1.83, 2);
  });
});

describe.each([
  ['rim', RIM],
  ['ceiling', CEILING],
] as const)('at the %s', (_name, place) => {
  test('a stack of ten stands for a minute as it does at the origin', () => {
    const [origin, far] = [stackAt(ORIGIN), stackAt(place)];
    // A tower sways with the last bit of a place: what it must not do is walk.
    expect(origin.sway).toBeLessThan(0.01);
    expect(far.sway).toBeLessThan(0.01);
    // Each of ten contacts may lie a step of the grid lower or higher.
    expect(Math.abs(far.top - origin.top)).toBeLessThan(10 * ulp(place[1]));
  });

  test('a ball rolls 20 m straight, and as far but for the rounding of each tick', () => {
    const [origin, far] = [rollAt(ORIGIN), rollAt(place)];
    expect(far.aside).toBe(0);
    expect(origin.way).toBeCloseTo(10 * origin.speed, 3);
    expect(Math.abs(far.way - 10 * far.speed)).toBeLessThan(10 * speedError(place[0]) + 0.001);
    // What lies on a floor sinks by the slop and g/ω², unless that is less than the grid shows.
    expect(origin.depth * 1000).toBeCloseTo(0.667, 3);
    const isShown = ulp(place[1]) < 0.00005;
    expect(Math.abs(far.depth - (isShown ? origin.depth : 0))).toBeLessThan(ulp(place[1]));
    // The floor gives way by its slop at first, which takes less than a thousandth of the speed.
    expect(Math.abs(far.speed - 2)).toBeLessThan(0.002);
  });
});

test('what is slower than half a step of the grid a tick stands still', () => {
  const drift = (x: number, mmps: number): number => {
    const world = newWorld(core, 7);
    world.commands.push((codec) => codec.addSetRestless(true));
    const mote = addBall(world, 0.1, {
      position: [x, 150, 0],
      linearVelocity: [mmps / 1000, 0, 0],
      linearDamping: 0,
      gravityScale: 0,
    });
    playSeconds(world, 10);
    return (positionOf(world, mote)[0] - x) * 1000;
  };
  expect(drift(0, 0.4)).toBeCloseTo(4, 2);
  expect(drift(200, 0.4)).toBe(0);
  // 1 mm/s is 1.09 steps a tick, and becomes one.
  expect(drift(200, 1)).toBeCloseTo(9.155, 2);
});
