import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { type Core, JointKind } from '../host/core.ts';
import { BodyKind, Button, ShapeKind, TICKS_PER_FRAME, WireFault } from '../host/types.ts';
import { between, integer, pick, type Random, seeded } from './random.ts';
import {
  addBall,
  addBody,
  addPlayer,
  addStatic,
  makeFrame,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  pose,
  steady,
  UPRIGHT,
  type World,
} from './world.ts';

setDefaultTimeout(120_000);

let core: Core;
/** Has another past than `core` in everything that is not state. */
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

const FRAMES = 5;
const PLAYERS = 14;

/**
 * Walkers, some of them grabbing, swimming, flying or on a lift, between crates and balls of which
 * most have gone to sleep.
 */
function populate(random: Random): { world: World; players: PlayerIds[] } {
  const world = newWorld(core, 3);
  const players = Array.from({ length: PLAYERS }, (_, i) =>
    addPlayer(world, [between(random, -9, 9), 0, between(random, -9, 9)], 0, i + 1),
  );
  defineLooks(world);
  const bodies: number[] = [];
  for (let i = 0; i < 40; i++) {
    const position = [
      between(random, -9, 9),
      between(random, 0.3, 3),
      between(random, -9, 9),
    ] as const;
    const look = i % 2 === 0 ? { shape: ShapeKind.HULL } : { shape: ShapeKind.COMPOUND };
    bodies.push(
      i % 3 === 0
        ? addBall(world, 0.25, { position })
        : i % 3 === 1
          ? addBody(world, { ...look, definition: 1 + (i % 2), position, density: 120 })
          : addBody(world, { size: [0.25, 0.25, 0.25], position, density: 120 }),
    );
  }
  addJoints(world, random, bodies);
  for (let i = 0; i < 6; i++) {
    addStatic(world, [0.5, 0.5, 0.5], {
      position: [between(random, -9, 9), 0.5, between(random, -9, 9)],
    });
  }
  for (let i = 0; i < 3; i++) {
    addBody(world, {
      kind: BodyKind.KINEMATIC,
      size: [1.5, 0.15, 1.5],
      position: [between(random, -9, 9), between(random, 0, 1), between(random, -9, 9)],
      linearVelocity: [between(random, -0.3, 0.3), between(random, 0, 0.2), 0],
      angularVelocity: [0, between(random, -1, 1), 0],
    });
  }
  if (random() < 0.5) {
    const waterLevel = between(random, 0.3, 1.6);
    world.commands.push((c) => c.addSetRegion({ gravity: [0, -9.81, 0], waterLevel }));
  }
  play(world, 1);
  play(world, 60, () => {
    for (const { entity } of players) {
      if (random() < 0.05) world.inputs.set(entity, someInput(random));
    }
  });
  return { world, players };
}

/** A wedge as hull 1, two crates on edge as compound 2. */
function defineLooks(world: World): void {
  const points = [0, 0.5].flatMap((z) => [
    [0, 0, z] as const,
    [0.5, 0, z] as const,
    [0, 0.4, z] as const,
  ]);
  world.commands.push((c) => c.addDefineHull(1, points));
  const box = { shape: ShapeKind.BOX, size: [0.2, 0.2, 0.2] } as const;
  const children = [
    { ...box, offset: [-0.2, 0, 0], rotation: UPRIGHT } as const,
    { ...box, offset: [0.2, 0, 0], rotation: [0.6, 0, 0, 0.8] } as const,
  ];
  world.commands.push((c) => c.addDefineCompound(2, children));
}

/** Ropes and hinges that hang some of them together, and a few from the world. */
function addJoints(world: World, random: Random, bodies: readonly number[]): void {
  for (let i = 0; i < 12; i++) {
    const joint = i + 1;
    const [a, b] = [pick(random, bodies), pick(random, bodies)];
    if (a === b) continue;
    const ends = { joint, a, b: i < 3 ? 0 : b, anchorA: [0, 0, 0] } as const;
    const anchorB = i < 3 ? ([between(random, -9, 9), 2, 0] as const) : ([0, 0, 0] as const);
    world.commands.push((c) =>
      i % 2 === 0
        ? c.addJoint({ kind: JointKind.DISTANCE, ...ends, anchorB, max: 3 })
        : c.addJoint({ kind: JointKind.BALL, ...ends, anchorB: i < 3 ? anchorB : [0.6, 0, 0] }),
    );
  }
}

function someInput(random: Random) {
  const { JUMP, GRIP_LEFT, GRIP_RIGHT, JETPACK, DIVE } = Button;
  const buttons = pick(random, [0, 0, JUMP, GRIP_LEFT, GRIP_RIGHT, JETPACK | JUMP, JETPACK, DIVE]);
  const hands = pose(
    [integer(random, -400, -100), integer(random, 100, 1400), integer(random, -700, -100)],
    [integer(random, 100, 400), integer(random, 100, 1400), integer(random, -700, -100)],
  );
  return steady(
    {
      moveX: integer(random, -127, 127),
      moveZ: integer(random, -127, 127),
      yaw: integer(random, 0, 65535),
      buttons,
    },
    hands,
  );
}

interface Timeline {
  /** Before each tick, and one after the last. */
  readonly states: Uint8Array[];
  readonly islands: Uint16Array[];
  readonly frames: Uint8Array[];
}

/** Frames in which each player does what `inputs` says. */
function record(world: World, inputsOf: (frame: number) => void): Timeline {
  const states = [core.snapshot()];
  const islands: Uint16Array[] = [];
  const frames: Uint8Array[] = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    inputsOf(frame);
    const bytes = makeFrame(world);
    frames.push(bytes);
    expect(core.loadFrame(bytes)).toBe(WireFault.NONE);
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) {
      core.step();
      states.push(core.snapshot());
      islands.push(core.islands());
    }
  }
  return { states, islands, frames };
}

/** The old timeline again with other frames, computing only what differs. */
function replayPart(old: Timeline, frames: readonly Uint8Array[], changed: readonly number[][]) {
  const hashes: bigint[] = [];
  core.restore(old.states[0] as Uint8Array);
  core.beginPart();
  for (const [frame, bytes] of frames.entries()) {
    expect(core.loadFrame(bytes)).toBe(WireFault.NONE);
    for (const entity of changed[frame] as number[]) core.markChanged(entity);
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) {
      const at = frame * TICKS_PER_FRAME + tick;
      const faults = core.stepPart(
        old.states[at + 1] as Uint8Array,
        old.islands[at] as Uint16Array,
      );
      expect(faults).not.toBeNull();
      hashes.push(core.stateHash());
    }
  }
  return hashes;
}

function scenario(seed: number) {
  const random = seeded(seed);
  const { world, players } = populate(random);
  const inputs = Array.from({ length: FRAMES }, () => players.map(() => someInput(random)));
  const give = (table: typeof inputs) => (frame: number) => {
    for (const [i, { entity }] of players.entries()) {
      world.inputs.set(entity, (table[frame] as (typeof inputs)[0])[i] as (typeof inputs)[0][0]);
    }
  };
  const old = record(world, give(inputs));
  const news = inputs.map((row) =>
    row.map((input) => (random() < 0.1 ? someInput(random) : input)),
  );
  const changed = news.map((row, frame) =>
    players.flatMap(({ entity }, i) => (row[i] === inputs[frame]?.[i] ? [] : [entity])),
  );
  core.restore(old.states[0] as Uint8Array);
  const whole = record(world, give(news));
  return { old, whole, changed };
}

/** The tick after `before`, in a core that has just computed one of another world. */
function stepElsewhere(elsewhere: Uint8Array, before: Uint8Array, frame: Uint8Array): Uint8Array {
  expect(other.restore(elsewhere)).toBe(WireFault.NONE);
  other.step();
  expect(other.restore(before)).toBe(WireFault.NONE);
  expect(other.loadFrame(frame)).toBe(WireFault.NONE);
  other.step();
  return other.snapshot();
}

describe('a world goes on from its snapshot in a core that another world has been in', () => {
  function expectNoPast({ states, frames }: Timeline, elsewhere: Uint8Array): void {
    for (const [tick, before] of states.slice(0, -1).entries()) {
      const frame = frames[Math.floor(tick / TICKS_PER_FRAME)] as Uint8Array;
      const after = stepElsewhere(elsewhere, before, frame);
      expect(Buffer.compare(after, states[tick + 1] as Uint8Array)).toBe(0);
    }
  }

  test('whatever there is in it', () => {
    let elsewhere = scenario(1).whole.states[0] as Uint8Array;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const { whole } = scenario(seed);
        expectNoPast(whole, elsewhere);
        elsewhere = whole.states[4] as Uint8Array;
      }),
      { numRuns: 10 },
    );
  });

  /** The place where a turning ground carries was once another tick's: clients lost the server. */
  test('with people who walk along the edges of light beams', () => {
    const elsewhere = scenario(1).whole.states[0] as Uint8Array;
    const world = newWorld(core, 3);
    for (let i = 0; i < PLAYERS; i++) {
      addBody(world, { size: [0.25, 0.25, 2], position: [i * 2 - 14, 0.25, 0], density: 35 });
      // Rays for the foot miss the top, and only the capsule is pressed.
      const foot = [i * 2 - 14 + 0.26 + 0.01 * i, 0.55, 1] as const;
      const { entity } = addPlayer(world, foot, 0, i + 1);
      world.inputs.set(entity, steady({ moveZ: 50 }));
    }
    play(world, 1);
    for (let part = 0; part < 3; part++) {
      const timeline = record(world, () => {});
      expectNoPast(timeline, elsewhere);
    }
  });
});

describe('a partial rollback', () => {
  test('ends every tick with the bits of a whole one', () => {
    let differed = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const { old, whole, changed } = scenario(seed);
        const found = replayPart(old, whole.frames, changed);
        const expected = whole.states.slice(1).map((state) => {
          core.restore(state);
          return core.stateHash();
        });
        expect(found).toEqual(expected);
        if (changed.some((entities) => entities.length > 0)) differed++;
      }),
      { numRuns: 25 },
    );
    expect(differed).toBeGreaterThan(15);
  });

  test('is wrong when a changed player is kept from it: the comparison sees one input', () => {
    const { old, whole, changed } = scenario(11);
    const withheld = changed.map(() => []);
    expect(changed.some((entities) => entities.length > 0)).toBe(true);
    const found = replayPart(old, whole.frames, withheld);
    core.restore(whole.states.at(-1) as Uint8Array);
    expect(found.at(-1)).not.toBe(core.stateHash());
  });

  test('refuses timelines that differ in more than inputs', () => {
    const { old } = scenario(5);
    core.restore(old.states[0] as Uint8Array);
    const other = newWorld(core, 3);
    addBall(other, 0.2, { position: [0, 3, 0] });
    play(other, 1);
    core.beginPart();
    expect(core.stepPart(old.states[1] as Uint8Array, core.islands())).toBeNull();
    expect(core.stepPart(new Uint8Array(40), core.islands())).toBeNull();
    core.restore(old.states[0] as Uint8Array);
    core.frameBegin(core.frame, core.stateHash());
    core.addDefineHull(9, [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.NONE);
    core.beginPart();
    expect(core.stepPart(old.states[1] as Uint8Array, old.islands[0] as Uint16Array)).toBeNull();
    expect(core.stepPart(old.states[1] as Uint8Array, new Uint16Array(3))).toBeNull();
  });
});
