import { beforeAll, expect, test } from 'bun:test';
import { type Core, JointKind } from '../host/core.ts';
import { concerns, readCommands, walkCommands } from '../host/frame-commands.ts';
import { BodyKind, ShapeKind } from '../host/types.ts';
import { addBody, addPlayer, makeFrame, newWorld, openCore, steady, UPRIGHT } from './world.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const TETRAHEDRON = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** A frame with every command that there is, and an input behind them. */
function frameOfAll() {
  const world = newWorld(core);
  const box = addBody(world, { position: [1, 2, 3] });
  const player = addPlayer(world, [4, 0, 5], 9, 77);
  const pieces = [
    { shape: ShapeKind.HULL, definition: 7, offset: [0, 0, 0], rotation: UPRIGHT },
    { shape: ShapeKind.BOX, size: [1, 1, 1], offset: [0, 2, 0], rotation: UPRIGHT },
  ] as const;
  const hull = { shape: ShapeKind.HULL, definition: 7, kind: BodyKind.STATIC };
  world.commands.unshift((it) => it.addDefineHull(7, TETRAHEDRON));
  world.commands.push((it) => it.addDefineCompound(8, pieces));
  const shaped = addBody(world, { ...hull, position: [9, 9, 9] });
  world.commands.push(
    (it) => it.addImpulse(box, [1, 0, 0], [1, 2, 3]),
    (it) => it.addSetKind(box, BodyKind.KINEMATIC),
    (it) => it.addSetRestless(true),
    (it) => it.addSetRegion({ gravity: [0, -5, 0], waterLevel: 3 }),
    (it) => it.addCharge(player.entity, 50),
    (it) =>
      it.addJoint({
        ...{ joint: 65_537, kind: JointKind.BALL, a: box, b: shaped },
        ...{ anchorA: [0, 0, 0], anchorB: [0, 0, 0] },
      }),
    (it) => it.addRemoveJoint(65_537),
    (it) => it.addDespawn(box),
  );
  world.inputs.set(player.entity, steady({ moveZ: 3 }));
  return { frame: makeFrame(world), box, shaped, player };
}

test('every command of a frame is read, and the inputs begin right behind them', () => {
  const { frame, box, shaped, player } = frameOfAll();
  const { commands, inputsAt } = walkCommands(frame);
  expect(commands).toEqual([
    { name: 'other', kind: 24 },
    { name: 'spawn-body', entity: box, kind: 0, shape: 2, position: [1, 2, 3] },
    {
      ...{ name: 'spawn-player', entity: player.entity, account: 77, foot: [4, 0, 5] },
      ...{ leftHand: player.left, rightHand: player.right },
    },
    { name: 'other', kind: 25 },
    { name: 'spawn-body', entity: shaped, kind: 2, shape: 3, position: [9, 9, 9] },
    { name: 'impulse', entity: box, impulse: [1, 0, 0] },
    { name: 'set-kind', entity: box, kind: 1 },
    { name: 'other', kind: 16 },
    { name: 'other', kind: 17 },
    { name: 'charge', entity: player.entity, energy: 50 },
    { name: 'add-joint', joint: 65_537, bodyA: box, bodyB: shaped },
    { name: 'remove-joint', joint: 65_537 },
    { name: 'despawn', entity: box },
  ]);
  const [input] = core.frameInputs(frame);
  expect(input?.entry.byteOffset).toBe(frame.byteOffset + inputsAt + 4);
});

test('a command concerns those whom it names', () => {
  const { frame, box, shaped, player } = frameOfAll();
  const about = (entity: number) => readCommands(frame).filter((each) => concerns(each, entity));
  const names = ['spawn-body', 'impulse', 'set-kind', 'add-joint', 'despawn'] as const;
  expect(about(box).map(({ name }) => name)).toEqual([...names]);
  expect(about(shaped).map(({ name }) => name)).toEqual(['spawn-body', 'add-joint']);
  expect(about(player.left).map(({ name }) => name)).toEqual(['spawn-player']);
});

test('bytes that are no frame are refused', () => {
  const { frame } = frameOfAll();
  const wild = new Uint8Array(frame);
  wild[16] = 99;
  expect(() => readCommands(wild)).toThrow('99');
  expect(() => readCommands(frame.slice(0, 40))).toThrow(RangeError);
});
