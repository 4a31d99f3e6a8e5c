import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { Button, StepFault, WATER_NONE_M, WireFault } from '../host/types.ts';
import { playAgain } from './resimulate.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  playerOf,
  playSeconds,
  positionOf,
  speedOf,
  steady,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

function setRegion(world: World, gravity: Vec3, waterLevel = WATER_NONE_M): void {
  world.commands.push((c) => c.addSetRegion({ gravity, waterLevel }));
}

describe('the region', () => {
  test('is like earth, and dry, until a command says otherwise; then the state has it', () => {
    const world = newWorld(core);
    expect(core.region.gravity[1]).toBeCloseTo(-9.81, 5);
    expect(core.region.waterLevel).toBe(WATER_NONE_M);
    const hash = core.stateHash();
    setRegion(world, [1, 2, 3], 4);
    play(world, 1);
    expect(core.region).toEqual({ gravity: [1, 2, 3], waterLevel: 4 });
    expect(core.stateHash()).not.toBe(hash);
    const state = core.snapshot();
    core.reset(1);
    expect(core.region.gravity[0]).toBe(0);
    expect(core.restore(state)).toBe(WireFault.NONE);
    expect(core.region).toEqual({ gravity: [1, 2, 3], waterLevel: 4 });
  });

  test.each([
    [[51, 0, 0], 0],
    [[0, Number.NaN, 0], 0],
    [[0, 0, -Infinity], 0],
    [[0, -9, 0], 10001],
    [[0, -9, 0], Number.NaN],
  ] as const)('with gravity %p and water at %p is refused', (gravity, waterLevel) => {
    newWorld(core);
    core.frameBegin(0, 0n);
    expect(core.addSetRegion({ gravity, waterLevel })).toBe(true);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
  });

  test('whose state was damaged is refused', () => {
    newWorld(core);
    const state = core.snapshot();
    const view = new DataView(state.buffer, state.byteOffset);
    for (const [offset, value] of [
      [52, -20000],
      [64, 99],
      [68, Number.NaN],
      [76, 1],
    ] as const) {
      const before = view.getFloat32(offset, true);
      view.setFloat32(offset, value, true);
      expect(core.restore(state)).toBe(WireFault.OUT_OF_RANGE);
      view.setFloat32(offset, before, true);
    }
    expect(core.restore(state)).toBe(WireFault.NONE);
  });
});

describe('bodies', () => {
  test('fall where gravity points, by their own scale', () => {
    const world = newWorld(core);
    setRegion(world, [4, 0, -3]);
    const one = addBody(world, { position: [0, 50, 0], linearDamping: 0 });
    const two = addBody(world, { position: [9, 50, 9], linearDamping: 0, gravityScale: -2 });
    play(world, 20);
    const [x, y, z] = velocityOf(world, one);
    expect([x, y, z].map((v) => Math.round(v * 100) / 100)).toEqual([4, 0, -3]);
    expect(velocityOf(world, two)[0]).toBeCloseTo(-8, 2);
  });

  test('at rest wake when gravity changes', () => {
    const world = newWorld(core);
    const crate = addBody(world, {});
    playSeconds(world, 3);
    expect(core.isAsleep(crate)).toBe(true);
    setRegion(world, [0, 9.81, 0]);
    playSeconds(world, 1);
    expect(positionOf(world, crate)[1]).toBeGreaterThan(4);
  });
});

/** A room of 20 m far above the terrain, whose six walls are each a floor of some gravity. */
function addRoom(world: World): void {
  for (const axis of [0, 1, 2]) {
    for (const sign of [-1, 1]) {
      const half = [10, 10, 10].map((v, k) => (k === axis ? 0.5 : v)) as unknown as Vec3;
      const position = [0, 100, 0].map((v, k) => (k === axis ? v + sign * 10.5 : v));
      addStatic(world, half, { position: position as unknown as Vec3 });
    }
  }
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

describe('a player in gravity', () => {
  test('that points to +x stands on a wall, walks, steps and jumps', () => {
    const world = newWorld(core);
    setRegion(world, [9.81, 0, 0]);
    addRoom(world);
    addStatic(world, [0.15, 2, 2], { position: [9.85, 95, 0] });
    const player = addPlayer(world, [9.9, 100, 0]);
    playAgain(world, 20);
    expect(playerOf(world, player.entity).grounded).toBe(true);
    expect(playerOf(world, player.entity).foot[0]).toBeCloseTo(10, 2);
    expect(positionOf(world, player.entity)[0]).toBeCloseTo(10 - 0.9, 2);
    expect(playerOf(world, player.entity).head[0]).toBeCloseTo(10 - 1.65, 1);

    // Up is −x: the shortest turn takes −z, ahead, to itself.
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 1);
    expect(velocityOf(world, player.entity)[2]).toBeCloseTo(-3.5, 1);
    world.inputs.set(player.entity, steady({}));
    playSeconds(world, 0.5);

    world.inputs.set(player.entity, steady({ buttons: Button.JUMP }));
    let peak = 0;
    playAgain(world, 20, undefined, () => {
      peak = Math.max(peak, 10 - playerOf(world, player.entity).foot[0]);
    });
    expect(peak).toBeGreaterThan(0.95);
    expect(peak).toBeLessThan(1.2);
    expect(world.faults & ~StepFault.COMMAND_SKIPPED).toBe(0);
  });

  test('of any direction stands upright, stays, and walks at 3.5 m/s', () => {
    const unit = fc
      .tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
      .filter((v) => Math.hypot(...v) > 0.2)
      .map((v) => v.map((x) => x / Math.hypot(...v)) as unknown as Vec3);
    fc.assert(
      fc.property(unit, fc.integer({ min: 0, max: 65535 }), (down, yaw) => {
        const world = newWorld(core);
        setRegion(world, [down[0] * 9.81, down[1] * 9.81, down[2] * 9.81]);
        addFloor(world, down);
        const player = addPlayer(world, [0, 100, 0]);
        playSeconds(world, 1.5);
        const before = playerOf(world, player.entity);
        expect(before.grounded).toBe(true);
        const centre = positionOf(world, player.entity);
        const up = [0, 1, 2].map((k) => (centre[k] as number) - (before.foot[k] as number));
        expect(dot(up as unknown as Vec3, down)).toBeCloseTo(-0.9, 3);
        world.inputs.set(player.entity, steady({ moveX: 90, moveZ: 90, yaw }));
        playSeconds(world, 1);
        const velocity = velocityOf(world, player.entity);
        expect(speedOf(world, player.entity)).toBeCloseTo(3.5, 1);
        expect(dot(velocity, down)).toBeCloseTo(0, 1);
      }),
      { numRuns: 40, seed: 12 },
    );
  });

  /** A floor through (0, 100, 0), 1 m below it, at right angles to `down`. */
  function addFloor(world: World, down: Vec3): void {
    const [x, y, z] = down;
    // The shortest turn that takes −y to `down`.
    const length = Math.hypot(-z, 0, x, 1 - y);
    const rotation =
      1 - y < 1e-6
        ? ([1, 0, 0, 0] as const)
        : ([-z / length, 0, x / length, (1 - y) / length] as const);
    const position = [0, 100, 0].map((v, k) => v + (down[k] as number) * 1.5) as unknown as Vec3;
    addStatic(world, [30, 0.5, 30], { position, rotation });
  }

  test('that turns over is turned with it, and falls to the new floor', () => {
    const world = newWorld(core);
    addRoom(world);
    const player = addPlayer(world, [0, 90.1, 0]);
    playSeconds(world, 1);
    expect(playerOf(world, player.entity).grounded).toBe(true);
    for (const down of [
      [0, 1, 0],
      [0, 0, -1],
      [-1, 0, 0],
      [0, -1, 0],
    ] as const) {
      setRegion(world, [down[0] * 9.81, down[1] * 9.81, down[2] * 9.81]);
      playAgain(world, 70);
      const { foot, grounded } = playerOf(world, player.entity);
      expect(grounded).toBe(true);
      expect(dot([foot[0], foot[1] - 100, foot[2]], down)).toBeCloseTo(10, 1);
    }
  });

  test('of nothing drifts on', () => {
    const world = newWorld(core);
    setRegion(world, [0, 0, 0]);
    const player = addPlayer(world, [0, 100, 0]);
    play(world, 1);
    world.commands.push((c) => c.addImpulse(player.entity, [80, 160, 0], [0, 100, 0]));
    playSeconds(world, 2);
    expect(velocityOf(world, player.entity)).toEqual([1, 2, 0]);
  });

  test('with water along it swims', () => {
    const world = newWorld(core);
    setRegion(world, [9.81, 0, 0], 0);
    // Up is −x: what is beyond x = 0 is under water.
    const player = addPlayer(world, [5, 100, 0]);
    playSeconds(world, 15);
    expect(playerOf(world, player.entity).foot[0]).toBeCloseTo(0.85 * 1.8, 1);
    expect(speedOf(world, player.entity)).toBeLessThan(0.02);
  });
});
