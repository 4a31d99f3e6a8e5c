import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind, StepFault, WireFault } from '../host/types.ts';
import { findNotFinite } from './floats.ts';
import {
  addBall,
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  positionOf,
  type World,
} from './world.ts';

const MOVER_CAPACITY = 16384;
const STATIC_CAPACITY = 16384;
const PLAYER_CAPACITY = 4096;
/** So many spawns fit into one frame. */
const BATCH = 1500;

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

/** Spawns `count` things that `add` describes, a batch a frame. */
function fill(world: World, count: number, add: (index: number) => void): void {
  for (let i = 0; i < count; i++) {
    add(i);
    if (i % BATCH === BATCH - 1) play(world, 1);
  }
  play(world, 1);
}

/** A fault is a fault: the state is still a state that can be saved, restored and gone on from. */
function expectValid(world: World): void {
  expect(findNotFinite(core)).toBeNull();
  const state = core.snapshot();
  play(world, 1);
  const hash = core.stateHash();
  expect(other.restore(state)).toBe(WireFault.NONE);
  play({ ...world, core: other }, 1);
  expect(other.stateHash()).toBe(hash);
}

describe('a full region', () => {
  test('takes 16,384 movers and says so at the next one', () => {
    const world = newWorld(core);
    fill(world, MOVER_CAPACITY, (i) => {
      addBody(world, {
        kind: i % 8 === 0 ? BodyKind.DYNAMIC : BodyKind.KINEMATIC,
        size: [0.3, 0.3, 0.3],
        position: [(i % 128) * 3 - 192, 100, Math.floor(i / 128) * 3 - 192],
      });
    });
    expect(world.faults).toBe(0);
    expect(core.bodyCount).toBe(MOVER_CAPACITY);
    addBody(world, {});
    addPlayer(world, [0, 0, 0]);
    play(world, 1);
    expect(world.faults).toBe(StepFault.BODIES_FULL);
    expect([core.bodyCount, core.playerCount]).toEqual([MOVER_CAPACITY, 0]);
    expectValid(world);
  });

  test('takes 16,384 static pieces beside them and says so at the next one', () => {
    const world = newWorld(core);
    fill(world, STATIC_CAPACITY, (i) => {
      addBody(world, {
        kind: BodyKind.STATIC,
        size: [0.3, 0.3, 0.3],
        position: [(i % 128) * 3 - 192, 100, Math.floor(i / 128) * 3 - 192],
      });
    });
    const ball = addBall(world, 0.3, { position: [-192, 101, -192] });
    play(world, 20);
    expect(world.faults).toBe(0);
    expect(core.bodyCount).toBe(STATIC_CAPACITY + 1);
    expect(positionOf(world, ball)[1]).toBeCloseTo(100.6, 1);
    addStatic(world, [1, 1, 1], {});
    play(world, 1);
    expect(world.faults).toBe(StepFault.STATICS_FULL);
    expect(core.bodyCount).toBe(STATIC_CAPACITY + 1);
    expectValid(world);
  });

  test('takes 4,096 players and says so at the next one', () => {
    const world = newWorld(core);
    fill(world, PLAYER_CAPACITY, (i) => {
      addPlayer(world, [(i % 32) * 1.2 - 19, 0, Math.floor(i / 32) * 1.2 - 19], 0, i);
    });
    expect(world.faults).toBe(0);
    expect([core.playerCount, core.bodyCount]).toEqual([PLAYER_CAPACITY, PLAYER_CAPACITY * 3]);
    addPlayer(world, [0, 50, 0], 0, 9999);
    play(world, 1);
    expect(world.faults).toBe(StepFault.PLAYERS_FULL);
    expect(core.playerOfAccount(9999)).toBe(0);
    expectValid(world);
  });

  test('gives no id when every index is taken, and again when one is free', () => {
    const world = newWorld(core);
    expect(core.nextEntity(32767)).toBe(0);
    expect(core.nextEntity(0xffff)).toBe(0);
    const last = addBody(world, { entity: (1 << 16) | 32767, position: [0, 5, 0] });
    play(world, 1);
    expect(core.hasEntity(last)).toBe(true);
    expect(core.nextEntity(32766)).toBe(0);
    world.commands.push((c) => c.addDespawn(last));
    play(world, 1);
    expect(core.nextEntity(32766)).toBe((2 << 16) | 32767);
  });

  test('of a taken or impossible id a spawn is skipped with a fault', () => {
    const world = newWorld(core);
    const taken = addBody(world, {});
    play(world, 1);
    for (const entity of [taken, taken + 0x10000, 0, 0x10000, 32768, 0xffff]) {
      world.faults = 0;
      addBody(world, { entity, position: [9, 9, 9] });
      play(world, 1);
      expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
      expect(core.bodyCount).toBe(1);
    }
  });

  test('commands for what is not there are skipped with a fault', () => {
    const world = newWorld(core);
    const fixed = addBody(world, { kind: BodyKind.STATIC });
    play(world, 1);
    const before = core.snapshot();
    const chores: Array<(core: Core) => boolean> = [
      (c) => c.addDespawn(77),
      (c) => c.addImpulse(77, [1, 0, 0], [0, 0, 0]),
      (c) => c.addImpulse(fixed, [1, 0, 0], [0, 0, 0]),
      (c) => c.addSetKind(77, BodyKind.STATIC),
    ];
    for (const chore of chores) {
      core.restore(before);
      world.faults = 0;
      world.commands.push(chore);
      play(world, 1);
      expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
    }
  });
});

describe('a spawn out of range makes the frame refused', () => {
  test.each([
    ['a NaN in its place', { position: [Number.NaN, 1, 0] }],
    ['a place outside the region', { position: [251, 1, 0] }],
    ['a place under the floor', { position: [0, -201, 0] }],
    ['no size', { size: [0, 0.5, 0.5] }],
    ['a size of a hundred metres', { size: [100, 1, 1] }],
    ['a rotation that is none', { rotation: [0, 0, 0, 0] }],
    ['an infinite speed', { linearVelocity: [Infinity, 0, 0] }],
    ['a density of zero', { density: 0 }],
    ['a negative friction', { friction: -1 }],
    ['a restitution above one', { restitution: 1.1 }],
    ['a ball with three sizes', { shape: 0, size: [1, 1, 1] }],
    ['a shape that does not exist', { shape: 5 }],
    ['a kind that does not exist', { kind: 3 }],
  ] as const)('%s', (_, given) => {
    const world = newWorld(core);
    const hash = core.stateHash();
    core.frameBegin(0, hash);
    const spawn = { entity: core.nextEntity(0), ...given } as Parameters<typeof addBody>[1];
    addBody(world, spawn);
    for (const add of world.commands) add(core);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    expect(core.stateHash()).toBe(hash);
  });
});
