import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind, Button } from '../host/types.ts';
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
  pose,
  positionOf,
  steady,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

const BOTH = Button.GRIP_LEFT | Button.GRIP_RIGHT;
/** Of the wall's face: hands 0.4 m ahead touch it. */
const FACE_M = -0.4;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

interface Climber {
  readonly world: World;
  readonly player: PlayerIds;
}

/** A wall of `height` metres before the player, a ledge on top of it. */
function atWall(height: number): Climber {
  const world = newWorld(core);
  addStatic(world, [3, height / 2, 2], { position: [0, height / 2, FACE_M - 2] });
  const player = addPlayer(world, [0, 0, 0]);
  play(world, 6);
  return { world, player };
}

/** Both hands at `up` metres over the foot, `ahead` of it, with these buttons. */
function hands({ world, player }: Climber, up: number, ahead: number, buttons: number): void {
  const at = (side: number): Vec3 => [side, Math.round(up * 1000), Math.round(-ahead * 1000)];
  world.inputs.set(player.entity, steady({ buttons }, pose(at(-250), at(250))));
}

/** Takes hold of the wall, after a moment of reaching for it. */
function takeHold(climber: Climber, up = 2): void {
  hands(climber, up, 0.4, 0);
  play(climber.world, 6);
  hands(climber, up, 0.4, BOTH);
  play(climber.world, 6);
}

/** Moves both hands from one height over the foot to another, at 1 m/s. */
function draw(climber: Climber, from: number, to: number): void {
  const frames = Math.ceil(Math.abs(to - from) * 20);
  for (let i = 1; i <= frames; i++) {
    hands(climber, from + ((to - from) * i) / frames, 0.4, BOTH);
    play(climber.world, 1);
  }
}

function footOf({ world, player }: Climber): Vec3 {
  return playerOf(world, player.entity).foot;
}

describe('who holds on to a wall', () => {
  test('pulls himself up by as much as his hands come down, and hangs still there', () => {
    const climber = atWall(6);
    takeHold(climber);
    expect(footOf(climber)[1]).toBeLessThan(0.05);
    draw(climber, 2, 1);
    playAgain(climber.world, 20);
    expect(footOf(climber)[1]).toBeCloseTo(1, 1);
    expect(playerOf(climber.world, climber.player.entity).grounded).toBe(false);
    const before = footOf(climber);
    playAgain(climber.world, 60);
    expect(distance(footOf(climber), before)).toBeLessThan(0.01);
  });

  test('rises no faster than an arm pulls', () => {
    const climber = atWall(6);
    takeHold(climber);
    hands(climber, 1.6, 0.4, BOTH);
    let fastest = 0;
    playAgain(climber.world, 10, undefined, () => {
      fastest = Math.max(fastest, velocityOf(climber.world, climber.player.entity)[1]);
    });
    expect(fastest).toBeGreaterThan(1);
    expect(fastest).toBeLessThan(4.1);
  });

  test('falls when he lets go', () => {
    const climber = atWall(6);
    takeHold(climber);
    draw(climber, 2, 1);
    expect(footOf(climber)[1]).toBeGreaterThan(0.8);
    hands(climber, 1, 0.4, 0);
    playSeconds(climber.world, 2);
    expect(footOf(climber)[1]).toBeCloseTo(0, 1);
  });

  test('climbs it hand over hand, over the ledge, and stands on top', () => {
    const climber = atWall(2.45);
    const { world, player } = climber;
    takeHold(climber, 2);
    draw(climber, 2, 1);
    // One hand after the other goes half a metre up while the other one holds.
    const [low, high] = [1000, 1500];
    for (const [left, right, buttons] of [
      [high, low, Button.GRIP_RIGHT],
      [high, low, BOTH],
      [high, high, Button.GRIP_LEFT],
      [high, high, BOTH],
    ] as const) {
      const at = pose([-250, left, -400], [250, right, -400]);
      world.inputs.set(player.entity, steady({ buttons }, at));
      play(world, 6);
    }
    expect(footOf(climber)[1]).toBeCloseTo(1, 1);
    draw(climber, 1.5, 0.35);
    play(world, 20);
    expect(footOf(climber)[1]).toBeGreaterThan(2);
    const braced = pose([-250, 350, -400], [250, 350, -400]);
    world.inputs.set(player.entity, steady({ moveZ: 127, buttons: BOTH }, braced));
    play(world, 6);
    world.inputs.set(player.entity, steady({ moveZ: 127 }, braced));
    playSeconds(world, 0.6);
    expect(footOf(climber)[1]).toBeCloseTo(2.45, 1);
    expect(playerOf(world, player.entity).grounded).toBe(true);
  });
});

describe('an arm', () => {
  /** How high a player is who pulls himself up on one hand, with a crate of `mass` in the other. */
  function pulledUp(mass: number): number {
    const climber = atWall(6);
    const { world, player } = climber;
    const size = [0.2, 0.2, 0.2] as const;
    const crate = addBody(world, { size, position: [0.25, 0.2, 0.7], density: mass / 0.064 });
    const reach = pose([-250, 2000, -400], [250, 420, 600]);
    world.inputs.set(player.entity, steady({}, reach));
    play(world, 10);
    world.inputs.set(player.entity, steady({ buttons: BOTH }, reach));
    play(world, 10);
    expect(playerOf(world, player.entity).rightHeld).toBe(crate);
    for (let i = 1; i <= 20; i++) {
      const pulled = pose([-250, 2000 - 50 * i, -400], [250, 420 + 10 * i, 600]);
      world.inputs.set(player.entity, steady({ buttons: BOTH }, pulled));
      play(world, 1);
    }
    playSeconds(world, 2);
    return footOf(climber)[1];
  }

  test('pulls its player up with 40 kg in the other hand, and not with 110 kg', () => {
    expect(pulledUp(40)).toBeGreaterThan(0.7);
    expect(pulledUp(110)).toBeLessThan(0.3);
  });
});

describe('a hold', () => {
  test('that moves carries who hangs on it', () => {
    const world = newWorld(core);
    const lift = addBody(world, {
      kind: BodyKind.KINEMATIC,
      size: [2, 0.5, 0.5],
      position: [0, 2.2, FACE_M - 0.5],
      linearVelocity: [0.2, 1, 0],
    });
    const player = addPlayer(world, [0, 0, 0]);
    const climber = { world, player };
    play(world, 1);
    hands(climber, 2, 0.4, BOTH);
    playSeconds(world, 0.5);
    expect(playerOf(world, player.entity).rightHeld).toBe(lift);
    playSeconds(world, 1);
    const before = positionOf(world, player.entity);
    const liftBefore = positionOf(world, lift);
    playAgain(world, 60);
    const after = positionOf(world, player.entity);
    const liftAfter = positionOf(world, lift);
    for (const axis of [0, 1, 2] as const) {
      expect(after[axis] - before[axis]).toBeCloseTo(liftAfter[axis] - liftBefore[axis], 2);
    }
    expect(after[1]).toBeGreaterThan(3);
  });

  test('that is despawned lets him fall', () => {
    const world = newWorld(core);
    const bar = addStatic(world, [2, 0.1, 0.1], { position: [0, 2, FACE_M] });
    const player = addPlayer(world, [0, 0, 0]);
    const climber = { world, player };
    play(world, 6);
    takeHold(climber);
    expect(playerOf(world, player.entity).rightHeld).toBe(bar);
    draw(climber, 2, 1.2);
    expect(footOf(climber)[1]).toBeGreaterThan(0.6);
    world.commands.push((c) => c.addDespawn(bar));
    playSeconds(world, 2);
    expect(playerOf(world, player.entity).rightHeld).toBe(0);
    expect(footOf(climber)[1]).toBeCloseTo(0, 1);
  });

  test('on the terrain draws him along', () => {
    const world = newWorld(core);
    // A slope of 32 degrees that rises ahead.
    const player = addPlayer(world, [-145, core.terrainHeight(-145, 129), 129]);
    const climber = { world, player };
    play(world, 6);
    const before = footOf(climber);
    const reach = (at: Vec3, buttons: number): void => {
      world.inputs.set(player.entity, steady({ buttons }, pose([-100, at[1], at[2]], at)));
      play(world, 8);
    };
    reach([100, 490, -600], 0);
    reach([100, 490, -600], BOTH);
    expect(footOf(climber)[2]).toBeCloseTo(before[2], 2);
    reach([100, 300, -300], BOTH);
    playSeconds(world, 1);
    expect(footOf(climber)[2] - before[2]).toBeCloseTo(-0.3, 1);
    expect(footOf(climber)[1] - before[1]).toBeGreaterThan(0.1);
  });
});
