import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { ShapeKind } from '../host/types.ts';
import { overlap, type Solid, solidOf, solids, terrainDepth } from './solid.ts';
import {
  addBody,
  addStatic,
  newWorld,
  openCore,
  play,
  playSeconds,
  positionOf,
  speedOf,
  turn,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const SHAPES = [
  { name: 'ball', shape: ShapeKind.SPHERE, size: [0.4, 0, 0] },
  { name: 'capsule', shape: ShapeKind.CAPSULE, size: [0.3, 0.5, 0] },
  { name: 'box', shape: ShapeKind.BOX, size: [0.4, 0.3, 0.5] },
] as const;

const PAIRINGS = SHAPES.flatMap((a, i) =>
  SHAPES.slice(i).map((b) => [a.name, b.name, a, b] as const),
);

/** Walls of a pit of `half` metres around the origin, four metres high. */
function addPit(world: World, half: number): void {
  const wall = half + 0.5;
  addStatic(world, [half + 1, 4, 0.5], { position: [0, 4, wall] });
  addStatic(world, [half + 1, 4, 0.5], { position: [0, 4, -wall] });
  addStatic(world, [0.5, 4, half + 1], { position: [wall, 4, 0] });
  addStatic(world, [0.5, 4, half + 1], { position: [-wall, 4, 0] });
}

describe('two shapes', () => {
  test.each(PAIRINGS)('%s and %s fall on each other and part or rest', (_, __, a, b) => {
    for (let variant = 0; variant < 6; variant++) {
      const world = newWorld(core);
      const lower = addBody(world, {
        ...a,
        position: [0, 1.2, 0],
        rotation: turn([0.6, 0, 0.8], variant),
      });
      const upper = addBody(world, {
        ...b,
        position: [0.13 * variant, 2.8, 0.07],
        rotation: turn([0, 0.6, 0.8], variant * 1.7),
      });
      let worst = 0;
      for (let frame = 0; frame < 80; frame++) {
        play(world, 1);
        worst = Math.max(worst, overlap(solidOf(core, lower), solidOf(core, upper), 150));
      }
      expect(worst).toBeLessThan(0.04);
      playSeconds(world, 4);
      expect(overlap(solidOf(core, lower), solidOf(core, upper))).toBeLessThan(0.012);
      expect(world.faults).toBe(0);
    }
  });

  test.each(PAIRINGS)(
    '%s and %s that begin inside each other part without a bang',
    (_, __, a, b) => {
      const world = newWorld(core);
      const one = addBody(world, { ...a, position: [0, 1, 0] });
      const two = addBody(world, { ...b, position: [0.1, 1.05, 0.02] });
      for (let frame = 0; frame < 60; frame++) {
        play(world, 1);
        expect(speedOf(world, one)).toBeLessThan(8);
        expect(speedOf(world, two)).toBeLessThan(8);
      }
      expect(overlap(solidOf(core, one), solidOf(core, two))).toBeLessThan(0.012);
    },
  );

  test('a rod that pierces a crate lengthwise leaves it by the nearest side', () => {
    const world = newWorld(core);
    addStatic(world, [0.5, 0.5, 0.5], { position: [0, 5, 0] });
    const rod = addBody(world, {
      shape: ShapeKind.CAPSULE,
      size: [0.1, 1, 0],
      position: [0, 5.35, 0.05],
      rotation: turn([0, 0, 1], Math.PI / 2),
    });
    playSeconds(world, 1);
    const [x, y] = positionOf(world, rod);
    expect(Math.abs(x)).toBeLessThan(0.05);
    expect(y).toBeGreaterThan(5.58);
  });

  test.each(PAIRINGS)('%s meets %s head on: momentum stays', (_, __, a, b) => {
    const world = newWorld(core);
    const given = { friction: 0, density: 500 };
    const one = addBody(world, { ...given, ...a, position: [0, 40, 0], linearVelocity: [4, 0, 0] });
    const two = addBody(world, {
      ...given,
      ...b,
      position: [2.2, 40, 0],
      linearVelocity: [-4, 0, 0],
    });
    const mass = (s: Solid): number => {
      const [x, y, z] = s.size;
      if (s.shape === ShapeKind.BOX) return 8 * x * y * z;
      return (4 / 3) * Math.PI * x ** 3 + 2 * Math.PI * x * x * y;
    };
    const momentum = (): number =>
      [one, two].reduce((sum, id) => sum + mass(solidOf(core, id)) * velocityOf(world, id)[0], 0);
    play(world, 1);
    const before = momentum();
    const scale = 4 * (mass(solidOf(core, one)) + mass(solidOf(core, two)));
    play(world, 12);
    expect(velocityOf(world, one)[0]).toBeLessThan(3);
    expect(Math.abs(momentum() - before)).toBeLessThan(scale * 0.01);
    expect(overlap(solidOf(core, one), solidOf(core, two))).toBeLessThan(0.012);
  });
});

describe('stacks', () => {
  test('ten crates stand for a minute', () => {
    const world = newWorld(core);
    const crates = Array.from({ length: 10 }, (_, i) =>
      addBody(world, { position: [0, 0.5 + i, 0] }),
    );
    playSeconds(world, 60);
    crates.forEach((crate, i) => {
      const [x, y, z] = positionOf(world, crate);
      expect(Math.hypot(x, z)).toBeLessThan(0.02);
      // Each of the ten contacts keeps 5 mm of overlap, so that it does not flicker.
      expect(Math.abs(y - 0.5 - i)).toBeLessThan(0.08);
      expect(speedOf(world, crate)).toBeLessThan(0.01);
    });
  });

  test('a heavy crate on a light one does not press it into the ground', () => {
    const world = newWorld(core);
    const light = addBody(world, { position: [0, 0.5, 0], density: 100 });
    const heavy = addBody(world, { position: [0, 1.5, 0], density: 2000 });
    playSeconds(world, 10);
    expect(terrainDepth(core, solidOf(core, light))).toBeLessThan(0.03);
    expect(positionOf(world, heavy)[1]).toBeGreaterThan(1.42);
  });

  test('a pyramid of 28 crates stands', () => {
    const world = newWorld(core);
    const crates: number[] = [];
    for (let row = 0; row < 7; row++) {
      for (let i = 0; i < 7 - row; i++) {
        crates.push(addBody(world, { position: [(i - (6 - row) / 2) * 1.05, 0.5 + row, 0] }));
      }
    }
    play(world, 1);
    const before = crates.map((id) => positionOf(world, id));
    playSeconds(world, 20);
    crates.forEach((id, i) => {
      const [x, y, z] = positionOf(world, id);
      const [x0, y0, z0] = before[i] as [number, number, number];
      expect(Math.hypot(x - x0, y - y0, z - z0)).toBeLessThan(0.06);
    });
  });
});

describe('piles', () => {
  test('200 mixed bodies in a pit: little overlap, all inside, nearly at rest', () => {
    const world = newWorld(core);
    addPit(world, 3);
    const ids: number[] = [];
    for (let i = 0; i < 200; i++) {
      const { shape, size } = SHAPES[i % 3] as (typeof SHAPES)[number];
      const position: Vec3 = [
        ((i % 5) - 2) * 1.1 + (i % 7) * 0.03,
        1 + Math.floor(i / 25) * 1.4,
        ((Math.floor(i / 5) % 5) - 2) * 1.1,
      ];
      ids.push(addBody(world, { shape, size, position, rotation: turn([0.6, 0, 0.8], i) }));
    }
    playSeconds(world, 12);
    expect(world.faults).toBe(0);

    const loose = solids(core).filter((solid) => ids.includes(solid.id));
    for (const { position } of loose) {
      expect(Math.abs(position[0])).toBeLessThan(3);
      expect(Math.abs(position[2])).toBeLessThan(3);
    }
    const depths = loose.map((solid) => terrainDepth(core, solid, 0.05));
    for (const [i, a] of loose.entries()) {
      for (const b of loose.slice(i + 1)) depths.push(overlap(a, b, 100));
    }
    depths.sort((a, b) => a - b);
    expect(depths.at(-1)).toBeLessThan(0.05);
    const speeds = ids.map((id) => speedOf(world, id)).sort((a, b) => a - b);
    expect(speeds[190]).toBeLessThan(0.1);
    expect(speeds.at(-1)).toBeLessThan(0.6);
  });
});
