import { CommandKind } from './command-kind.ts';
import { ShapeKind } from './types.ts';

type Vector = readonly [x: number, y: number, z: number];

/** A command out of a frame, as far as a person who looks back asks for it. */
export type FrameCommand =
  | {
      readonly name: 'spawn-body';
      readonly entity: number;
      /** `BodyKind` and `ShapeKind`. */
      readonly kind: number;
      readonly shape: number;
      readonly position: Vector;
    }
  | {
      readonly name: 'spawn-player';
      readonly entity: number;
      readonly leftHand: number;
      readonly rightHand: number;
      readonly account: number;
      readonly foot: Vector;
    }
  | { readonly name: 'despawn'; readonly entity: number }
  | { readonly name: 'impulse'; readonly entity: number; readonly impulse: Vector }
  | { readonly name: 'set-kind'; readonly entity: number; readonly kind: number }
  | { readonly name: 'charge'; readonly entity: number; readonly energy: number }
  | {
      readonly name: 'add-joint';
      readonly joint: number;
      readonly bodyA: number;
      readonly bodyB: number;
    }
  | { readonly name: 'remove-joint'; readonly joint: number }
  /** Restlessness, gravity and water, definitions: about no entity. */
  | { readonly name: 'other'; readonly kind: number };

const COMMAND_COUNT_AT = 12;
const COMMANDS_AT = 16;
const FLOAT_BYTES = 4;
const VECTOR_BYTES = 3 * FLOAT_BYTES;
/** Rotation, both velocities, six numbers of the material, layer, mask and sensor. */
const SPAWN_TAIL_BYTES = 16 * FLOAT_BYTES + 5;
/** Two anchors, two frames, seven numbers. */
const JOINT_TAIL_BYTES = 21 * FLOAT_BYTES;

/** Walks the bytes of a frame; `assembly/wire/command.ts` has the form of each command. */
class Cursor {
  at = COMMANDS_AT;
  private readonly view: DataView;

  constructor(frame: Uint8Array) {
    this.view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  f32(): number {
    this.at += FLOAT_BYTES;
    return this.view.getFloat32(this.at - FLOAT_BYTES, true);
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  vector(): Vector {
    return [this.f32(), this.f32(), this.f32()];
  }
}

/**
 * The commands of a frame that the core has taken, in their order. Throws a RangeError on bytes
 * that no core would take.
 */
export function readCommands(frame: Uint8Array): FrameCommand[] {
  const { commands } = walkCommands(frame);
  return commands;
}

/** Also says where the inputs begin. */
export function walkCommands(frame: Uint8Array): {
  readonly commands: FrameCommand[];
  readonly inputsAt: number;
} {
  const count = new DataView(frame.buffer, frame.byteOffset).getUint16(COMMAND_COUNT_AT, true);
  const cursor = new Cursor(frame);
  const commands = Array.from({ length: count }, () => readCommand(cursor));
  return { commands, inputsAt: cursor.at };
}

function readCommand(cursor: Cursor): FrameCommand {
  const kind = cursor.u8();
  switch (kind) {
    case CommandKind.SPAWN_BODY:
      return readSpawnBody(cursor);
    case CommandKind.SPAWN_PLAYER:
      return readSpawnPlayer(cursor);
    case CommandKind.DESPAWN:
      return { name: 'despawn', entity: cursor.u32() };
    case CommandKind.IMPULSE: {
      const entity = cursor.u32();
      const impulse = cursor.vector();
      cursor.skip(VECTOR_BYTES);
      return { name: 'impulse', entity, impulse };
    }
    case CommandKind.SET_KIND:
      return { name: 'set-kind', entity: cursor.u32(), kind: cursor.u8() };
    case CommandKind.CHARGE:
      return { name: 'charge', entity: cursor.u32(), energy: cursor.f32() };
    case CommandKind.ADD_JOINT: {
      const joint = cursor.u32();
      cursor.skip(2);
      const ends = { bodyA: cursor.u32(), bodyB: cursor.u32() };
      cursor.skip(JOINT_TAIL_BYTES);
      return { name: 'add-joint', joint, ...ends };
    }
    case CommandKind.REMOVE_JOINT:
      return { name: 'remove-joint', joint: cursor.u32() };
    default:
      skipOther(cursor, kind);
      return { name: 'other', kind };
  }
}

function readSpawnBody(cursor: Cursor): FrameCommand {
  const entity = cursor.u32();
  const kind = cursor.u8();
  const shape = cursor.u8();
  cursor.skip(shape > ShapeKind.BOX ? 2 : VECTOR_BYTES);
  const position = cursor.vector();
  cursor.skip(SPAWN_TAIL_BYTES);
  return { name: 'spawn-body', entity, kind, shape, position };
}

function readSpawnPlayer(cursor: Cursor): FrameCommand {
  const ids = { entity: cursor.u32(), leftHand: cursor.u32(), rightHand: cursor.u32() };
  const account = cursor.u32();
  const foot = cursor.vector();
  cursor.skip(2);
  return { name: 'spawn-player', ...ids, account, foot };
}

function skipOther(cursor: Cursor, kind: number): void {
  if (kind === CommandKind.SET_RESTLESS) cursor.skip(4);
  else if (kind === CommandKind.SET_REGION) cursor.skip(4 * FLOAT_BYTES);
  else if (kind === CommandKind.DEFINE_HULL) {
    cursor.skip(2);
    cursor.skip(cursor.u8() * VECTOR_BYTES);
  } else if (kind === CommandKind.DEFINE_COMPOUND) {
    cursor.skip(2);
    for (let children = cursor.u8(); children > 0; children--) {
      cursor.skip(cursor.u8() === ShapeKind.HULL ? 2 : VECTOR_BYTES);
      cursor.skip(7 * FLOAT_BYTES);
    }
  } else throw new RangeError(`no command has the number ${kind}`);
}

/** Whether a command is about this entity. */
export function concerns(command: FrameCommand, entity: number): boolean {
  if (command.name === 'add-joint') return command.bodyA === entity || command.bodyB === entity;
  if (command.name === 'spawn-player') {
    return [command.entity, command.leftHand, command.rightHand].includes(entity);
  }
  return 'entity' in command && command.entity === entity;
}
