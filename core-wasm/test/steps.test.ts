import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { bodyPose } from '../host/definition-pose.ts';
import {
  BodyKind,
  Button,
  type CompoundChild,
  type DefinitionFrame,
  ShapeKind,
} from '../host/types.ts';
import { playAgain } from './resimulate.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  distance,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  playerOf,
  playSeconds,
  positionOf,
  rotate,
  standOnSlope,
  steady,
  turn,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

const WALK_MPS = 3.5;
const RISE_MPS = 3;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Stairs that rise towards −z from z = −1, each step a box down to the ground. */
function addStairs(world: World, count: number, rise: number, tread: number, width = 2): void {
  for (let i = 0; i < count; i++) {
    const height = rise * (i + 1);
    addStatic(world, [width, height / 2, tread / 2], {
      position: [0, height / 2, -1 - tread * (i + 0.5)],
    });
  }
}

function footOf(world: World, player: PlayerIds): Vec3 {
  return playerOf(world, player.entity).foot;
}

describe('stairs', () => {
  test.each([
    [0.15, 0.3],
    [0.3, 0.5],
    [0.3, 0.4],
    [0.4, 0.6],
  ])('of %p m by %p m are walked up for 5 s, smoothly, with speed', (rise, tread) => {
    const world = newWorld(core);
    addStairs(world, Math.ceil(17 / tread), rise, tread);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    play(world, 10);
    const from = footOf(world, player);
    let before = from[1];
    let [fastest, velocity, deepest] = [0, 0, 0];
    playAgain(world, 80, undefined, () => {
      const y = footOf(world, player)[1];
      fastest = Math.max(fastest, Math.abs(y - before) * 60);
      velocity = Math.max(velocity, Math.abs(velocityOf(world, player.entity)[1]));
      before = y;
      const step = Math.floor((-footOf(world, player)[2] - 1) / tread) + 1;
      deepest = Math.max(deepest, rise * Math.max(0, step) - y);
    });
    const to = footOf(world, player);
    const pace = (from[2] - to[2]) / 4;
    expect(pace).toBeGreaterThan(WALK_MPS * 0.7);
    expect(pace).toBeLessThan(WALK_MPS * 1.02);
    expect(to[1]).toBeGreaterThan(((-to[2] - 1) / tread - 1) * rise);
    expect(fastest).toBeLessThan(RISE_MPS);
    expect(velocity).toBeLessThan(RISE_MPS);
    expect(deepest).toBeLessThan(rise + 0.1);
  });

  test('are walked down without leaving them, smoothly', () => {
    const world = newWorld(core);
    addStairs(world, 20, 0.3, 0.5);
    const player = addPlayer(world, [0, 6.1, -10.5]);
    playSeconds(world, 1);
    world.inputs.set(player.entity, steady({ moveZ: -127 }));
    let before = footOf(world, player)[1];
    let [fastest, aloft] = [0, 0];
    playAgain(world, 50, undefined, () => {
      const { foot, grounded } = playerOf(world, player.entity);
      fastest = Math.max(fastest, before - foot[1]);
      before = foot[1];
      if (!grounded) aloft++;
    });
    expect(fastest * 60).toBeLessThan(RISE_MPS);
    expect(aloft).toBe(0);
    const { foot } = playerOf(world, player.entity);
    expect(foot[2]).toBeGreaterThan(-3);
    expect(foot[1]).toBeLessThan(0.3 * Math.ceil((-foot[2] - 1) / 0.5) + 0.31);
  });

  test('are climbed at any angle, without getting stuck', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60, max: 60 }), (degrees) => {
        const world = newWorld(core);
        addStairs(world, 8, 0.25, 0.5, 30);
        addStatic(world, [30, 1, 10], { position: [0, 1, -15] });
        const player = addPlayer(world, [0, 0, 0]);
        play(world, 6);
        const yaw = Math.round((degrees * 65536) / 360) & 0xffff;
        world.inputs.set(player.entity, steady({ moveZ: 127, yaw }));
        const needed = 5 / (WALK_MPS * 0.7 * Math.cos((degrees * Math.PI) / 180));
        playSeconds(world, needed);
        expect(footOf(world, player)[1]).toBeGreaterThan(1.9);
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});

describe('a single step', () => {
  function approach(height: number, buttons = 0): { foot: Vec3; fastest: number } {
    const world = newWorld(core);
    addStatic(world, [3, height / 2, 3], { position: [0, height / 2, -5] });
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons }));
    let before = 0;
    let fastest = 0;
    playAgain(world, 32, undefined, () => {
      const y = footOf(world, player)[1];
      fastest = Math.max(fastest, (y - before) * 60);
      before = y;
    });
    return { foot: footOf(world, player), fastest };
  }

  test.each([0.05, 0.1, 0.2, 0.3, 0.4])('of %p m is walked onto', (height) => {
    const { foot, fastest } = approach(height);
    expect(foot[1]).toBeCloseTo(height, 2);
    expect(foot[2]).toBeLessThan(-4.5);
    expect(fastest).toBeLessThan(RISE_MPS);
  });

  test.each([0.5, 0.6, 0.75, 1, 1.7])('of %p m is a wall, even for a sprinter', (height) => {
    const { foot } = approach(height, Button.SPRINT);
    expect(foot[1]).toBeLessThan(0.02);
    // The torso's round end reaches over an edge that is hardly higher than a step.
    expect(foot[2]).toBeGreaterThan(-2 + (height < 0.75 ? 0.19 : 0.28));
  });

  test('under a low ceiling stops who does not fit', () => {
    const world = newWorld(core);
    addStatic(world, [3, 0.2, 3], { position: [0, 0.2, -5] });
    addStatic(world, [3, 0.2, 3], { position: [0, 2.1, -5] });
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 3);
    expect(footOf(world, player)[1]).toBeGreaterThan(-0.05);
    expect(footOf(world, player)[1]).toBeLessThan(0.3);
  });

  test('beside which somebody only stands does not lift him', () => {
    const world = newWorld(core);
    addStatic(world, [3, 0.15, 3], { position: [0, 0.15, -3.15] });
    const player = addPlayer(world, [0, 0, 0]);
    playSeconds(world, 2);
    expect(footOf(world, player)[1]).toBeLessThan(0.02);
  });

  test('off a ledge higher than a step one falls', () => {
    const world = newWorld(core);
    addStatic(world, [3, 1, 3], { position: [0, 1, 0] });
    const player = addPlayer(world, [0, 2, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    let aloft = 0;
    playAgain(world, 40, undefined, () => {
      if (!playerOf(world, player.entity).grounded) aloft++;
    });
    expect(aloft).toBeGreaterThan(25);
    expect(footOf(world, player)[1]).toBeCloseTo(0, 1);
  });
});

describe('hulls and compounds', () => {
  const UPRIGHT = [0, 0, 0, 1] as const;

  /** A static body whose definition's origin stands at (0, 0, z). */
  function addDefined(world: World, id: number, shape: ShapeKind, z: number): number {
    play(world, 1);
    const frame = core.definitionFrame(id) as DefinitionFrame;
    const pose = bodyPose(frame, [0, 0, z], UPRIGHT);
    return addBody(world, { kind: BodyKind.STATIC, shape, definition: id, ...pose });
  }

  function slab(half: Vec3, offset: Vec3): CompoundChild {
    return { shape: ShapeKind.BOX, size: half, offset, rotation: UPRIGHT };
  }

  test('make a ramp of 30 degrees that is walked up', () => {
    const world = newWorld(core);
    const steepness = Math.tan(Math.PI / 6);
    const wedge = [-2, 2].flatMap((x): Vec3[] => [
      [x, 0, 0],
      [x, 0, -6],
      [x, 6 * steepness, -6],
    ]);
    world.commands.push((c) => c.addDefineHull(1, wedge));
    const ramp = addDefined(world, 1, ShapeKind.HULL, -1);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 6);
    expect(core.hasEntity(ramp)).toBe(true);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playAgain(world, 30);
    const foot = footOf(world, player);
    expect(foot[2]).toBeLessThan(-3.5);
    expect(foot[1]).toBeCloseTo((-foot[2] - 1) * steepness, 1);
    expect(playerOf(world, player.entity).grounded).toBe(true);
  });

  test('make stairs of one body, and a wall of another', () => {
    const world = newWorld(core);
    const stairs = [1, 2, 3, 4].map((i) => slab([2, 0.15 * i, 0.25], [0, 0.15 * i, -0.5 * i]));
    const wall = [slab([2, 1.5, 0.2], [0, 1.5, 0]), slab([2, 1.5, 0.2], [0, 1.6, 0])];
    world.commands.push((c) => c.addDefineCompound(1, stairs));
    world.commands.push((c) => c.addDefineCompound(2, wall));
    addDefined(world, 1, ShapeKind.COMPOUND, -1.5);
    addDefined(world, 2, ShapeKind.COMPOUND, -8);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 6);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    let highest = 0;
    playAgain(world, 80, undefined, () => {
      highest = Math.max(highest, footOf(world, player)[1]);
    });
    expect(highest).toBeCloseTo(1.2, 1);
    // A capsule's radius before the wall.
    expect(footOf(world, player)[2]).toBeCloseTo(-7.5, 1);
  });
});

describe('floors', () => {
  /** A capsule snags where boxes meet; a foot does not. */
  test('made of many boxes are as even as one', () => {
    const world = newWorld(core);
    for (let i = 0; i < 20; i++) {
      for (let k = -1; k <= 1; k++) {
        addStatic(world, [0.5, 0.1, 0.5], { position: [k, 5, -i] });
      }
    }
    const player = addPlayer(world, [0, 5.2, 0]);
    playSeconds(world, 1);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 0.5);
    let [slowest, spread] = [9, 0];
    play(world, 80, () => {
      slowest = Math.min(slowest, -velocityOf(world, player.entity)[2]);
      spread = Math.max(spread, Math.abs(footOf(world, player)[1] - 5.1));
    });
    expect(slowest).toBeGreaterThan(WALK_MPS * 0.99);
    expect(spread).toBeLessThan(0.005);
  });

  test('a beam of 10 cm is stood on, and a foot beyond an edge holds', () => {
    const world = newWorld(core);
    addStatic(world, [0.05, 1, 3], { position: [0, 1, 0] });
    addStatic(world, [2, 1, 2], { position: [6, 1, 0] });
    const onBeam = addPlayer(world, [0, 2.05, 0]);
    const onEdge = addPlayer(world, [8.1, 2.05, 0], 0, 2);
    playSeconds(world, 3);
    for (const { entity } of [onBeam, onEdge]) {
      expect(playerOf(world, entity).foot[1]).toBeCloseTo(2, 2);
      expect(playerOf(world, entity).grounded).toBe(true);
    }
  });

  test('a crate of 300 kg is stepped onto, and carries the weight', () => {
    const world = newWorld(core);
    const crate = addBody(world, { size: [0.6, 0.15, 0.6], position: [0, 0.15, -2], density: 700 });
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    play(world, 12);
    world.inputs.set(player.entity, steady({}));
    playSeconds(world, 2);
    expect(playerOf(world, player.entity).foot[1]).toBeCloseTo(0.3, 1);
    expect(positionOf(world, crate)[1]).toBeCloseTo(0.15, 2);
    expect(distance(positionOf(world, crate), [0, 0.15, -2])).toBeLessThan(0.1);
  });

  test('a ball of 1 kg is kicked and not climbed', () => {
    const world = newWorld(core);
    const ball = addBody(world, {
      shape: 0,
      size: [0.2, 0, 0],
      position: [0, 0.2, -2],
      density: 30,
    });
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    play(world, 30, () => {
      expect(footOf(world, player)[1]).toBeLessThan(0.05);
    });
    expect(positionOf(world, ball)[2]).toBeLessThan(-3);
  });
});

describe('slopes', () => {
  test('of 45° is stood on', () => {
    const { world, player } = standOnSlope(core, 45);
    const before = positionOf(world, player.entity);
    playAgain(world, 40);
    expect(distance(before, positionOf(world, player.entity))).toBeLessThan(0.002);
  });

  test.each([52, 55, 60])('of %p° is slid down with what gravity leaves', (degrees) => {
    const { world, player } = standOnSlope(core, degrees);
    const before = velocityOf(world, player.entity);
    playAgain(world, 10);
    const gained = Math.hypot(...velocityOf(world, player.entity)) - Math.hypot(...before);
    expect(gained).toBeCloseTo(9.81 * Math.sin((degrees * Math.PI) / 180) * 0.5, 0);
    expect(playerOf(world, player.entity).grounded).toBe(false);
  });

  test('of 55° is not walked up', () => {
    const { world, player } = standOnSlope(core, 55);
    const before = positionOf(world, player.entity);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 3);
    expect(positionOf(world, player.entity)[1]).toBeLessThan(before[1]);
  });

  test('over a crest one walks and does not fly', () => {
    const world = newWorld(core);
    const tilt = (sign: number) => turn([1, 0, 0], (sign * 30 * Math.PI) / 180);
    for (const sign of [1, -1]) {
      const [, y, z] = rotate(tilt(sign), [0, -0.5, 6 * sign]);
      addStatic(world, [3, 0.5, 6], { position: [0, 8 + y, z], rotation: tilt(sign) });
    }
    const player = addPlayer(world, [0, 8 - 2 + 0.2, 3]);
    playSeconds(world, 1);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    let aloft = 0;
    play(world, 35, () => {
      if (!playerOf(world, player.entity).grounded) aloft++;
    });
    expect(footOf(world, player)[2]).toBeLessThan(-1);
    expect(aloft).toBeLessThan(2);
  });
});

test('nothing is fallen through at 60 m/s', () => {
  fc.assert(
    fc.property(
      fc.record({
        x: fc.double({ min: -1, max: 1, noNaN: true }),
        y: fc.double({ min: 0, max: 1, noNaN: true }),
        z: fc.double({ min: -1, max: 1, noNaN: true }),
        tilt: fc.integer({ min: 0, max: 40 }),
        lift: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      ({ x, y, z, tilt, lift }) => {
        const world = newWorld(core);
        const rotation = turn([1, 0, 0], (tilt * Math.PI) / 180);
        addStatic(world, [40, 0.1, 40], { position: [0, 60, 0], rotation });
        const player = addPlayer(world, [x * 5, 70 + lift, z * 5]);
        play(world, 1);
        const length = Math.hypot(x, y + 0.4, z);
        const thrust = [x, -(y + 0.4), z].map((v) => (v * 60 * 80) / length) as unknown as Vec3;
        world.commands.push((c) =>
          c.addImpulse(player.entity, thrust, positionOf(world, player.entity)),
        );
        const normal = rotate(rotation, [0, 1, 0]);
        play(world, 40, () => {
          const foot = footOf(world, player);
          const along = rotate([-rotation[0], 0, 0, rotation[3]], [foot[0], foot[1] - 60, foot[2]]);
          if (Math.abs(along[0]) > 39 || Math.abs(along[2]) > 39) return;
          const above = foot[0] * normal[0] + (foot[1] - 60) * normal[1] + foot[2] * normal[2];
          expect(above).toBeGreaterThan(-0.1);
        });
      },
    ),
    { numRuns: 60, seed: 60 },
  );
});
