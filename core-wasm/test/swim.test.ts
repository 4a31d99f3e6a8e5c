import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { Button, ShapeKind, WATER_NONE_M } from '../host/types.ts';
import { playAgain } from './resimulate.ts';
import {
  addBall,
  addBody,
  addCapsule,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  playerOf,
  playSeconds,
  positionOf,
  speedOf,
  steady,
  turn,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

const SURFACE_M = 20;
const GRAVITY = [0, -9.81, 0] as const;
/** Share of 1.8 m at which a player floats. */
const FLOAT_M = 0.85 * 1.8;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Water up to 20 m over everything. */
function sea(): World {
  const world = newWorld(core);
  world.commands.push((c) => c.addSetRegion({ gravity: GRAVITY, waterLevel: SURFACE_M }));
  return world;
}

function swimmer(foot: number): { world: World; player: PlayerIds } {
  const world = sea();
  const player = addPlayer(world, [0, foot, 0]);
  play(world, 1);
  return { world, player };
}

function heightOf(world: World, player: PlayerIds): number {
  return playerOf(world, player.entity).foot[1];
}

describe('a swimmer', () => {
  test('who does nothing floats with the head out, level and still', () => {
    const { world, player } = swimmer(SURFACE_M - 3);
    playSeconds(world, 12);
    let spread = 0;
    playAgain(world, 60, undefined, () => {
      spread = Math.max(spread, Math.abs(heightOf(world, player) - (SURFACE_M - FLOAT_M)));
    });
    expect(spread).toBeLessThan(0.01);
    expect(speedOf(world, player.entity)).toBeLessThan(0.01);
  });

  test('who jumps in goes under and comes up again', () => {
    const { world, player } = swimmer(SURFACE_M + 4);
    let deepest = SURFACE_M;
    play(world, 60, () => {
      deepest = Math.min(deepest, heightOf(world, player));
    });
    expect(deepest).toBeLessThan(SURFACE_M - 2);
    playSeconds(world, 8);
    expect(heightOf(world, player)).toBeCloseTo(SURFACE_M - FLOAT_M, 1);
  });

  test('swims ahead on one level at 1.8 m/s, faster when sprinting', () => {
    const { world, player } = swimmer(SURFACE_M - 8);
    playSeconds(world, 0.5);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 1);
    const before = heightOf(world, player);
    playAgain(world, 40);
    expect(heightOf(world, player)).toBeCloseTo(before, 1);
    expect(-velocityOf(world, player.entity)[2]).toBeCloseTo(1.8, 1);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 1);
    expect(-velocityOf(world, player.entity)[2]).toBeCloseTo(3, 1);
  });

  test('dives and rises by button, and by where he looks', () => {
    const { world, player } = swimmer(SURFACE_M - 8);
    const rise = (intent: object): number => {
      world.inputs.set(player.entity, steady(intent));
      playSeconds(world, 1);
      const before = heightOf(world, player);
      playSeconds(world, 1);
      return heightOf(world, player) - before;
    };
    expect(rise({ buttons: Button.DIVE })).toBeCloseTo(-1.8, 1);
    expect(rise({ buttons: Button.JUMP })).toBeCloseTo(1.8, 1);
    expect(rise({ moveZ: 127, pitch: -8192 })).toBeCloseTo(-1.8 * Math.SQRT1_2, 1);
  });

  test('wades where he can stand, slower than on land', () => {
    const { world, player } = swimmer(SURFACE_M + 1);
    addStatic(world, [20, 0.5, 20], { position: [0, SURFACE_M - 1.3, 0] });
    playSeconds(world, 2);
    expect(playerOf(world, player.entity).grounded).toBe(true);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 1);
    const pace = -velocityOf(world, player.entity)[2];
    expect(pace).toBeGreaterThan(1.9);
    expect(pace).toBeLessThan(3);
  });

  test('falls when the water is gone', () => {
    const { world, player } = swimmer(SURFACE_M - FLOAT_M);
    playSeconds(world, 2);
    world.commands.push((c) => c.addSetRegion({ gravity: GRAVITY, waterLevel: WATER_NONE_M }));
    play(world, 11);
    expect(velocityOf(world, player.entity)[1]).toBeCloseTo(-9.81 * 0.55, 0);
  });
});

describe('what floats', () => {
  /** Half immersed at half the water's density; a box with its flat sides up and down. */
  test.each([
    ['a box', 0.5, (w: World) => addBody(w, { position: [0, 21, 0], density: 500 })],
    [
      'a tilted box',
      0.2,
      (w: World) =>
        addBody(w, {
          size: [0.6, 0.2, 0.6],
          position: [0, 21, 0],
          rotation: turn([0.6, 0, 0.8], 0.7),
        }),
    ],
    ['a ball', 0.4, (w: World) => addBall(w, 0.4, { position: [0, 21, 0], density: 500 })],
    [
      'a lying capsule',
      0.2,
      (w: World) =>
        addCapsule(w, 0.2, 0.6, {
          position: [0, 21, 0],
          density: 500,
          rotation: turn([0, 0, 1], Math.PI / 2 - 0.3),
        }),
    ],
  ] as const)('%s of half the density lies half in the water, and sleeps', (_, half, add) => {
    const world = sea();
    const body = add(world);
    play(world, 1);
    playSeconds(world, 25);
    expect(positionOf(world, body)[1]).toBeCloseTo(SURFACE_M, 1);
    expect(Math.abs(positionOf(world, body)[1] - SURFACE_M)).toBeLessThan(0.15 * half);
    playAgain(world, 20);
    expect(core.isAsleep(body)).toBe(true);
  });

  test('a hull and a compound of half the density lie half in the water', () => {
    const world = sea();
    const corners = [-0.5, 0.5].flatMap((x) =>
      [-0.2, 0.2].flatMap((y) => [-0.4, 0.4].map((z) => [x, y, z] as const)),
    );
    const rotation = [0, 0, 0, 1] as const;
    const float = (x: number) =>
      ({ shape: ShapeKind.SPHERE, size: [0.3, 0, 0], offset: [x, 0, 0], rotation }) as const;
    world.commands.push((c) => c.addDefineHull(1, corners));
    world.commands.push((c) => c.addDefineCompound(2, [float(-1), float(1)]));
    const [hull, dumbbell] = [ShapeKind.HULL, ShapeKind.COMPOUND].map((shape, i) =>
      addBody(world, { shape, definition: i + 1, position: [i * 4, 20.5, 0], density: 500 }),
    ) as [number, number];
    play(world, 1);
    playSeconds(world, 25);
    expect(positionOf(world, hull)[1]).toBeCloseTo(SURFACE_M, 1);
    expect(positionOf(world, dumbbell)[1]).toBeCloseTo(SURFACE_M, 1);
    expect([core.isAsleep(hull), core.isAsleep(dumbbell)]).toEqual([true, true]);
  });

  test('at 800 kg/m³ four fifths of a crate are under', () => {
    const world = sea();
    const crate = addBody(world, { position: [0, 20, 0], density: 800 });
    play(world, 1);
    playSeconds(world, 20);
    expect(positionOf(world, crate)[1] - 0.5).toBeCloseTo(SURFACE_M - 0.8, 1);
  });

  test('stone sinks, slowed by the water', () => {
    const world = sea();
    const stone = addBall(world, 0.2, { position: [0, 19, 0], density: 2500 });
    play(world, 1);
    playSeconds(world, 3);
    const fall = -velocityOf(world, stone)[1];
    // g(1 − ρw/ρ)/drag is its limit.
    expect(fall).toBeLessThan((9.81 * 0.6) / 2 + 0.1);
    expect(fall).toBeGreaterThan(2.6);
  });

  test('sleeping crates wake when the water falls', () => {
    const world = sea();
    const crate = addBody(world, { position: [0, 20, 0], density: 500 });
    play(world, 1);
    playSeconds(world, 25);
    expect(core.isAsleep(crate)).toBe(true);
    world.commands.push((c) => c.addSetRegion({ gravity: GRAVITY, waterLevel: 10 }));
    playSeconds(world, 20);
    expect(positionOf(world, crate)[1]).toBeCloseTo(10, 1);
  });

  test('a raft carries a swimmer who climbed onto it', () => {
    const world = sea();
    const raft = addBody(world, { size: [2, 0.25, 2], position: [0, 20, 0], density: 300 });
    const player = addPlayer(world, [0, 20.6, 0]);
    play(world, 1);
    playSeconds(world, 15);
    // 80 kg more sink 16 m² by half a centimetre.
    const draught = (4 * 4 * 0.5 * 300 + 80) / (16 * 1000);
    expect(positionOf(world, raft)[1] - 0.25).toBeCloseTo(SURFACE_M - draught, 1);
    expect(playerOf(world, player.entity).grounded).toBe(true);
    expect(heightOf(world, player)).toBeCloseTo(positionOf(world, raft)[1] + 0.25, 1);
  });
});
