import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind } from '../host/types.ts';
import { solidOf, terrainDepth } from './solid.ts';
import {
  addBall,
  addBody,
  addCapsule,
  addStatic,
  newWorld,
  openCore,
  play,
  playSeconds,
  positionOf,
  rotate,
  speedOf,
  turn,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

const GRAVITY_MPS2 = 9.81;

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Greatest height of a body while `seconds` pass. */
function peakOf(world: World, entity: number, seconds: number): number {
  let peak = -Infinity;
  for (let i = 0; i < seconds * 20; i++) {
    play(world, 1);
    peak = Math.max(peak, positionOf(world, entity)[1]);
  }
  return peak;
}

describe('bodies on terrain', () => {
  test('a ball, a capsule and a box come to rest on level ground within a centimetre', () => {
    const world = newWorld(core);
    const tumbled = turn([0.6, 0, 0.8], 0.7);
    const bodies = [
      addBall(world, 0.3, { position: [0, 3, 0] }),
      addCapsule(world, 0.3, 0.5, { position: [3, 3, 0], rotation: tumbled }),
      addCapsule(world, 0.2, 0.6, { position: [-3, 3, 0] }),
      addBody(world, { position: [6, 3, 0], rotation: tumbled }),
      addBody(world, { position: [-6, 3, 0], size: [1.5, 0.1, 0.4], rotation: tumbled }),
    ];
    playSeconds(world, 8);
    for (const id of bodies) {
      expect(speedOf(world, id)).toBeLessThan(0.02);
      expect(Math.abs(terrainDepth(core, solidOf(core, id)))).toBeLessThan(0.01);
    }
    expect(world.faults).toBe(0);
  });

  test('crates, balls and capsules lie on hills with at most 2 cm of ground inside them', () => {
    const depths: number[] = [];
    for (const seed of [1, 2]) {
      const world = newWorld(core, seed);
      const boxes: number[] = [];
      const rollers: number[] = [];
      for (let i = 0; i < 45; i++) {
        const radius = 40 + i * 3;
        const [x, z] = [radius * Math.cos(i * 0.7), radius * Math.sin(i * 0.7)];
        const given = {
          position: [x, core.terrainHeight(x, z) + 2, z] as Vec3,
          rotation: turn([0.6, 0, 0.8], i),
        };
        if (i % 3 === 0) rollers.push(addBall(world, 0.4, given));
        else if (i % 3 === 1) rollers.push(addCapsule(world, 0.3, 0.6, given));
        else boxes.push(addBody(world, given));
      }
      playSeconds(world, 10);
      for (const id of boxes) expect(speedOf(world, id)).toBeLessThan(0.05);
      for (const id of [...boxes, ...rollers]) {
        depths.push(terrainDepth(core, solidOf(core, id), 0.04));
      }
    }
    depths.sort((a, b) => a - b);
    // A crate that lies on a vertex of the ground between its samples may take in a little more.
    expect(depths[Math.floor(depths.length * 0.95)]).toBeLessThan(0.02);
    expect(depths.at(-1)).toBeLessThan(0.035);
  });

  test('a plank over a valley rests on its ends, far from its centre', () => {
    const world = newWorld(core, 5);
    const ground = (x: number, z: number): number => core.terrainHeight(x, z);
    const sag = (x: number, z: number): number =>
      Math.min(ground(x - 6, z), ground(x + 6, z)) - ground(x, z);
    let [x, z] = [90, 0];
    for (let i = 90; i < 200; i += 2) {
      for (let j = -200; j < 200; j += 2) if (sag(i, j) > sag(x, z)) [x, z] = [i, j];
    }
    expect(sag(x, z)).toBeGreaterThan(0.7);
    const plank = addBody(world, {
      size: [7, 0.1, 0.3],
      position: [x, ground(x, z) + 5, z],
    });
    playSeconds(world, 6);
    const solid = solidOf(core, plank);
    expect(terrainDepth(core, solid, 0.05)).toBeLessThan(0.03);
    expect(terrainDepth(core, solid, 0.05)).toBeGreaterThan(-0.01);
    expect(positionOf(world, plank)[1]).toBeGreaterThan(ground(x, z) + 0.5);
  });

  test('what is spawned under the ground comes up, no faster than a person can see', () => {
    const world = newWorld(core);
    const ball = addBall(world, 0.3, { position: [0, -1, 0] });
    let last = -1;
    for (let i = 0; i < 60; i++) {
      play(world, 1);
      const y = positionOf(world, ball)[1];
      if (i > 0) expect(y - last).toBeLessThan(3.2 * 0.05);
      last = y;
    }
    expect(last).toBeCloseTo(0.3, 1);
  });
});

describe('friction', () => {
  const ANGLE = 0.5;
  const DOWN = rotate(turn([0, 0, 1], -ANGLE), [1, 0, 0]);

  /** A crate on a slope of `ANGLE`, both with friction `mu`; metres that it slid in `seconds`. */
  function slide(mu: number, seconds: number): number {
    const world = newWorld(core);
    const rotation = turn([0, 0, 1], -ANGLE);
    const top = rotate(rotation, [-20, 0.5, 0]);
    addStatic(world, [30, 0.5, 3], { position: [0, 30, 0], rotation, friction: mu });
    const lifted = rotate(rotation, [0, 0.3, 0]);
    const crate = addBody(world, {
      size: [0.5, 0.3, 0.5],
      friction: mu,
      rotation,
      position: [top[0] + lifted[0], 30 + top[1] + lifted[1], 0],
    });
    play(world, 4);
    const from = positionOf(world, crate);
    const startSpeed = speedOf(world, crate);
    playSeconds(world, seconds);
    const to = positionOf(world, crate);
    const along = (to[0] - from[0]) * DOWN[0] + (to[1] - from[1]) * DOWN[1];
    return along - startSpeed * seconds;
  }

  test.each([0, 0.1, 0.3, 0.45])('a crate of friction %p slides as Coulomb says', (mu) => {
    const acceleration = GRAVITY_MPS2 * (Math.sin(ANGLE) - mu * Math.cos(ANGLE));
    const expected = 0.5 * acceleration * 2 * 2;
    const slid = slide(mu, 2);
    expect(slid).toBeGreaterThan(expected * 0.93 - 0.02);
    expect(slid).toBeLessThan(expected * 1.05 + 0.02);
  });

  test.each([0.65, 0.9])('a crate of friction %p sticks where tan 0.5 = 0.55', (mu) => {
    expect(Math.abs(slide(mu, 10))).toBeLessThan(0.01);
  });

  test('a sliding crate stops after v² / 2μg', () => {
    const world = newWorld(core);
    addStatic(world, [40, 0.5, 3], { position: [0, 5, 0], friction: 0.4 });
    const crate = addBody(world, {
      position: [-30, 6, 0],
      friction: 0.4,
      linearVelocity: [8, 0, 0],
    });
    playSeconds(world, 5);
    const expected = 64 / (2 * 0.4 * GRAVITY_MPS2);
    expect(positionOf(world, crate)[0] + 30).toBeGreaterThan(expected * 0.9);
    expect(positionOf(world, crate)[0] + 30).toBeLessThan(expected * 1.1);
    expect(speedOf(world, crate)).toBeLessThan(0.01);
  });

  test('a crate that spins on the ground stops: 12 rad/s in about 0.4 s', () => {
    const world = newWorld(core);
    const crate = addBody(world, { angularVelocity: [0, 12, 0] });
    /** Turn in one frame, radians. */
    const turned = (): number => {
      const before = solidOf(core, crate).rotation;
      play(world, 1);
      const after = solidOf(core, crate).rotation;
      return (
        2 *
        Math.acos(
          Math.min(1, Math.abs(before.reduce((s, q, i) => s + q * (after[i] as number), 0))),
        )
      );
    };
    play(world, 2);
    expect(turned()).toBeGreaterThan(0.2);
    play(world, 12);
    expect(turned()).toBeLessThan(0.002);
  });

  test('a ball rolls down a rough slope at 5/7 of the frictionless acceleration', () => {
    const world = newWorld(core);
    const rotation = turn([0, 0, 1], -0.2);
    addStatic(world, [30, 0.5, 3], { position: [0, 20, 0], rotation, friction: 1 });
    const at = rotate(rotation, [-25, 0.5 + 0.4, 0]);
    const ball = addBall(world, 0.4, { position: [at[0], 20 + at[1], 0], friction: 1 });
    playSeconds(world, 3);
    const expected = 0.5 * (5 / 7) * GRAVITY_MPS2 * Math.sin(0.2) * 9;
    const now = positionOf(world, ball);
    const slid = Math.hypot(now[0] - at[0], now[1] - 20 - at[1]);
    // Damping takes a few percent.
    expect(slid).toBeGreaterThan(expected * 0.85);
    expect(slid).toBeLessThan(expected * 1.05);
  });
});

describe('restitution', () => {
  test.each([0, 0.3, 0.6, 0.9])('a ball of %p comes back to that squared of its height', (e) => {
    const world = newWorld(core);
    const ball = addBall(world, 0.25, { position: [0, 4.25, 0], restitution: e });
    const fall = Math.sqrt((2 * 4) / GRAVITY_MPS2);
    play(world, Math.ceil(fall * 20) + 1);
    const peak = peakOf(world, ball, 1.2) - 0.25;
    expect(Math.abs(peak - 4 * e * e)).toBeLessThan(0.08 + 0.06 * 4 * e * e);
  });

  test('the greater restitution of a pair counts, and a bounce ends', () => {
    const world = newWorld(core);
    addStatic(world, [2, 0.5, 2], { position: [0, 0.5, 0], restitution: 0.7 });
    const ball = addBall(world, 0.25, { position: [0, 3.25, 0] });
    play(world, 14);
    expect(peakOf(world, ball, 0.8) - 1.25).toBeGreaterThan(0.7);
    playSeconds(world, 8);
    expect(speedOf(world, ball)).toBeLessThan(0.02);
    expect(positionOf(world, ball)[1]).toBeCloseTo(1.25, 1);
  });
});

describe('static and kinematic bodies', () => {
  test('a static box, a static ball and a static capsule carry, and none of them moves', () => {
    const world = newWorld(core);
    const carriers = [
      addStatic(world, [1, 1, 1], { position: [0, 4, 0] }),
      addBall(world, 1, { kind: BodyKind.STATIC, position: [4, 4, 0] }),
      addCapsule(world, 0.5, 1, {
        kind: BodyKind.STATIC,
        position: [8, 4, 0],
        rotation: turn([0, 0, 1], Math.PI / 2),
      }),
    ];
    const riders = [
      addBody(world, { position: [0, 5.6, 0] }),
      addBody(world, { position: [4, 5.6, 0] }),
      addBody(world, { position: [8, 5.1, 0] }),
    ];
    play(world, 1);
    const before = carriers.map((id) => positionOf(world, id));
    playSeconds(world, 3);
    const heights = riders.map((id) => positionOf(world, id)[1]);
    expect(heights[0]).toBeCloseTo(5.5, 1);
    expect(heights[1]).toBeCloseTo(5.5, 1);
    expect(heights[2]).toBeCloseTo(5, 1);
    expect(carriers.map((id) => positionOf(world, id))).toEqual(before);
  });

  test('a box of 100 m carries at its rim as in its middle', () => {
    const world = newWorld(core);
    addStatic(world, [50, 0.5, 50], { position: [60, 60, 0] });
    const crates = [12, 60, 109].flatMap((x) =>
      [-48, 0, 48].map((z) => addBody(world, { position: [x, 61.2, z] })),
    );
    playSeconds(world, 3);
    for (const crate of crates) {
      expect(positionOf(world, crate)[1]).toBeGreaterThan(60.98);
      expect(positionOf(world, crate)[1]).toBeLessThan(61.01);
    }
  });

  test('a kinematic lift takes a crate along and is not slowed by it', () => {
    const world = newWorld(core);
    const lift = addBody(world, {
      kind: BodyKind.KINEMATIC,
      size: [1, 0.2, 1],
      position: [0, 1, 0],
      linearVelocity: [0, 1, 0],
    });
    const crate = addBody(world, { position: [0, 1.7, 0], density: 8000 });
    playSeconds(world, 4);
    expect(positionOf(world, lift)[1]).toBeCloseTo(5, 3);
    expect(positionOf(world, crate)[1]).toBeCloseTo(5.7, 1);
  });

  test('a crate made static hangs in the air; made dynamic again it falls', () => {
    const world = newWorld(core);
    const crate = addBody(world, { position: [0, 8, 0], linearVelocity: [2, 0, 0] });
    play(world, 2);
    world.commands.push((c) => c.addSetKind(crate, BodyKind.STATIC));
    play(world, 1);
    const held = positionOf(world, crate);
    const rider = addBody(world, { position: [held[0], held[1] + 1.05, held[2]] });
    playSeconds(world, 2);
    expect(positionOf(world, crate)).toEqual(held);
    expect(positionOf(world, rider)[1]).toBeCloseTo(held[1] + 1, 1);
    world.commands.push((c) => c.addSetKind(crate, BodyKind.DYNAMIC));
    playSeconds(world, 3);
    expect(positionOf(world, crate)[1]).toBeCloseTo(0.5, 1);
  });
});

describe('speed', () => {
  test.each([
    [25, 0.05],
    [25, 0.2],
    [25, 0.5],
    [60, 0.1],
    [150, 0.1],
  ])('a ball at %p m/s of radius %p m does not pass a wall of half a metre', (speed, radius) => {
    for (let start = 0; start < 6; start++) {
      const world = newWorld(core);
      addStatic(world, [0.25, 5, 5], { position: [8, 5, 0], rotation: turn([0, 1, 0], 0.1) });
      const ball = addBall(world, radius, {
        position: [start * 0.07, 2, 0],
        linearVelocity: [speed, 0, 0],
      });
      for (let frame = 0; frame < 12; frame++) {
        play(world, 1);
        const [x, y, z] = positionOf(world, ball);
        const [ahead, , beside] = rotate(turn([0, 1, 0], -0.1), [x - 8, y, z]);
        if (Math.abs(beside) < 5) expect(ahead).toBeLessThan(-0.25 - radius + 0.02);
      }
    }
  });

  test('a fast crate and a fast capsule do not pass it either', () => {
    for (let start = 0; start < 4; start++) {
      const world = newWorld(core);
      addStatic(world, [0.25, 4, 9], { position: [8, 4, 0] });
      const flying = { linearVelocity: [25, 0, 0] as Vec3, rotation: turn([0, 1, 0], start) };
      const crate = addBody(world, {
        ...flying,
        position: [start * 0.1, 2, -4],
        size: [0.2, 0.2, 0.2],
      });
      const rod = addCapsule(world, 0.1, 0.4, { ...flying, position: [start * 0.1, 2, 4] });
      play(world, 25);
      expect(positionOf(world, crate)[0]).toBeLessThan(7.75);
      expect(positionOf(world, rod)[0]).toBeLessThan(7.75);
    }
  });

  test('a ball that falls from the sky does not sink into the ground', () => {
    const world = newWorld(core);
    const ball = addBall(world, 0.1, { position: [0, 30, 0], linearVelocity: [0, -150, 0] });
    let lowest = Infinity;
    for (let i = 0; i < 40; i++) {
      play(world, 1);
      lowest = Math.min(lowest, positionOf(world, ball)[1]);
    }
    expect(lowest).toBeGreaterThan(0.05);
  });

  test('no impulse makes a body faster than 200 m/s', () => {
    const world = newWorld(core);
    const speck = addBall(world, 0.02, { position: [0, 50, 0], density: 1 });
    play(world, 1);
    world.commands.push((c) => c.addImpulse(speck, [1e6, 1e6, 1e6], [10, 60, -30]));
    play(world, 1);
    expect(Math.hypot(...velocityOf(world, speck))).toBeLessThan(200.01);
    expect(world.faults).toBe(0);
  });

  test('the rim of the region is a wall', () => {
    const world = newWorld(core);
    const y = core.terrainHeight(249, 0) + 3;
    const ball = addBall(world, 0.3, { position: [245, y, 0], linearVelocity: [30, 0, 0] });
    playSeconds(world, 4);
    const [x, height, z] = positionOf(world, ball);
    expect(Math.abs(x)).toBeLessThanOrEqual(250);
    expect(height).toBeLessThan(core.terrainHeight(x, z) + 1);
  });
});
