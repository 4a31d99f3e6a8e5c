import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { Button, StepFault } from '../host/types.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  distance,
  intent,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  playerOf,
  playSeconds,
  pose,
  positionOf,
  standOnSlope,
  steady,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

const WALK_MPS = 3.5;
const SPRINT_MPS = 6.5;
const QUARTER_TURN = 16384;

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** A world with one player who stands at `foot` and has come to rest. */
function withPlayer(foot: Vec3 = [0, 0, 0], yaw = 0): { world: World; player: PlayerIds } {
  const world = newWorld(core);
  const player = addPlayer(world, foot, yaw);
  play(world, 10);
  return { world, player };
}

describe('walking', () => {
  test.each([
    ['ahead', 0, 127, 0, [0, -1]],
    ['back', 0, -127, 0, [0, 1]],
    ['right', 127, 0, 0, [1, 0]],
    ['left', -127, 0, 0, [-1, 0]],
    ['ahead after a quarter turn to the left', 0, 127, QUARTER_TURN, [-1, 0]],
    ['ahead after an eighth', 0, 127, QUARTER_TURN / 2, [-Math.SQRT1_2, -Math.SQRT1_2]],
  ] as const)('goes %s at 3.5 m/s', (_, moveX, moveZ, yaw, [x, z]) => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({ moveX, moveZ, yaw }));
    playSeconds(world, 1);
    const from = positionOf(world, player.entity);
    playSeconds(world, 2);
    const to = positionOf(world, player.entity);
    expect((to[0] - from[0]) / 2).toBeCloseTo(x * WALK_MPS, 1);
    expect((to[2] - from[2]) / 2).toBeCloseTo(z * WALK_MPS, 1);
    expect(to[1]).toBeCloseTo(0.9, 1);
  });

  test('sprints at 6.5 m/s, and a stick held half way goes half as fast', () => {
    const { world, player } = withPlayer([0, 0, 15]);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 1);
    expect(-velocityOf(world, player.entity)[2]).toBeCloseTo(SPRINT_MPS, 1);
    world.inputs.set(player.entity, steady({ moveZ: 64 }));
    playSeconds(world, 1);
    expect(-velocityOf(world, player.entity)[2]).toBeCloseTo((WALK_MPS * 64) / 127, 1);
  });

  test('diagonal sticks are no faster', () => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({ moveX: 127, moveZ: 127 }));
    playSeconds(world, 1);
    expect(Math.hypot(...velocityOf(world, player.entity))).toBeCloseTo(WALK_MPS, 1);
  });

  test('each tick of a frame has its own intent', () => {
    const { world, player } = withPlayer();
    const [go, stop] = [intent({ moveZ: 127 }), intent({})];
    world.inputs.set(player.entity, { intents: [go, go, stop], pose: null });
    playSeconds(world, 1);
    const speed = -velocityOf(world, player.entity)[2];
    expect(speed).toBeGreaterThan(0.1);
    expect(speed).toBeLessThan(WALK_MPS * 0.9);
  });

  test('stops within a third of a second and then stands', () => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 1);
    world.inputs.set(player.entity, steady({}));
    play(world, 6);
    const stopped = positionOf(world, player.entity);
    playSeconds(world, 20);
    expect(distance(positionOf(world, player.entity), stopped)).toBeLessThan(0.005);
  });

  test('keeps the last intent while no input comes', () => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    play(world, 1);
    world.inputs.clear();
    playSeconds(world, 2);
    expect(-positionOf(world, player.entity)[2]).toBeGreaterThan(6);
  });

  test('a wall stops it, and it slides along a slanted one', () => {
    const { world, player } = withPlayer();
    addStatic(world, [5, 2, 0.5], { position: [0, 2, -5] });
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 3);
    expect(positionOf(world, player.entity)[2]).toBeGreaterThan(-4.5 + 0.3 - 0.02);
    expect(positionOf(world, player.entity)[2]).toBeLessThan(-4.5 + 0.3 + 0.02);
    world.inputs.set(player.entity, steady({ moveX: 127, moveZ: 127 }));
    playSeconds(world, 1);
    expect(velocityOf(world, player.entity)[0]).toBeGreaterThan(2);
  });

  test('pushes a crate of 100 kg ahead', () => {
    const { world, player } = withPlayer();
    const crate = addBody(world, { position: [0, 0.5, -3], density: 100, friction: 0.3 });
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 4);
    expect(positionOf(world, crate)[2]).toBeLessThan(-5);
    expect(Math.abs(positionOf(world, crate)[1] - 0.5)).toBeLessThan(0.1);
    expect(positionOf(world, player.entity)[2]).toBeGreaterThan(positionOf(world, crate)[2]);
  });

  test('does not push a crate of four tons', () => {
    const { world, player } = withPlayer();
    const crate = addBody(world, { position: [0, 0.5, -3], density: 4000 });
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 4);
    expect(positionOf(world, crate)[2]).toBeGreaterThan(-3.2);
  });

  test('two players who walk into each other stop, or pass at an arm, and never overlap', () => {
    const { world, player } = withPlayer([0, 0, 2]);
    const other = addPlayer(world, [0, 0, -2], QUARTER_TURN * 2, 2);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    world.inputs.set(other.entity, steady({ moveZ: 127, yaw: QUARTER_TURN * 2 }));
    play(world, 1);
    play(world, 80, (frame) => {
      const gap = distance(positionOf(world, player.entity), positionOf(world, other.entity));
      expect(gap).toBeGreaterThan(0.58);
      if (frame === 30) expect(gap).toBeLessThan(0.62);
    });
  });
});

describe('ground', () => {
  test.each([10, 30, 45])('stands still on a slope of %p°', (degrees) => {
    const { world, player } = standOnSlope(core, degrees);
    const before = positionOf(world, player.entity);
    playSeconds(world, 10);
    expect(distance(before, positionOf(world, player.entity))).toBeLessThan(0.02);
    expect(playerOf(world, player.entity).grounded).toBe(true);
  });

  test('slides down a slope of 60°', () => {
    const { world, player } = standOnSlope(core, 60);
    const before = positionOf(world, player.entity);
    playSeconds(world, 1);
    expect(before[1] - positionOf(world, player.entity)[1]).toBeGreaterThan(1);
  });

  test.each([15, 30])('walks up a slope of %p° at its speed along the ground', (degrees) => {
    const { world, player } = standOnSlope(core, degrees);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 0.5);
    const from = positionOf(world, player.entity);
    playSeconds(world, 2);
    const to = positionOf(world, player.entity);
    expect(to[1]).toBeGreaterThan(from[1]);
    const level = Math.hypot(to[0] - from[0], to[2] - from[2]) / 2;
    expect(level).toBeGreaterThan(WALK_MPS * Math.cos((degrees * Math.PI) / 180) ** 2 * 0.9);
    expect(level).toBeLessThan(WALK_MPS * 1.02);
  });

  test('walks over hills, its foot within 6 cm of the ground most of the time', () => {
    const world = newWorld(core, 3);
    const player = addPlayer(world, [100, 50, 100]);
    playSeconds(world, 4);
    const gaps: number[] = [];
    for (let yaw = 0; yaw < 4; yaw++) {
      world.inputs.set(player.entity, steady({ moveZ: 127, yaw: yaw * QUARTER_TURN }));
      play(world, 160, () => {
        const { foot } = playerOf(world, player.entity);
        gaps.push(foot[1] - core.terrainHeight(foot[0], foot[2]));
      });
    }
    gaps.sort((a, b) => a - b);
    // For a tick at a crease; then the step's rise takes over.
    expect(gaps[0]).toBeGreaterThan(-0.05);
    expect(gaps[Math.floor(gaps.length * 0.9)]).toBeLessThan(0.08);
    expect(playerOf(world, player.entity).foot[1]).toBeGreaterThan(-30);
  });

  test('walks up from the clearing into the hills', () => {
    const world = newWorld(core, 3);
    const player = addPlayer(world, [0, 0, 0]);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    play(world, 1);
    let highest = 0;
    play(world, 500, () => {
      highest = Math.max(highest, positionOf(world, player.entity)[1]);
    });
    const { foot } = playerOf(world, player.entity);
    expect(-foot[2]).toBeGreaterThan(120);
    expect(highest).toBeGreaterThan(2);
  });
});

describe('jumping', () => {
  test('jumps about a metre, once for each press', () => {
    const { world, player } = withPlayer();
    const floor = positionOf(world, player.entity)[1];
    world.inputs.set(player.entity, steady({ buttons: Button.JUMP }));
    let peak = 0;
    play(world, 20, () => {
      peak = Math.max(peak, positionOf(world, player.entity)[1] - floor);
    });
    expect(peak).toBeGreaterThan(0.9);
    expect(peak).toBeLessThan(1.2);
    // The button is still down: it stays on the ground.
    let later = 0;
    play(world, 30, () => {
      later = Math.max(later, positionOf(world, player.entity)[1] - floor);
    });
    expect(later).toBeLessThan(0.05);
    world.inputs.set(player.entity, steady({}));
    play(world, 1);
    world.inputs.set(player.entity, steady({ buttons: Button.JUMP }));
    play(world, 5);
    expect(positionOf(world, player.entity)[1] - floor).toBeGreaterThan(0.5);
  });

  test('does not jump in the air', () => {
    const { world, player } = withPlayer();
    const floor = positionOf(world, player.entity)[1];
    let peak = 0;
    play(world, 60, (frame) => {
      const buttons = frame % 2 === 0 ? Button.JUMP : 0;
      world.inputs.set(player.entity, steady({ buttons }));
      peak = Math.max(peak, positionOf(world, player.entity)[1] - floor);
    });
    expect(peak).toBeLessThan(1.2);
  });

  test('jumps onto a crate', () => {
    const { world, player } = withPlayer();
    addStatic(world, [1, 0.4, 1], { position: [0, 0.4, -3] });
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    play(world, 9);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.JUMP }));
    play(world, 14);
    world.inputs.set(player.entity, steady({}));
    playSeconds(world, 1);
    expect(playerOf(world, player.entity).foot[1]).toBeCloseTo(0.8, 1);
  });
});

describe('limits', () => {
  const intents = fc.record({
    moveX: fc.integer({ min: -127, max: 127 }),
    moveZ: fc.integer({ min: -127, max: 127 }),
    yaw: fc.integer({ min: 0, max: 65535 }),
    pitch: fc.integer({ min: -16384, max: 16384 }),
    buttons: fc.integer({ min: 0, max: 15 }),
  });
  const hand = fc.tuple(
    fc.integer({ min: -32767, max: 32767 }),
    fc.integer({ min: -32767, max: 32767 }),
    fc.integer({ min: -32767, max: 32767 }),
  );
  const inputs = fc.record({
    intents: fc.tuple(intents, intents, intents),
    pose: fc.option(fc.tuple(hand, hand).map(([left, right]) => pose(left, right))),
  });

  test('nobody is faster than sprinting, whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(inputs, { minLength: 60, maxLength: 60 }), (script) => {
        const { world, player } = withPlayer();
        addBody(world, { position: [1, 0.5, 0] });
        const from = positionOf(world, player.entity);
        script.forEach((input, i) => {
          world.inputs.set(player.entity, input);
          play(world, 1);
          const now = positionOf(world, player.entity);
          const level = Math.hypot(now[0] - from[0], now[2] - from[2]);
          expect(level).toBeLessThan(SPRINT_MPS * 0.05 * (i + 1) * 1.02 + 0.05);
          expect(now[1]).toBeLessThan(0.9 + 2.4);
          expect(now[1]).toBeGreaterThan(0.85);
        });
      }),
      { numRuns: 25, seed: 4 },
    );
  });

  test('who runs down hills gains no more than gravity gives', () => {
    const world = newWorld(core, 3);
    const player = addPlayer(world, [100, 50, 100]);
    playSeconds(world, 4);
    const from = positionOf(world, player.entity);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }));
    playSeconds(world, 20);
    const now = positionOf(world, player.entity);
    expect(Math.hypot(now[0] - from[0], now[2] - from[2])).toBeLessThan(SPRINT_MPS * 20 * 1.02);
  });

  test('a hand reaches 4.5 m from the shoulder and no further', () => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({}, pose([-32767, 20000, 32767], [0, 1400, -32767])));
    play(world, 3);
    const { foot, left, right } = playerOf(world, player.entity);
    const shoulder: Vec3 = [foot[0], foot[1] + 1.4, foot[2]];
    expect(distance(left, shoulder)).toBeCloseTo(4.5, 2);
    expect(distance(right, shoulder)).toBeCloseTo(4.5, 2);
  });

  test('at the rim of the region it goes no further, and still falls', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [249, core.terrainHeight(249, 0) + 6, 0]);
    world.inputs.set(player.entity, steady({ moveX: 127, buttons: Button.SPRINT }));
    playSeconds(world, 4);
    const { foot } = playerOf(world, player.entity);
    expect(foot[0]).toBeLessThanOrEqual(250);
    expect(foot[1] - core.terrainHeight(foot[0], foot[2])).toBeLessThan(0.3);
  });
});

describe('parts', () => {
  test('head and hands follow the pose, in the axes of the yaw', () => {
    const { world, player } = withPlayer();
    const input = steady({ yaw: QUARTER_TURN }, pose([-300, 1200, -400], [300, 1100, -500]));
    world.inputs.set(player.entity, input);
    play(world, 4);
    const { foot, left, right, head } = playerOf(world, player.entity);
    // Facing −x: ahead (−z of the pose) is −x, right (+x) is −z.
    expect(distance(left, [foot[0] - 0.4, foot[1] + 1.2, foot[2] + 0.3])).toBeLessThan(0.01);
    expect(distance(right, [foot[0] - 0.5, foot[1] + 1.1, foot[2] - 0.3])).toBeLessThan(0.01);
    expect(distance(head, [foot[0], foot[1] + 1.65, foot[2]])).toBeLessThan(0.01);
  });

  test('a hand arrives over the three ticks of its frame', () => {
    const { world, player } = withPlayer();
    world.inputs.set(player.entity, steady({}, pose([-300, 1200, -400], [300, 1200, -400])));
    play(world, 3);
    const input = steady({}, pose([-300, 1200, -400], [300, 1200, -700]));
    core.frameBegin(core.frame, core.stateHash());
    core.addInput(player.entity, core.encodeEntry(input));
    core.loadFrame(core.frameEnd());
    const depths = [0, 1, 2].map(() => {
      core.step();
      const { foot, right } = playerOf(world, player.entity);
      return foot[2] - right[2];
    });
    expect(depths[0]).toBeCloseTo(0.5, 2);
    expect(depths[1]).toBeCloseTo(0.6, 2);
    expect(depths[2]).toBeCloseTo(0.7, 2);
  });

  test('a hand pushes what it meets within an arm, and passes through beyond', () => {
    const push = (depth: number, from: number, to: number): number => {
      const { world, player } = withPlayer();
      const ball = addBody(world, {
        shape: 0,
        size: [0.15, 0, 0],
        density: 50,
        position: [0.25, 0.15 + 1, depth],
      });
      addStatic(world, [0.3, 0.5, 0.3], { position: [0.25, 0.5, depth] });
      world.inputs.set(
        player.entity,
        steady({}, pose([-300, 1200, 0], [from, 1150, depth * 1000])),
      );
      play(world, 6);
      const before = positionOf(world, ball);
      play(world, 10, (i) => {
        const x = from + ((to - from) * (i + 1)) / 10;
        world.inputs.set(player.entity, steady({}, pose([-300, 1200, 0], [x, 1150, depth * 1000])));
      });
      return distance(before, positionOf(world, ball));
    };
    expect(push(-0.7, 600, 100)).toBeGreaterThan(0.1);
    expect(push(-2.5, 600, 100)).toBeLessThan(0.01);
  });

  test('a spawn that names a taken id is skipped whole', () => {
    const { world, player } = withPlayer();
    const hash = core.bodyCount;
    const [entity, leftHand] = [player.entity, player.left];
    const free = core.nextEntity(0);
    world.commands.push((c) =>
      c.addSpawnPlayer({
        entity: free,
        leftHand,
        rightHand: entity,
        account: 9,
        foot: [0, 0, 0],
        yaw: 0,
      }),
    );
    play(world, 1);
    expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
    expect(core.bodyCount).toBe(hash);
    expect(core.playerOfAccount(9)).toBe(0);
  });

  test('a despawned player takes his hands along; a hand alone stays', () => {
    const { world, player } = withPlayer();
    world.commands.push((c) => c.addDespawn(player.left));
    play(world, 1);
    expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
    expect(core.hasEntity(player.left)).toBe(true);
    world.commands.push((c) => c.addDespawn(player.entity));
    play(world, 1);
    expect([core.bodyCount, core.playerCount]).toEqual([0, 0]);
  });
});
