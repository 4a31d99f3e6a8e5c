import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type AddJoint, type Core, emptyJoints, JointKind } from '../host/core.ts';
import { BodyKind, type SpawnBody, StepFault, WireFault } from '../host/types.ts';
import { findNotFinite } from './floats.ts';
import { between, pick, rotation, seeded } from './random.ts';
import {
  addBall,
  addBody,
  addPlayer,
  addStatic,
  distance,
  makeFrame,
  newWorld,
  openCore,
  play,
  playSeconds,
  positionOf,
  turn,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

const GRAVITY = 9.81;
const HIGH: Vec3 = [0, 50, 0];
const CENTRE: Vec3 = [0, 0, 0];
const WORLD = 0;
/** Nothing but the joint acts. */
const FREE = { linearDamping: 0, angularDamping: 0, gravityScale: 0 } as const;
const FALLING = { linearDamping: 0, angularDamping: 0 } as const;

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

type Given = AddJoint extends infer J ? (J extends AddJoint ? Omit<J, 'joint'> : never) : never;

/** The last id given out, and for which frame of which world. */
let last: { readonly world: World | null; readonly tick: number; readonly joint: number } = {
  world: null,
  tick: 0,
  joint: 0,
};

function join(world: World, given: Given & { readonly joint?: number }): number {
  const { tick } = world.core;
  const after = last.world === world && last.tick === tick ? last.joint : 0;
  const joint = given.joint ?? world.core.nextJoint(after);
  last = { world, tick, joint };
  world.commands.push((c) => c.addJoint({ ...given, joint } as AddJoint));
  return joint;
}

const columns = emptyJoints();

function jointOf(world: World, id: number) {
  world.core.readJoints(columns);
  const i = columns.ids.subarray(0, columns.count).indexOf(id);
  if (i < 0) throw new Error(`no joint ${id}`);
  const three = (from: Float32Array, at: number): Vec3 => [
    from[at] as number,
    from[at + 1] as number,
    from[at + 2] as number,
  ];
  return {
    force: three(columns.forces, i * 3),
    torque: three(columns.torques, i * 3),
    anchorA: three(columns.anchors, i * 6),
    anchorB: three(columns.anchors, i * 6 + 3),
    reading: columns.readings[i] as number,
  };
}

function gapOf(world: World, id: number): number {
  const { anchorA, anchorB } = jointOf(world, id);
  return distance(anchorA, anchorB);
}

function widestGap(world: World): number {
  world.core.readJoints(columns);
  let widest = 0;
  for (let i = 0; i < columns.count; i++) {
    const [ax, ay, az, bx, by, bz] = columns.anchors.subarray(i * 6, i * 6 + 6);
    const at: Vec3 = [ax as number, ay as number, az as number];
    widest = Math.max(widest, distance(at, [bx as number, by as number, bz as number]));
  }
  return widest;
}

function ball(world: World, radius: number, position: Vec3, given: Partial<SpawnBody> = {}) {
  return addBall(world, radius, { position, density: 1000, ...FALLING, ...given });
}

/** Mean distance of ascending numbers. */
function meanStep(numbers: readonly number[]): number {
  return ((numbers.at(-1) as number) - (numbers[0] as number)) / (numbers.length - 1);
}

const massOf = (radius: number, density = 1000) => (density * 4 * Math.PI * radius ** 3) / 3;

describe('a ball joint', () => {
  test('swings a pendulum in its period and keeps its energy', () => {
    const world = newWorld(core);
    // Half a metre long, 10° aside: a ball of 0.1 m has 0.4·r² of inertia a kilogram beside L².
    const angle = Math.PI / 18;
    const start: Vec3 = [0.5 * Math.sin(angle), 50 - 0.5 * Math.cos(angle), 0];
    const bob = ball(world, 0.1, start);
    const anchorA: Vec3 = [-start[0], 50 - start[1], 0];
    const joint = join(world, { kind: JointKind.BALL, a: bob, b: WORLD, anchorA, anchorB: HIGH });
    const crossings: number[] = [];
    let before = start[0];
    let top = 0;
    for (let frame = 0; frame < 400; frame++) {
      play(world, 1);
      const x = positionOf(world, bob)[0];
      if (before > 0 && x <= 0) crossings.push((frame + before / (before - x)) * 0.05);
      if (frame > 340) top = Math.max(top, x);
      before = x;
      expect(gapOf(world, joint)).toBeLessThan(0.001);
    }
    const period = meanStep(crossings);
    const length = (0.5 ** 2 + 0.4 * 0.1 ** 2) / 0.5;
    const exact = 2 * Math.PI * Math.sqrt(length / GRAVITY) * (1 + angle ** 2 / 16);
    expect(period).toBeCloseTo(exact, 2);
    expect(top / start[0]).toBeGreaterThan(0.97);
    expect(top / start[0]).toBeLessThan(1.005);
  });

  test('carries a weight, and says with which force', () => {
    const world = newWorld(core);
    const bob = ball(world, 0.3, [0, 49, 0]);
    const joint = join(world, {
      kind: JointKind.BALL,
      a: bob,
      b: WORLD,
      anchorA: [0, 1, 0],
      anchorB: HIGH,
    });
    playSeconds(world, 2);
    const weight = massOf(0.3) * GRAVITY;
    // On B, the world, it pulls down.
    expect(jointOf(world, joint).force[1] / -weight).toBeCloseTo(1, 3);
    expect(gapOf(world, joint)).toBeLessThan(1e-4);
    expect(distance(velocityOf(world, bob), CENTRE)).toBeLessThan(1e-3);
  });

  test('lets a body turn about its anchor in every way', () => {
    const world = newWorld(core);
    const crate = addBody(world, { position: HIGH, angularVelocity: [3, 2, 1], ...FREE });
    join(world, { kind: JointKind.BALL, a: crate, b: WORLD, anchorA: CENTRE, anchorB: HIGH });
    playSeconds(world, 3);
    expect(spinOf(world, crate)).toEqual([
      expect.closeTo(3, 3),
      expect.closeTo(2, 3),
      expect.closeTo(1, 3),
    ]);
    expect(distance(positionOf(world, crate), HIGH)).toBeLessThan(1e-4);
  });

  test('of two free bodies keeps momentum and the centre of mass', () => {
    const world = newWorld(core);
    const one = ball(world, 0.2, [-1, 50, 0], { ...FREE, linearVelocity: [0, 3, 0] });
    const two = ball(world, 0.3, [1, 50, 0], FREE);
    join(world, {
      kind: JointKind.BALL,
      a: one,
      b: two,
      anchorA: [1, 0, 0],
      anchorB: [-1, 0, 0],
    });
    playSeconds(world, 5);
    const [m1, m2] = [massOf(0.2), massOf(0.3)];
    const [v1, v2] = [velocityOf(world, one), velocityOf(world, two)];
    for (const [axis, value] of [0, 3 * m1, 0].entries()) {
      expect(((v1[axis] as number) * m1 + (v2[axis] as number) * m2) / m1).toBeCloseTo(
        value / m1,
        3,
      );
    }
    const y = (positionOf(world, one)[1] * m1 + positionOf(world, two)[1] * m2) / (m1 + m2);
    expect(y).toBeCloseTo(50 + (15 * m1) / (m1 + m2), 2);
  });
});

const spin = new Float32Array(3);
function spinOf(world: World, entity: number): [number, number, number] {
  if (!world.core.bodyAngularVelocity(entity, spin)) throw new Error(`no entity ${entity}`);
  return [...spin] as [number, number, number];
}

const quaternion = new Float32Array(4);
function turnOf(world: World, entity: number): [number, number, number, number] {
  if (!world.core.bodyRotation(entity, quaternion)) throw new Error(`no entity ${entity}`);
  return [...quaternion] as [number, number, number, number];
}

/** A door of 1 × 2 × 0.1 m whose hinge stands upright in the world at its left edge. */
function addDoor(world: World, hinge: object, given: Partial<SpawnBody> = {}) {
  const door = addBody(world, {
    size: [0.5, 1, 0.05],
    position: [0.5, 50, 0],
    ...FREE,
    ...given,
  });
  const upright = turn([1, 0, 0], -Math.PI / 2);
  const joint = join(world, {
    kind: JointKind.HINGE,
    a: door,
    b: WORLD,
    anchorA: [-0.5, 0, 0],
    anchorB: HIGH,
    frameA: upright,
    frameB: upright,
    ...hinge,
  });
  return { door, joint };
}

const DOOR_KG = 500 * 1 * 2 * 0.1;
/** About the edge: the plate's own and Steiner's part. */
const DOOR_INERTIA = DOOR_KG * ((1 ** 2 + 0.1 ** 2) / 12 + 0.5 ** 2);

describe('a hinge', () => {
  test('turns about its axis alone, whatever hits the body', () => {
    const world = newWorld(core);
    const { door, joint } = addDoor(world, {});
    play(world, 1);
    world.commands.push((c) => c.addImpulse(door, [30, 40, 60], [1, 50.8, 0.05]));
    playSeconds(world, 4);
    const [x, y, z] = spinOf(world, door);
    expect(Math.abs(y)).toBeGreaterThan(1);
    expect(Math.hypot(x, z)).toBeLessThan(0.01);
    expect(gapOf(world, joint)).toBeLessThan(0.001);
    expect(Math.abs(positionOf(world, door)[1] - 50)).toBeLessThan(0.001);
  });

  test('holds a door that gravity pulls at, with the torque that it takes', () => {
    const world = newWorld(core);
    const { door, joint } = addDoor(world, {}, { gravityScale: 1 });
    playSeconds(world, 2);
    expect(Math.abs(positionOf(world, door)[1] - 50)).toBeLessThan(0.001);
    const { force, torque } = jointOf(world, joint);
    expect(force[1] / (-DOOR_KG * GRAVITY)).toBeCloseTo(1, 2);
    expect(torque[2] / (-DOOR_KG * GRAVITY * 0.5)).toBeCloseTo(1, 2);
  });

  test('spins up by its motor as torque and inertia say, then keeps the speed', () => {
    const world = newWorld(core);
    const { door } = addDoor(world, { motor: { speed: -2, maxTorque: 10 } });
    playSeconds(world, 0.5);
    // Speed is that of B, the world, against A.
    expect(spinOf(world, door)[1] / ((10 * 0.5) / DOOR_INERTIA)).toBeCloseTo(1, 2);
    playSeconds(world, 10);
    expect(spinOf(world, door)[1]).toBeCloseTo(2, 3);
  });

  test('with a brake holds what its torque can, and no more', () => {
    for (const [torque, holds] of [
      [DOOR_KG * GRAVITY * 0.5 * 1.1, true],
      [DOOR_KG * GRAVITY * 0.5 * 0.9, false],
    ] as const) {
      const world = newWorld(core);
      // About z, so that gravity turns it.
      const frames = { frameA: [0, 0, 0, 1], frameB: [0, 0, 0, 1] };
      const motor = { speed: 0, maxTorque: torque };
      const { door } = addDoor(world, { ...frames, motor }, { gravityScale: 1 });
      playSeconds(world, 1);
      const fallen = 50 - positionOf(world, door)[1];
      if (holds) expect(fallen).toBeLessThan(0.001);
      else expect(fallen).toBeGreaterThan(0.1);
    }
  });

  test('stops at its limits', () => {
    for (const way of [1, -1]) {
      const world = newWorld(core);
      const limits = { lower: -0.5, upper: 1.2 };
      const { door, joint } = addDoor(world, { limits }, { angularVelocity: [0, way * 4, 0] });
      let [low, high] = [0, 0];
      play(world, 80, () => {
        if (world.core.jointCount === 0) return;
        const angle = jointOf(world, joint).reading;
        low = Math.min(low, angle);
        high = Math.max(high, angle);
      });
      // The world is B: it turns the other way.
      if (way < 0) expect(high).toBeCloseTo(1.2, 2);
      else expect(low).toBeCloseTo(-0.5, 2);
      expect(high).toBeLessThan(1.21);
      expect(low).toBeGreaterThan(-0.51);
      expect(Math.abs(spinOf(world, door)[1])).toBeLessThan(0.2);
    }
  });

  test('rests against a limit, and says what presses', () => {
    const world = newWorld(core);
    const frames = { frameA: [0, 0, 0, 1], frameB: [0, 0, 0, 1] };
    const limits = { lower: -0.2, upper: 0.2 };
    const { door, joint } = addDoor(world, { ...frames, limits }, { gravityScale: 1 });
    playSeconds(world, 3);
    const { reading, torque } = jointOf(world, joint);
    expect(reading).toBeCloseTo(0.2, 3);
    expect(torque[2] / (-DOOR_KG * GRAVITY * 0.5 * Math.cos(0.2))).toBeCloseTo(1, 2);
    expect(distance(velocityOf(world, door), CENTRE)).toBeLessThan(0.001);
  });
});

describe('a distance', () => {
  function hang(world: World, given: object, at: Vec3 = [0, 48, 0], body = FALLING as object) {
    const bob = ball(world, 0.2, at, body);
    const joint = join(world, {
      kind: JointKind.DISTANCE,
      a: bob,
      b: WORLD,
      anchorA: CENTRE,
      anchorB: HIGH,
      ...given,
    });
    return { bob, joint };
  }

  test('that is a rod keeps its length on the way round', () => {
    const world = newWorld(core);
    const { bob, joint } = hang(world, { min: 2, max: 2 }, [0, 48, 0], {
      ...FREE,
      linearVelocity: [4, 0, 0],
    });
    play(world, 100, () => {
      if (world.core.jointCount === 0) return;
      expect(jointOf(world, joint).reading).toBeCloseTo(2, 3);
    });
    expect(distance(velocityOf(world, bob), CENTRE)).toBeCloseTo(4, 1);
    // m·v²/r towards the middle; B is the world.
    const pull = Math.hypot(...jointOf(world, joint).force);
    expect(pull / ((massOf(0.2) * 16) / 2)).toBeCloseTo(1, 1);
  });

  test('that is a rope is not felt while slack and ends a fall', () => {
    const world = newWorld(core);
    const { bob, joint } = hang(world, { max: 2 }, [0, 49.5, 0]);
    playSeconds(world, 0.3);
    expect(velocityOf(world, bob)[1]).toBeCloseTo(-GRAVITY * 0.3, 2);
    expect(jointOf(world, joint).force).toEqual([0, 0, 0]);
    let longest = 0;
    play(world, 60, () => {
      longest = Math.max(longest, jointOf(world, joint).reading);
    });
    expect(longest).toBeLessThan(2.02);
    expect(jointOf(world, joint).reading).toBeCloseTo(2, 3);
    expect(distance(velocityOf(world, bob), CENTRE)).toBeLessThan(0.01);
  });

  test('keeps off what comes nearer than its least length', () => {
    const world = newWorld(core);
    const { joint } = hang(world, { min: 1, max: 3 }, [0, 48, 0], {
      ...FREE,
      linearVelocity: [0, 2, 0],
    });
    let shortest = 9;
    play(world, 60, () => {
      if (world.core.jointCount > 0) shortest = Math.min(shortest, jointOf(world, joint).reading);
    });
    expect(shortest).toBeCloseTo(1, 2);
  });

  test.each([0.5, 2, 5])('that is a spring of %d Hz swings in its time', (hertz) => {
    const world = newWorld(core);
    const spring = { length: 2, hertz, dampingRatio: 0 };
    const { bob } = hang(world, { spring }, [0, 47.5, 0], FREE);
    const crossings: number[] = [];
    let before = -0.5;
    let tick = 0;
    const frames = Math.ceil((20 * 8) / hertz);
    for (let frame = 0; frame < frames; frame++) {
      world.core.loadFrame(makeFrame(world));
      for (let i = 0; i < 3; i++) {
        world.core.step();
        tick++;
        const y = positionOf(world, bob)[1] - 48;
        if (before < 0 && y >= 0) crossings.push((tick - y / (y - before)) / 60);
        before = y;
      }
    }
    expect(crossings.length).toBeGreaterThan(5);
    const period = meanStep(crossings);
    expect(Math.abs(period * hertz - 1)).toBeLessThan(0.01);
  });

  test('that is a damped spring loses what its ratio says', () => {
    const world = newWorld(core);
    const [hertz, dampingRatio] = [1, 0.1];
    const { bob } = hang(world, { spring: { length: 2, hertz, dampingRatio } }, [0, 47, 0], FREE);
    const omega = 2 * Math.PI * hertz;
    const seconds = 2 / (hertz * Math.sqrt(1 - dampingRatio ** 2));
    playSeconds(world, Math.round(seconds * 20) / 20);
    const exact = Math.exp(-dampingRatio * omega * Math.round(seconds * 20) * 0.05);
    expect((48 - positionOf(world, bob)[1]) / exact).toBeGreaterThan(0.96);
    expect((48 - positionOf(world, bob)[1]) / exact).toBeLessThan(1.04);
  });

  test('that is a spring hangs through by g/ω²', () => {
    const world = newWorld(core);
    const spring = { length: 2, hertz: 1, dampingRatio: 1 };
    const { joint } = hang(world, { spring });
    world.commands.push((c) => c.addSetRestless(true));
    playSeconds(world, 8);
    const { reading, force } = jointOf(world, joint);
    expect(reading).toBeCloseTo(2 + GRAVITY / (2 * Math.PI) ** 2, 3);
    expect(force[1] / (-massOf(0.2) * GRAVITY)).toBeCloseTo(1, 3);
  });
});

describe('a weld', () => {
  test('makes two bodies one', () => {
    const world = newWorld(core);
    const one = addBody(world, { position: [-0.5, 50, 0], ...FREE });
    const two = addBody(world, { position: [0.5, 50, 0], ...FREE });
    const anchors = { anchorA: [0.5, 0, 0], anchorB: [-0.5, 0, 0] } as const;
    const joint = join(world, { kind: JointKind.WELD, a: one, b: two, ...anchors });
    play(world, 1);
    world.commands.push((c) => c.addImpulse(one, [0, 0, 500], [-1, 50.2, 0]));
    playSeconds(world, 3);
    const [p, q] = [turnOf(world, one), turnOf(world, two)];
    expect(Math.abs(p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3])).toBeCloseTo(1, 5);
    expect(gapOf(world, joint)).toBeLessThan(0.002);
    // 500 N·s on 1000 kg.
    const [v, w] = [velocityOf(world, one), velocityOf(world, two)];
    expect((v[2] + w[2]) / 2).toBeCloseTo(0.5, 3);
  });

  test('carries a beam that stands out of a wall', () => {
    const world = newWorld(core);
    const wall = addStatic(world, [0.5, 0.5, 0.5], { position: HIGH });
    const beams = [1, 2, 3].map((i) => {
      const beam = { size: [0.5, 0.1, 0.1], position: [i, 50, 0], ...FALLING } as const;
      return addBody(world, beam);
    });
    for (const [i, beam] of beams.entries()) {
      const b = i === 0 ? wall : (beams[i - 1] as number);
      const ends = { a: beam, b, anchorA: [-0.5, 0, 0], anchorB: [0.5, 0, 0] } as const;
      join(world, { kind: JointKind.WELD, ...ends });
    }
    playSeconds(world, 5);
    const mass = 500 * 1 * 0.2 * 0.2;
    const tip = positionOf(world, beams[2] as number);
    expect(50 - tip[1]).toBeLessThan(0.02);
    expect(distance(velocityOf(world, beams[2] as number), CENTRE)).toBeLessThan(0.01);
    // The root carries all three at their levers, 0.5, 1.5 and 2.5 m.
    world.core.readJoints(columns);
    const root = [...columns.bodies.subarray(0, 6)].lastIndexOf(wall) >> 1;
    const torque = Math.abs(columns.torques[root * 3 + 2] as number);
    expect(torque / (mass * GRAVITY * 4.5)).toBeCloseTo(1, 1);
  });

  test('with a spring bends and comes back', () => {
    const world = newWorld(core);
    const board = addBody(world, { position: HIGH, angularVelocity: [0, 1, 0], ...FREE });
    join(world, {
      kind: JointKind.WELD,
      a: board,
      b: WORLD,
      anchorA: CENTRE,
      anchorB: HIGH,
      spring: { hertz: 1, dampingRatio: 0 },
    });
    let bent = 0;
    play(world, 40, () => {
      if (world.core.hasEntity(board))
        bent = Math.max(bent, 2 * Math.asin(turnOf(world, board)[1]));
    });
    // ω/(2π·hertz): the amplitude of 1 rad/s at the middle.
    expect(bent).toBeGreaterThan(0.9 / (2 * Math.PI));
    expect(bent).toBeLessThan(1.05 / (2 * Math.PI));
  });
});

/** Balls of 0.1 m, 0.25 m apart, that hang from `top`, by ball joints half way between them. */
function addChain(world: World, links: number, top: Vec3, given: Partial<SpawnBody> = {}) {
  const [x, y, z] = top;
  const balls = Array.from({ length: links }, (_, i) =>
    ball(world, 0.1, [x + (i + 0.5) * 0.25, y, z], given),
  );
  for (const [i, a] of balls.entries()) {
    const b = i === 0 ? WORLD : (balls[i - 1] as number);
    const anchorB: Vec3 = i === 0 ? top : [0.125, 0, 0];
    join(world, { kind: JointKind.BALL, a, b, anchorA: [-0.125, 0, 0], anchorB });
  }
  return balls;
}

describe('joints together', () => {
  test('a chain of 20 falls from level, swings and comes to rest whole', () => {
    const world = newWorld(core);
    const balls = addChain(world, 20, HIGH, { linearDamping: 0.5, angularDamping: 0.5 });
    let widest = 0;
    play(world, 400, () => {
      widest = Math.max(widest, widestGap(world));
    });
    expect(widest).toBeLessThan(0.01);
    // Of what hangs between two links the upper one carries 19: 19·m·g / (½·m·ω²) at 60 Hz.
    const sag = (19 * GRAVITY) / (0.5 * (2 * Math.PI * 60) ** 2);
    expect(widestGap(world) / sag).toBeCloseTo(1, 1);
    const end = positionOf(world, balls[19] as number);
    expect(distance(end, [0, 50 - 19.5 * 0.25, 0])).toBeLessThan(0.2);
  });

  test('a joint to a kinematic body goes along with it', () => {
    const world = newWorld(core);
    const sled = addBody(world, {
      kind: BodyKind.KINEMATIC,
      position: HIGH,
      linearVelocity: [2, 0, 0],
      ...FREE,
    });
    const load = ball(world, 0.2, [0, 48.5, 0], { linearDamping: 0, linearVelocity: [2, 0, 0] });
    const joint = join(world, {
      kind: JointKind.BALL,
      a: sled,
      b: load,
      anchorA: CENTRE,
      anchorB: [0, 1.5, 0],
    });
    playSeconds(world, 3);
    expect(positionOf(world, sled)[0]).toBeCloseTo(6, 3);
    expect(positionOf(world, load)[0]).toBeCloseTo(6, 2);
    expect(gapOf(world, joint)).toBeLessThan(1e-3);
  });

  test('joined bodies do not meet unless they are told to', () => {
    for (const collide of [false, true]) {
      const world = newWorld(core);
      const one = addBody(world, { position: [0, 50, 0], ...FREE });
      const two = addBody(world, { position: [0.5, 50, 0], ...FREE });
      join(world, {
        kind: JointKind.DISTANCE,
        a: two,
        b: one,
        max: 5,
        anchorA: CENTRE,
        anchorB: CENTRE,
        collide,
      });
      playSeconds(world, 2);
      const apart = positionOf(world, two)[0] - positionOf(world, one)[0];
      if (collide) expect(apart).toBeGreaterThan(0.98);
      else expect(apart).toBeCloseTo(0.5, 5);
    }
  });

  test('a joint to a static body ends the meeting of those two only', () => {
    const world = newWorld(core);
    const floor = addStatic(world, [5, 0.5, 5], { position: [0, 30, 0] });
    const joined = addBody(world, { position: [-2, 31, 0] });
    const free = addBody(world, { position: [2, 31, 0] });
    const anchors = { anchorA: CENTRE, anchorB: [-2, 1, 0] } as const;
    join(world, { kind: JointKind.DISTANCE, a: joined, b: floor, max: 3, ...anchors });
    playSeconds(world, 3);
    expect(positionOf(world, free)[1]).toBeCloseTo(31, 1);
    expect(positionOf(world, joined)[1]).toBeCloseTo(28, 1);
  });

  test('joints of a despawned body are gone, others stay', () => {
    const world = newWorld(core);
    const balls = addChain(world, 6, HIGH);
    playSeconds(world, 0.5);
    expect(core.jointCount).toBe(6);
    world.commands.push((c) => c.addDespawn(balls[2] as number));
    playSeconds(world, 0.5);
    expect(world.faults).toBe(0);
    expect(core.jointCount).toBe(4);
    core.readJoints(columns);
    expect([...columns.bodies.subarray(0, 8)]).not.toContain(balls[2]);
    expect(positionOf(world, balls[5] as number)[1]).toBeLessThan(48.9);
  });

  test('a joint is removed by its id, and its index is free again', () => {
    const world = newWorld(core);
    const bob = ball(world, 0.2, [0, 49, 0]);
    const anchors = { anchorA: [0, 1, 0], anchorB: HIGH } as const;
    const joint = join(world, { kind: JointKind.BALL, a: bob, b: WORLD, ...anchors });
    play(world, 10);
    expect(core.hasJoint(joint)).toBe(true);
    expect(core.nextJoint(0) & 0xffff).toBe(2);
    world.commands.push((c) => c.addRemoveJoint(joint));
    playSeconds(world, 0.5);
    expect([core.jointCount, core.hasJoint(joint), world.faults]).toEqual([0, false, 0]);
    expect(core.nextJoint(0) & 0xffff).toBe(1);
    expect(core.nextJoint(0)).not.toBe(joint);
    expect(velocityOf(world, bob)[1]).toBeCloseTo(-GRAVITY * 0.5, 1);
  });

  test('a change of kind keeps the joints, whatever is joined then', () => {
    const world = newWorld(core);
    const balls = addChain(world, 4, HIGH);
    playSeconds(world, 1);
    const kinds = [BodyKind.STATIC, BodyKind.KINEMATIC, BodyKind.STATIC, BodyKind.DYNAMIC];
    for (const [i, kind] of kinds.entries()) {
      world.commands.push((c) => c.addSetKind(balls[i] as number, kind));
    }
    playSeconds(world, 1);
    expect(core.jointCount).toBe(4);
    for (const entity of balls) {
      world.commands.push((c) => c.addSetKind(entity, BodyKind.DYNAMIC));
    }
    playSeconds(world, 2);
    expect([core.jointCount, world.faults]).toEqual([4, 0]);
    expect(widestGap(world)).toBeLessThan(0.002);
    expect(findNotFinite(core)).toBeNull();
  });

  test('a player may be tied, his hands may not', () => {
    const world = newWorld(core);
    const { entity, left } = addPlayer(world, [0, 0, 0]);
    const post = addStatic(world, [0.1, 1, 0.1], { position: [5, 1, 0] });
    const rope = { kind: JointKind.DISTANCE, max: 6, anchorA: CENTRE, anchorB: CENTRE } as const;
    join(world, { ...rope, a: entity, b: post });
    play(world, 5);
    expect([core.jointCount, world.faults]).toEqual([1, 0]);
    join(world, { ...rope, a: left, b: post });
    join(world, { ...rope, a: post, b: left });
    play(world, 1);
    expect([core.jointCount, world.faults]).toEqual([1, StepFault.COMMAND_SKIPPED]);
  });
});

describe('sleep', () => {
  test('comes to a chain that hangs still, and goes as one', () => {
    const world = newWorld(core);
    const crate = addBody(world, { position: [0, 48.5, 0] });
    const middle = ball(world, 0.1, [0, 49.5, 0], { density: 5000 });
    const ends = { kind: JointKind.BALL, anchorA: [0, 0.5, 0], anchorB: [0, -0.5, 0] } as const;
    const lower = join(world, { ...ends, a: crate, b: middle });
    join(world, { ...ends, a: middle, b: WORLD, anchorB: HIGH });
    playSeconds(world, 4);
    const all = () => [core.isAsleep(crate), core.isAsleep(middle)];
    expect(all()).toEqual([true, true]);
    const state = core.snapshot();
    playSeconds(world, 2);
    expect(core.snapshot().subarray(64)).toEqual(state.subarray(64));
    expect(jointOf(world, lower).force[1] / (-500 * GRAVITY)).toBeCloseTo(1, 2);
    world.commands.push((c) => c.addImpulse(crate, [100, 0, 0], [0, 48.5, 0]));
    play(world, 1);
    expect(all()).toEqual([false, false]);
    playSeconds(world, 60);
    world.commands.push((c) => c.addRemoveJoint(lower));
    play(world, 1);
    expect(all()).toEqual([false, false]);
    playSeconds(world, 1);
    expect(positionOf(world, crate)[1]).toBeLessThan(46);
  });

  test('wakes through joints, one after the other', () => {
    const world = newWorld(core);
    // Boards on the ground, roped to each other over gaps in which nothing else touches.
    const boards = Array.from({ length: 6 }, (_, i) =>
      addBody(world, { size: [0.4, 0.2, 0.4], position: [(5 - i) * 3 - 8, 0.2, 0] }),
    );
    const rope = { kind: JointKind.DISTANCE, max: 9, anchorA: CENTRE, anchorB: CENTRE } as const;
    for (const i of [3, 0, 4, 1, 2]) {
      join(world, { ...rope, a: boards[i] as number, b: boards[i + 1] as number });
    }
    playSeconds(world, 3);
    expect(boards.map((board) => core.isAsleep(board))).toEqual(boards.map(() => true));
    world.commands.push((c) => c.addImpulse(boards[5] as number, [0, 100, 0], [-8, 0.2, 0]));
    play(world, 1);
    expect(boards.map((board) => core.isAsleep(board))).toEqual(boards.map(() => false));
  });
});

/** Things of all kinds on joints of all kinds, among them cycles and doubled joints. */
function addTangle(world: World, seed: number, order: (count: number) => number[]): void {
  const random = seeded(seed);
  const bodies = Array.from({ length: 40 }, (_, i) => {
    const kind =
      i % 9 === 0 ? BodyKind.STATIC : i % 9 === 1 ? BodyKind.KINEMATIC : BodyKind.DYNAMIC;
    const position: Vec3 = [(i % 7) * 0.8, 6 + Math.floor(i / 7) * 0.8, between(random, -1, 1)];
    const spin: Vec3 = kind === BodyKind.KINEMATIC ? [0, 1, 0.5] : [0, 0, 0];
    const size: Vec3 = [0.2, between(random, 0.1, 0.3), 0.2];
    return addBody(world, { kind, size, position, angularVelocity: spin });
  });
  const joints = Array.from({ length: 60 }, (_, i): AddJoint => {
    const at = Math.floor(random() * 34);
    const point = (): Vec3 => [between(random, -0.4, 0.4), between(random, -0.4, 0.4), 0];
    const ends = {
      joint: i + 1,
      a: bodies[at] as number,
      b: random() < 0.1 ? WORLD : (bodies[at + 1 + Math.floor(random() * 5)] as number),
      anchorA: point(),
      anchorB: point(),
      collide: random() < 0.3,
    };
    const frames = { frameA: rotation(random), frameB: rotation(random) };
    const place = ends.b === WORLD ? { anchorB: [at % 7, 8, 0] as const } : {};
    return pick<() => AddJoint>(random, [
      () => ({ kind: JointKind.BALL, ...ends, ...place }),
      () => ({ kind: JointKind.HINGE, ...ends, ...frames, ...place }),
      () => ({
        kind: JointKind.HINGE,
        ...ends,
        ...frames,
        ...place,
        limits: { lower: -1, upper: 0.5 },
        motor: { speed: 3, maxTorque: 20 },
      }),
      () => ({ kind: JointKind.DISTANCE, ...ends, ...place, max: 1.5 }),
      () => ({ kind: JointKind.DISTANCE, ...ends, ...place, min: 1, max: 1 }),
      () => ({
        kind: JointKind.DISTANCE,
        ...ends,
        ...place,
        spring: { length: 1, hertz: 3, dampingRatio: 0.2 },
      }),
      () => ({ kind: JointKind.WELD, ...ends, ...frames, ...place }),
      () => ({
        kind: JointKind.WELD,
        ...ends,
        ...frames,
        ...place,
        spring: { hertz: 4, dampingRatio: 0.5 },
      }),
    ])();
  });
  for (const i of order(joints.length)) {
    world.commands.push((c) => c.addJoint(joints[i] as AddJoint));
  }
}

const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the law of determinism', () => {
  test('a tangle stays finite, is restored and goes on to the bit', () => {
    const world = newWorld(core);
    addTangle(world, 3, inOrder);
    playSeconds(world, 1);
    expect(world.faults).toBe(0);
    expect(core.jointCount).toBe(60);
    for (let round = 0; round < 10; round++) {
      const state = core.snapshot();
      expect(other.restore(state)).toBe(WireFault.NONE);
      expect(other.stateHash()).toBe(core.stateHash());
      play({ ...world, core: other }, 8);
      play(world, 8);
      expect(other.stateHash()).toBe(core.stateHash());
      expect(core.restore(state)).toBe(WireFault.NONE);
      play(world, 8);
      expect(core.stateHash()).toBe(other.stateHash());
      expect(findNotFinite(core)).toBeNull();
    }
  });

  test('the order in which joints were added is not seen', () => {
    const hashes = [inOrder, (count: number) => inOrder(count).reverse()].map((order) => {
      const world = newWorld(core);
      addTangle(world, 4, order);
      playSeconds(world, 2);
      return core.stateHash();
    });
    expect(hashes[0]).toBe(hashes[1] as bigint);
  });

  test('what joints carry over is state: without it the next tick differs', () => {
    const world = newWorld(core);
    addChain(world, 5, HIGH);
    playSeconds(world, 1);
    const state = core.snapshot();
    const forgetful = state.slice();
    const joints = jointsAt(forgetful);
    for (let i = 0; i < 5; i++) forgetful.fill(0, joints + i * 160 + 112, joints + i * 160 + 160);
    play(world, 1);
    const hash = core.stateHash();
    expect(core.restore(forgetful)).toBe(WireFault.NONE);
    play(world, 1);
    expect(core.stateHash()).not.toBe(hash);
  });
});

/** Where the joints begin in a snapshot without players. */
function jointsAt(state: Uint8Array): number {
  const view = new DataView(state.buffer, state.byteOffset);
  const word = (index: number) => view.getUint32(16 + index * 4, true);
  return 16 + 48 + ((word(5) * 2 + 15) & ~15) + (word(2) + word(6)) * 144;
}

describe('what comes from outside', () => {
  const BALL = { kind: JointKind.BALL, a: 1, b: 2, anchorA: CENTRE, anchorB: CENTRE } as const;
  const HINGE = { ...BALL, kind: JointKind.HINGE };
  const DISTANCE = { ...BALL, kind: JointKind.DISTANCE };
  const WELD = { ...BALL, kind: JointKind.WELD };
  const REFUSED: ReadonlyArray<readonly [string, object]> = [
    ['a kind that does not exist', { ...BALL, kind: 4 }],
    ['no body', { ...BALL, a: 0 }],
    ['a body with itself', { ...BALL, b: 1 }],
    ['a NaN anchor', { ...BALL, anchorA: [0, Number.NaN, 0] }],
    ['an anchor that is far away', { ...BALL, anchorB: [0, 129, 0] }],
    ['a place out of the world', { ...BALL, b: 0, anchorB: [0, 1001, 0] }],
    ['a frame that is none', { ...HINGE, frameA: [0, 0, 0, 0] }],
    ['a frame with a NaN', { ...WELD, frameB: [Number.NaN, 0, 0, 1] }],
    ['limits in the wrong order', { ...HINGE, limits: { lower: 1, upper: 0 } }],
    ['limits beyond half a turn', { ...HINGE, limits: { lower: -4, upper: 0 } }],
    ['a NaN limit', { ...HINGE, limits: { lower: Number.NaN, upper: 0 } }],
    ['a motor without end', { ...HINGE, motor: { speed: Infinity, maxTorque: 1 } }],
    ['a motor that pulls back', { ...HINGE, motor: { speed: 1, maxTorque: -1 } }],
    ['a negative length', { ...DISTANCE, min: -1 }],
    ['lengths in the wrong order', { ...DISTANCE, min: 2, max: 1 }],
    ['a rod of no length', { ...DISTANCE, min: 0, max: 0 }],
    ['a rod with a spring', { ...DISTANCE, min: 1, max: 1, spring: spring(1, 1, 1) }],
    ['a spring that is too fast', { ...DISTANCE, spring: spring(1, 61, 1) }],
    ['a spring that is too slow', { ...DISTANCE, spring: spring(1, 1e-9, 1) }],
    ['a spring that feeds itself', { ...DISTANCE, spring: spring(1, 1, -1) }],
    ['a spring of NaN length', { ...DISTANCE, spring: spring(Number.NaN, 1, 1) }],
    ['a bend of NaN', { ...WELD, spring: { hertz: Number.NaN, dampingRatio: 1 } }],
  ];

  function spring(length: number, hertz: number, dampingRatio: number) {
    return { length, hertz, dampingRatio };
  }

  test.each(REFUSED)('%s makes the frame refused', (_, given) => {
    newWorld(core);
    const hash = core.stateHash();
    core.frameBegin(0, hash);
    core.addJoint({ joint: 1, ...given } as AddJoint);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    expect(core.stateHash()).toBe(hash);
  });

  test('a cut command is refused', () => {
    newWorld(core);
    core.frameBegin(0, 0n);
    core.addJoint({ joint: 1, ...BALL });
    const frame = core.frameEnd();
    for (let length = 16; length < frame.length; length++) {
      expect(core.loadFrame(frame.subarray(0, length))).toBe(WireFault.TRUNCATED);
    }
    expect(core.loadFrame(frame)).toBe(WireFault.NONE);
  });

  test('what does not exist cannot be joined, nor an id be used twice', () => {
    const world = newWorld(core);
    const one = ball(world, 0.2, [0, 50, 0]);
    const two = ball(world, 0.2, [1, 50, 0]);
    const joint = join(world, { ...BALL, a: one, b: two });
    play(world, 1);
    expect(world.faults).toBe(0);
    const skipped: object[] = [
      { a: one, b: 77 },
      { a: 77, b: one },
      { a: one, b: two + 0x10000 },
      { a: one, b: two, joint },
      { a: one, b: two, joint: joint + 0x10000 },
      { a: one, b: two, joint: 0 },
      { a: one, b: two, joint: 0x10000 },
    ];
    for (const given of skipped) {
      world.faults = 0;
      join(world, { joint: 9, ...BALL, ...given });
      play(world, 1);
      expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
      expect(core.jointCount).toBe(1);
    }
    world.faults = 0;
    world.commands.push((c) => c.addRemoveJoint(joint + 0x10000));
    play(world, 1);
    expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
  });

  test('a full list says so, and the world goes on', () => {
    const world = newWorld(core);
    const bodies = Array.from({ length: 65 }, (_, i) =>
      ball(world, 0.1, [i - 32, 50, 0], { kind: i === 64 ? BodyKind.STATIC : BodyKind.DYNAMIC }),
    );
    play(world, 1);
    for (let i = 0; i < 4096; i++) {
      const anchors = { anchorA: CENTRE, anchorB: [i % 64, 0, 0] as const };
      const a = bodies[i % 64] as number;
      join(world, {
        kind: JointKind.BALL,
        joint: 4096 - i,
        a,
        b: bodies[64] as number,
        ...anchors,
      });
      if (i % 1024 === 1023) play(world, 1);
    }
    expect([core.jointCount, world.faults]).toEqual([4096, 0]);
    join(world, { ...BALL, joint: 5000, a: bodies[0] as number, b: bodies[64] as number });
    play(world, 1);
    expect([core.jointCount, world.faults]).toEqual([4096, StepFault.JOINTS_FULL]);
    const state = core.snapshot();
    play(world, 1);
    const hash = core.stateHash();
    expect(other.restore(state)).toBe(WireFault.NONE);
    play({ ...world, core: other }, 1);
    expect(other.stateHash()).toBe(hash);
    expect(findNotFinite(core)).toBeNull();
  });

  test('damage to the joints of a snapshot is refused, or harmless', () => {
    const world = newWorld(core);
    addTangle(world, 5, inOrder);
    playSeconds(world, 1);
    const state = core.snapshot();
    const joints = jointsAt(state);
    const random = seeded(6);
    const odd = [0, 1, 0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff, 0x80000001, 0x4e6e6b28];
    let [refused, taken] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      const bytes = state.slice();
      const at = joints + Math.floor(random() * 60 * 40) * 4;
      const word = random() < 0.7 ? pick(random, odd) : Math.floor(random() * 2 ** 32);
      new DataView(bytes.buffer).setUint32(at, word, true);
      if (core.restore(bytes) !== WireFault.NONE) {
        refused++;
        continue;
      }
      taken++;
      for (let tick = 0; tick < 3; tick++) core.step();
      const found = findNotFinite(core);
      if (found) throw new Error(`${found} (word ${(at - joints) / 4} of the joints)`);
    }
    expect(refused).toBeGreaterThan(500);
    expect(taken).toBeGreaterThan(100);
  });
});
