import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind } from '../host/types.ts';
import {
  addBall,
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  playerOf,
  playSeconds,
  positionOf,
  steady,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Three crates on each other, the lowest first. */
function addStack(world: World, x: number): number[] {
  return [0, 1, 2].map((i) => addBody(world, { position: [x, 0.5 + i, 0] }));
}

function asleep(entities: readonly number[]): boolean[] {
  return entities.map((entity) => core.isAsleep(entity));
}

const ALL = [true, true, true];
const NONE = [false, false, false];

function sleepingStack(): { world: World; stack: number[] } {
  const world = newWorld(core);
  const stack = addStack(world, 0);
  playSeconds(world, 4);
  expect(asleep(stack)).toEqual(ALL);
  return { world, stack };
}

describe('an island', () => {
  test('sleeps as one when nobody in it moves, and then stands still to the bit', () => {
    const { world, stack } = sleepingStack();
    const before = stack.map((entity) => positionOf(world, entity));
    playSeconds(world, 3);
    expect(stack.map((entity) => positionOf(world, entity))).toEqual(before);
    expect(core.contactCount).toBeGreaterThan(0);
  });

  test('wakes as one in the tick in which something comes near, and sleeps again', () => {
    const { world, stack } = sleepingStack();
    addBall(world, 0.2, { position: [0, 3.6, 0], linearVelocity: [0, -3, 0] });
    play(world, 3);
    expect(asleep(stack)).toEqual(NONE);
    playSeconds(world, 20);
    expect(asleep(stack)).toEqual(ALL);
  });

  test('wakes by an impulse, and does not hang when its support goes', () => {
    const { world, stack } = sleepingStack();
    world.commands.push((c) => c.addDespawn(stack[0] as number));
    play(world, 1);
    expect(asleep(stack.slice(1))).toEqual([false, false]);
    playSeconds(world, 2);
    expect(positionOf(world, stack[2] as number)[1]).toBeLessThan(1.7);
    playSeconds(world, 3);
    expect(core.isAsleep(stack[2] as number)).toBe(true);
    world.commands.push((c) => c.addImpulse(stack[2] as number, [900, 0, 0], [0, 1.5, 0]));
    play(world, 1);
    expect(core.isAsleep(stack[2] as number)).toBe(false);
  });

  test('wakes when what it stood on is static no more, or something static is put into it', () => {
    const world = newWorld(core);
    const floor = addStatic(world, [2, 0.5, 2], { position: [0, 4, 0] });
    const crate = addBody(world, { position: [0, 5, 0] });
    playSeconds(world, 4);
    expect(core.isAsleep(crate)).toBe(true);
    addStatic(world, [0.2, 0.2, 0.2], { position: [0.6, 5, 0] });
    play(world, 1);
    expect(core.isAsleep(crate)).toBe(false);
    playSeconds(world, 8);
    expect(core.isAsleep(crate)).toBe(true);
    world.commands.push((c) => c.addSetKind(floor, BodyKind.DYNAMIC));
    playSeconds(world, 2);
    expect(positionOf(world, crate)[1]).toBeLessThan(3);
  });

  test('does not know what goes on elsewhere', () => {
    const alone = newWorld(core);
    const stack = addStack(alone, 0);
    const ball = addBall(alone, 0.3, { position: [0.2, 6, 0.1] });
    const tracks: number[][] = [];
    play(alone, 1);
    play(alone, 200, () => {
      tracks.push([...stack, ball].flatMap((e) => positionOf(alone, e)));
    });
    const beside = newWorld(core);
    addStack(beside, 0);
    addBall(beside, 0.3, { position: [0.2, 6, 0.1] });
    for (let i = 0; i < 50; i++) addBall(beside, 0.3, { position: [12 + (i % 5), 1 + i, i % 3] });
    play(beside, 1);
    play(beside, 200, (frame) => {
      const track = [...stack, ball].flatMap((e) => positionOf(beside, e));
      expect(track).toEqual(tracks[frame] as number[]);
    });
  });

  test('wakes when a player steps onto it, and sleeps on beside one who only stands', () => {
    const world = newWorld(core);
    const block = addBody(world, { size: [2, 0.15, 2], position: [0, 0.15, -4], density: 700 });
    const player = addPlayer(world, [0, 0, 0]);
    playSeconds(world, 4);
    expect(core.isAsleep(block)).toBe(true);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 1);
    expect(core.isAsleep(block)).toBe(false);
    expect(playerOf(world, player.entity).foot[1]).toBeCloseTo(0.3, 1);
  });

  test('does not sleep on a lift that moves', () => {
    const world = newWorld(core);
    const lift = addBody(world, {
      kind: BodyKind.KINEMATIC,
      size: [2, 0.1, 2],
      position: [0, 5, 0],
      linearVelocity: [0, 0.01, 0],
    });
    const crate = addBody(world, { position: [0, 5.6, 0] });
    playSeconds(world, 6);
    expect(asleep([lift, crate])).toEqual([false, false]);
    expect(positionOf(world, crate)[1] - positionOf(world, lift)[1]).toBeCloseTo(0.6, 2);
  });

  test('of a restless region never sleeps', () => {
    const { world, stack } = sleepingStack();
    world.commands.push((c) => c.addSetRestless(true));
    playSeconds(world, 4);
    expect(asleep(stack)).toEqual(NONE);
  });
});
