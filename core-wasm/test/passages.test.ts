import { beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { BubbleReader } from '../host/bubble-reader.ts';
import { type Core, JointKind } from '../host/core.ts';
import { BodyKind, TICKS_PER_FRAME, WireFault } from '../host/types.ts';
import { addBody, addPlayer, addStatic, newWorld, openCore, play } from './world.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Two crates and two players far from each other, a wall, and a joint of the first crate to it. */
let near: number;
let far: number;
let wall: number;
let post: number;
let player: number;
let other: number;
const BEAM = 65_537;
const RAIL = 65_538;

beforeEach(() => {
  const world = newWorld(core);
  near = addBody(world, { position: [0, 0.5, 0] });
  far = addBody(world, { position: [60, 0.5, 0] });
  wall = addStatic(world, [1, 1, 1], { position: [3, 1, 0] });
  post = addStatic(world, [1, 1, 1], { position: [9, 1, 0] });
  player = addPlayer(world, [0, 0, 20]).entity;
  other = addPlayer(world, [60, 0, 20]).entity;
  const ends = { anchorA: [0, 0, 0], anchorB: [0, 0, 0], max: 9 } as const;
  const kind = JointKind.DISTANCE;
  world.commands.push((c) => c.addJoint({ kind, joint: BEAM, a: near, b: wall, ...ends }));
  play(world, TICKS_PER_FRAME);
  expect(core.jointCount).toBe(1);
});

type Add = (core: Core) => boolean;

/** The frame that was just stepped, for who looks around `entity` so far. */
function told(
  start: Uint8Array,
  forced: readonly number[],
  entity: number,
  radius: number,
  proof: bigint,
): Uint8Array {
  const { interest, bubbles } = core;
  interest.set({ playerRadius: radius, bodyRadius: radius, ghostRadius: 1000 });
  interest.forget(OBSERVER);
  interest.observe(OBSERVER, entity, 0);
  expect(core.openSnapshot(start)).toBe(true);
  bubbles.order(OBSERVER, null, proof);
  expect(bubbles.write(forced)).toBe(true);
  const reader = new BubbleReader(core);
  reader.begin(core.frame - 1);
  const read = reader.read(bubbles.message(OBSERVER) as Uint8Array);
  if (!read.ok) throw new Error(`refused: ${read.fault}`);
  return read.frame.bytes;
}

const OBSERVER = 0;

/** Plays a frame of these commands; what of it is left for who has the group of the first id. */
function filtered(adds: readonly Add[], ids: readonly number[]) {
  core.frameBegin(core.frame, 77n);
  for (const add of adds) expect(add(core)).toBe(true);
  for (const entity of [player, other]) core.addInput(entity, core.encodeEntry(STILL));
  const whole = core.frameEnd();
  const start = core.snapshot();
  expect(core.loadFrame(whole)).toBe(WireFault.NONE);
  const forced = [...core.openFrame()];
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  const bytes = told(start, forced, ids[0] as number, 0, 5n);
  expect(core.checkFrame(bytes)).toBe(WireFault.NONE);
  const all = told(start, forced, ids[0] as number, 1000, 77n);
  const header = core.readFrameHeader(bytes);
  expect(header?.stateHash).toBe(5n);
  const inputs = core.frameInputs(bytes).map(({ entity }) => entity);
  return { commands: header?.commandCount, inputs, forced, isAllWhole: core.sameFrame(all, whole) };
}

const IDLE = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
const STILL = { intents: [IDLE, IDLE, IDLE], pose: null } as const;
const NONE = { inputs: [], forced: [], isAllWhole: true };

describe('a frame for one client', () => {
  test('has the commands and inputs of its groups', () => {
    const adds: Add[] = [
      (c) => c.addImpulse(near, [1, 0, 0], [0, 0, 0]),
      (c) => c.addImpulse(far, [1, 0, 0], [0, 0, 0]),
      (c) => c.addCharge(player, -5),
      (c) => c.addDespawn(far),
    ];
    // Who went is near nobody: whoever had him lets him leave, and needs no command for it.
    expect(filtered(adds, [near])).toEqual({ ...NONE, commands: 1, isAllWhole: false });
  });

  test('has a player with his input and what he is charged', () => {
    const charge: Add = (c) => c.addCharge(player, -5);
    const left = filtered([charge], [player]);
    expect(left).toEqual({ ...NONE, inputs: [player], commands: 1 });
    expect(filtered([charge], [other])).toEqual({ ...NONE, inputs: [other], commands: 0 });
  });

  test('has what concerns the region, looks and statics, whoever gets it', () => {
    const adds: Add[] = [
      (c) => c.addSetRestless(true),
      (c) => c.addSetRegion({ gravity: [0, -9, 0], waterLevel: -100 }),
      (c) =>
        c.addDefineHull(3, [
          [0, 0, 0],
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ]),
      (c) => c.addDespawn(post),
    ];
    expect(filtered(adds, [near])).toEqual({ ...NONE, commands: 4 });
  });

  test('has a joint with the mover that it holds, also when it goes', () => {
    const remove: Add = (c) => c.addRemoveJoint(BEAM);
    expect(filtered([remove], [far])).toEqual({ ...NONE, commands: 0 });
    expect(core.jointCount).toBe(0);
    const ends = { a: near, b: wall, anchorA: [0, 0, 0], anchorB: [0, 0, 0], max: 9 } as const;
    const add: Add = (c) => c.addJoint({ kind: JointKind.DISTANCE, joint: RAIL, ...ends });
    const takeAway: Add = (c) => c.addRemoveJoint(RAIL);
    expect(filtered([add, takeAway], [near])).toEqual({ ...NONE, commands: 2 });
    expect(filtered([add, takeAway], [far])).toEqual({ ...NONE, commands: 0 });
  });

  test('has for everybody who becomes static or ceases to be, and forces his group', () => {
    const rest: Add = (c) => c.addSetKind(far, BodyKind.STATIC);
    const forced = [far & 0xffff];
    expect(filtered([rest, rest], [near])).toEqual({ ...NONE, forced, commands: 2 });
    const wake: Add = (c) => c.addSetKind(far, BodyKind.DYNAMIC);
    expect(filtered([wake], [near])).toEqual({ ...NONE, forced, commands: 1 });
    const lift: Add = (c) => c.addSetKind(far, BodyKind.KINEMATIC);
    expect(filtered([lift], [near])).toEqual({ ...NONE, commands: 0 });
  });

  test('takes who is spawned as a mover for his group, as a static for everybody', () => {
    const spawn = (entity: number, kind: BodyKind): Add => {
      const position = [30, 5, 30] as const;
      const still = [0, 0, 0] as const;
      return (c) =>
        c.addSpawnBody({
          entity,
          kind,
          shape: 0,
          size: [0.3, 0, 0],
          position,
          rotation: [0, 0, 0, 1],
          linearVelocity: still,
          angularVelocity: still,
          density: 100,
          friction: 0.5,
          restitution: 0,
        });
    };
    const entity = core.nextEntity(0);
    expect(filtered([spawn(entity, BodyKind.DYNAMIC)], [near]).commands).toBe(0);
    const second = core.nextEntity(0);
    expect(filtered([spawn(second, BodyKind.DYNAMIC)], [second]).commands).toBe(1);
    const third = core.nextEntity(0);
    const adds = [spawn(third, BodyKind.STATIC), ((c) => c.addDespawn(third)) satisfies Add];
    expect(filtered(adds, [near])).toEqual({ ...NONE, commands: 2 });
  });
});
