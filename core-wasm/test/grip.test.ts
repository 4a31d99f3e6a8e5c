import { beforeAll, describe, expect, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind, Button } from '../host/types.ts';
import {
  addBall,
  addBody,
  addCapsule,
  addPlayer,
  addStatic,
  distance,
  makeFrame,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  playerOf,
  playSeconds,
  pose,
  positionOf,
  speedOf,
  steady,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

/** Hands wait above what lies on the table, so that they do not sweep it off on their way. */
const IDLE_LEFT: Vec3 = [-400, 1900, -700];
const IDLE_RIGHT: Vec3 = [300, 1900, -700];

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

interface Holding {
  readonly world: World;
  readonly player: PlayerIds;
}

/** A player at the origin who looks along −z, hands at rest. */
function withPlayer(): Holding {
  const world = newWorld(core);
  const player = addPlayer(world, [0, 0, 0]);
  world.inputs.set(player.entity, steady({}, pose(IDLE_LEFT, IDLE_RIGHT)));
  play(world, 10);
  return { world, player };
}

/** Where the right hand goes (mm from the foot) and whether it grips, for the frames to come. */
function reach({ world, player }: Holding, right: Vec3, grip: boolean, left = IDLE_LEFT): void {
  const buttons = grip ? Button.GRIP_RIGHT : 0;
  world.inputs.set(player.entity, steady({ buttons }, pose(left, right)));
}

/** Moves the right hand from one place to another over `frames` frames, gripping. */
function carry(held: Holding, from: Vec3, to: Vec3, frames: number): void {
  play(held.world, frames, (i) => {
    const share = (i + 1) / frames;
    const at = [0, 1, 2].map((k) =>
      Math.round((from[k] as number) + ((to[k] as number) - (from[k] as number)) * share),
    );
    reach(held, at as unknown as Vec3, true);
  });
}

/** A table before the player whose top is at 1 m. */
function addTable(world: World): void {
  addStatic(world, [1, 0.5, 0.4], { position: [0, 0.5, -0.9], friction: 0.6 });
}

const ON_TABLE: Vec3 = [300, 1250, -700];

/** The player holds a crate of 4 kg, taken from the table, in the right hand. */
function holdCrate(): Holding & { crate: number } {
  const held = withPlayer();
  addTable(held.world);
  const crate = addBody(held.world, {
    size: [0.1, 0.1, 0.1],
    density: 500,
    position: [0.3, 1.1, -0.7],
  });
  reach(held, ON_TABLE, false);
  play(held.world, 6);
  reach(held, ON_TABLE, true);
  play(held.world, 3);
  expect(playerOf(held.world, held.player.entity).rightHeld).toBe(crate);
  return { ...held, crate };
}

describe('taking', () => {
  test.each(['box', 'ball', 'capsule'] as const)(
    'a hand near a %s takes it on the press',
    (kind) => {
      const held = withPlayer();
      addTable(held.world);
      const given = { position: [0.3, 1.1, -0.7] as Vec3 };
      const add = {
        box: () => addBody(held.world, { ...given, size: [0.1, 0.1, 0.1] }),
        ball: () => addBall(held.world, 0.1, given),
        capsule: () => addCapsule(held.world, 0.1, 0.1, { ...given, position: [0.3, 1.2, -0.7] }),
      };
      const thing = add[kind]();
      reach(held, [300, kind === 'capsule' ? 1420 : 1250, -700], false);
      play(held.world, 6);
      expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
      const { buttons } = { buttons: Button.GRIP_RIGHT };
      const input = held.world.inputs.get(held.player.entity);
      held.world.inputs.set(held.player.entity, steady({ buttons }, input?.pose ?? null));
      play(held.world, 1);
      const { rightHeld, leftHeld } = playerOf(held.world, held.player.entity);
      expect([rightHeld, leftHeld]).toEqual([thing, 0]);
    },
  );

  test('a hand half a metre away takes nothing, and a grip kept down does not snatch later', () => {
    const held = withPlayer();
    addTable(held.world);
    addBody(held.world, { size: [0.1, 0.1, 0.1], position: [0.3, 1.1, -0.7] });
    reach(held, [300, 1750, -700], true);
    play(held.world, 10);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
    reach(held, ON_TABLE, true);
    play(held.world, 10);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
  });

  test('of two crates the nearer one is taken', () => {
    const held = withPlayer();
    addTable(held.world);
    const size: Vec3 = [0.1, 0.1, 0.1];
    addBody(held.world, { size, position: [0.05, 1.1, -0.7] });
    const near = addBody(held.world, { size, position: [0.3, 1.1, -0.7] });
    reach(held, ON_TABLE, false);
    play(held.world, 6);
    reach(held, ON_TABLE, true);
    play(held.world, 1);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(near);
  });

  test('static and kinematic bodies are held on to, and stay where they are', () => {
    for (const kind of [BodyKind.STATIC, BodyKind.KINEMATIC]) {
      const held = withPlayer();
      const at: Vec3 = [0.3, 1.1, -0.7];
      const post = addBody(held.world, { kind, size: [0.1, 0.1, 0.1], position: at });
      reach(held, ON_TABLE, false);
      play(held.world, 6);
      reach(held, ON_TABLE, true);
      play(held.world, 4);
      expect(playerOf(held.world, held.player.entity).rightHeld).toBe(post);
      expect(distance(positionOf(held.world, post), at)).toBeLessThan(1e-6);
    }
  });

  test('players are not taken, nor what is static and further than a touch away', () => {
    for (const kind of [BodyKind.STATIC, BodyKind.KINEMATIC]) {
      const held = withPlayer();
      addBody(held.world, { kind, size: [0.1, 0.1, 0.1], position: [0.3, 0.95, -0.7] });
      const other = addPlayer(held.world, [0.3, 0, -1.1], 0, 2);
      reach(held, ON_TABLE, false);
      play(held.world, 6);
      reach(held, ON_TABLE, true);
      play(held.world, 4);
      expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
      expect(core.hasEntity(other.entity)).toBe(true);
    }
  });
});

describe('holding', () => {
  test('the crate follows the hand, and hangs still when the hand does', () => {
    const held = holdCrate();
    const lifted: Vec3 = [300, 1600, -500];
    carry(held, ON_TABLE, lifted, 20);
    playSeconds(held.world, 1);
    const { right } = playerOf(held.world, held.player.entity);
    expect(right[1]).toBeCloseTo(1.6, 1);
    const offset = distance(positionOf(held.world, held.crate), [0.3, 1.45, -0.5]);
    expect(offset).toBeLessThan(0.03);
    expect(speedOf(held.world, held.crate)).toBeLessThan(0.05);
  });

  test('it turns with the hand and with the player', () => {
    const held = holdCrate();
    carry(held, ON_TABLE, [300, 1600, -500], 10);
    const p = pose(IDLE_LEFT, [300, 1600, -500]);
    const quarter = 16384;
    const buttons = Button.GRIP_RIGHT;
    play(held.world, 20, (i) => {
      const yaw = Math.round((quarter * (i + 1)) / 20);
      held.world.inputs.set(held.player.entity, steady({ yaw, buttons }, p));
    });
    playSeconds(held.world, 1);
    const [x, , z] = positionOf(held.world, held.crate);
    expect(Math.hypot(x + 0.5, z + 0.3)).toBeLessThan(0.05);
  });

  test('it goes along with a walking player', () => {
    const held = holdCrate();
    carry(held, ON_TABLE, [300, 1600, -300], 10);
    const buttons = Button.GRIP_RIGHT;
    held.world.inputs.set(
      held.player.entity,
      steady({ moveZ: -127, buttons }, pose(IDLE_LEFT, [300, 1600, -300])),
    );
    playSeconds(held.world, 3);
    const foot = playerOf(held.world, held.player.entity).foot;
    expect(foot[2]).toBeGreaterThan(9);
    expect(distance(positionOf(held.world, held.crate), [0.3, 1.45, foot[2] - 0.3])).toBeLessThan(
      0.15,
    );
  });

  test('it does not go through a wall, and comes back to the hand behind it', () => {
    const held = holdCrate();
    addStatic(held.world, [0.1, 2, 2], { position: [0.9, 2.5, -1] });
    carry(held, ON_TABLE, [300, 1700, -700], 10);
    carry(held, [300, 1700, -700], [1500, 1700, -700], 20);
    expect(positionOf(held.world, held.crate)[0]).toBeLessThan(0.72);
    carry(held, [1500, 1700, -700], [300, 1700, -700], 20);
    playSeconds(held.world, 1);
    expect(positionOf(held.world, held.crate)[0]).toBeCloseTo(0.3, 1);
  });

  test('a load that is left behind slips out of the hand', () => {
    const held = holdCrate();
    addStatic(held.world, [0.1, 3, 3], { position: [0.9, 2.5, -1] });
    carry(held, ON_TABLE, [300, 1700, -700], 10);
    carry(held, [300, 1700, -700], [3800, 1700, -700], 30);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
    expect(positionOf(held.world, held.crate)[0]).toBeLessThan(0.72);
  });

  test('two hands hold one crate between them', () => {
    const held = withPlayer();
    addTable(held.world);
    const crate = addBody(held.world, {
      size: [0.3, 0.15, 0.15],
      density: 500,
      position: [0, 1.15, -0.7],
    });
    const [left, right]: [Vec3, Vec3] = [
      [-380, 1150, -700],
      [380, 1150, -700],
    ];
    const both = Button.GRIP_LEFT | Button.GRIP_RIGHT;
    held.world.inputs.set(held.player.entity, steady({}, pose(left, right)));
    play(held.world, 8);
    held.world.inputs.set(held.player.entity, steady({ buttons: both }, pose(left, right)));
    play(held.world, 2);
    const holds = playerOf(held.world, held.player.entity);
    expect([holds.leftHeld, holds.rightHeld]).toEqual([crate, crate]);
    play(held.world, 10, (i) => {
      const up = 1150 + (i + 1) * 40;
      const p = pose([-380, up, -700], [380, up, -700]);
      held.world.inputs.set(held.player.entity, steady({ buttons: both }, p));
    });
    playSeconds(held.world, 1);
    expect(positionOf(held.world, crate)[1]).toBeCloseTo(1.55, 1);
    expect(speedOf(held.world, crate)).toBeLessThan(0.05);
    // One hand lets go: the other keeps it up.
    const one = steady({ buttons: Button.GRIP_LEFT }, pose([-380, 1550, -700], [380, 1550, -700]));
    held.world.inputs.set(held.player.entity, one);
    playSeconds(held.world, 1);
    expect(positionOf(held.world, crate)[1]).toBeCloseTo(1.55, 1);
  });

  test('two hands hold two crates', () => {
    const held = withPlayer();
    addTable(held.world);
    const size: Vec3 = [0.1, 0.1, 0.1];
    const one = addBody(held.world, { size, position: [-0.4, 1.1, -0.7] });
    const two = addBody(held.world, { size, position: [0.4, 1.1, -0.7] });
    const hands = (up: number) => pose([-400, up, -700], [400, up, -700]);
    const both = Button.GRIP_LEFT | Button.GRIP_RIGHT;
    held.world.inputs.set(held.player.entity, steady({}, hands(1250)));
    play(held.world, 6);
    held.world.inputs.set(held.player.entity, steady({ buttons: both }, hands(1250)));
    play(held.world, 3);
    held.world.inputs.set(held.player.entity, steady({ buttons: both }, hands(1500)));
    playSeconds(held.world, 1);
    expect(positionOf(held.world, one)[1]).toBeCloseTo(1.35, 1);
    expect(positionOf(held.world, two)[1]).toBeCloseTo(1.35, 1);
  });

  test('two players may hold one crate; it hangs between their hands', () => {
    const held = holdCrate();
    const other = addPlayer(held.world, [0, 0, -1.9], 32768, 2);
    play(held.world, 1);
    const input = (buttons: number) =>
      steady({ yaw: 32768, buttons }, pose(IDLE_LEFT, [-300, 1250, -1200]));
    held.world.inputs.set(other.entity, input(0));
    play(held.world, 6);
    held.world.inputs.set(other.entity, input(Button.GRIP_RIGHT));
    play(held.world, 3);
    expect(playerOf(held.world, other.entity).rightHeld).toBe(held.crate);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(held.crate);
    playSeconds(held.world, 1);
    expect(speedOf(held.world, held.crate)).toBeLessThan(0.05);
  });
});

describe('strength', () => {
  /** Grips a crate of `mass` kg on the ground, raises the hand by half a metre, and waits. */
  function lift(mass: number, frames = 20, waitSeconds = 1): number {
    const held = withPlayer();
    const crate = addBody(held.world, {
      size: [0.3, 0.3, 0.3],
      density: mass / 0.216,
      position: [0.3, 0.3, -0.9],
    });
    const low: Vec3 = [300, 720, -800];
    reach(held, low, false);
    play(held.world, 8);
    reach(held, low, true);
    play(held.world, 3);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(crate);
    carry(held, low, [300, 1220, -800], frames);
    playSeconds(held.world, waitSeconds);
    return positionOf(held.world, crate)[1] - 0.3;
  }

  test('lifts 20 kg and 80 kg as far as the hand goes', () => {
    expect(lift(20)).toBeCloseTo(0.5, 1);
    expect(lift(80)).toBeCloseTo(0.5, 1);
  });

  /** Relaxing the spring took back its speed: the crate rose at 0.15 m/s, whatever it weighed. */
  test('a crate keeps up with a hand that rises at 1.25 m/s', () => {
    expect(lift(26, 8, 0.2)).toBeGreaterThan(0.42);
  });

  test('does not lift 130 kg or 500 kg', () => {
    expect(lift(130)).toBeLessThan(0.05);
    expect(lift(500)).toBeLessThan(0.02);
  });

  test('hands held out while sprinting do not shove four tons along', () => {
    const held = withPlayer();
    const crate = addBody(held.world, { position: [0, 1, -4], size: [1, 1, 1], density: 500 });
    const out = pose([-300, 1200, -700], [300, 1200, -700]);
    held.world.inputs.set(held.player.entity, steady({ moveZ: 127, buttons: Button.SPRINT }, out));
    playSeconds(held.world, 3);
    expect(positionOf(held.world, crate)[2]).toBeGreaterThan(-4.1);
  });
});

describe('letting go', () => {
  test('a crate that is let go at rest falls straight down', () => {
    const held = holdCrate();
    carry(held, ON_TABLE, [600, 1600, 100], 20);
    playSeconds(held.world, 1);
    const before = positionOf(held.world, held.crate);
    reach(held, [600, 1600, 100], false);
    playSeconds(held.world, 0.3);
    const after = positionOf(held.world, held.crate);
    expect(Math.hypot(after[0] - before[0], after[2] - before[2])).toBeLessThan(0.05);
    expect(before[1] - after[1]).toBeGreaterThan(0.2);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
  });

  test.each([
    [0, 0, -6],
    [0, 4, -6],
    [5, 1, 0],
  ])('a swing at (%p, %p, %p) m/s throws it with that velocity', (x, y, z) => {
    const held = holdCrate();
    const start: Vec3 = [300, 1500, -300];
    carry(held, ON_TABLE, start, 20);
    playSeconds(held.world, 0.5);
    const FRAMES = 5;
    const end = [x, y, z].map((v, k) => (start[k] as number) + v * 50 * FRAMES) as unknown as Vec3;
    carry(held, start, end, FRAMES);
    reach(held, end, false);
    core.loadFrame(makeFrame(held.world));
    core.step();
    const thrown = velocityOf(held.world, held.crate);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
    expect(distance(thrown, [x, y, z])).toBeLessThan(0.15 * Math.hypot(x, y, z) + 0.3);
  });

  test('despawning the crate empties the hand', () => {
    const held = holdCrate();
    held.world.commands.push((c) => c.addDespawn(held.crate));
    play(held.world, 1);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
    playSeconds(held.world, 1);
    expect(held.world.faults).toBe(0);
  });

  test('despawning it and spawning another under the same index does not hand that over', () => {
    const held = holdCrate();
    held.world.commands.push((c) => c.addDespawn(held.crate));
    const reborn = (((held.crate >>> 16) + 1) << 16) | (held.crate & 0xffff);
    addBody(held.world, { entity: reborn, size: [0.1, 0.1, 0.1], position: [5, 0.1, 5] });
    play(held.world, 2);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
    expect(core.hasEntity(reborn)).toBe(true);
  });

  test('making it static empties the hand and leaves it where it was', () => {
    const held = holdCrate();
    carry(held, ON_TABLE, [300, 1600, -500], 20);
    held.world.commands.push((c) => c.addSetKind(held.crate, BodyKind.STATIC));
    play(held.world, 1);
    const at = positionOf(held.world, held.crate);
    playSeconds(held.world, 1);
    expect(positionOf(held.world, held.crate)).toEqual(at);
    expect(playerOf(held.world, held.player.entity).rightHeld).toBe(0);
  });

  test('a player who leaves drops what he held', () => {
    const held = holdCrate();
    carry(held, ON_TABLE, [600, 1600, 100], 20);
    held.world.commands.push((c) => c.addDespawn(held.player.entity));
    held.world.inputs.clear();
    playSeconds(held.world, 2);
    expect(core.playerCount).toBe(0);
    expect(positionOf(held.world, held.crate)[1]).toBeLessThan(0.15);
    expect(held.world.faults).toBe(0);
  });
});
