import type { Abi } from './abi.ts';
import { CommandKind } from './command-kind.ts';
import { type Point, putCompound, putHull } from './define.ts';
import { type AddJoint, putJoint } from './joints.ts';
import type { CoreModule } from './load-core.ts';
import { type Memory, openMemory, takeFrame } from './memory.ts';
import type { BodyKind, CompoundChild, Region, SpawnBody, SpawnPlayer } from './types.ts';
import { ShapeKind, WireFault } from './types.ts';

const LAYER_DEFAULT = 1;
const LAYERS_ALL = 0xffff;

type Vector = readonly [number, number, number];
/** Builds frames: what the world is told, commands first, then what each player does. */
export class FrameWriter {
  readonly module: CoreModule;
  protected abi: Abi;
  protected memory: Memory;

  constructor(module: CoreModule, abi: Abi) {
    this.module = module;
    this.abi = abi;
    this.memory = openMemory(abi);
  }

  /** Opens a frame; commands come before inputs, `frameEnd` closes it. */
  frameBegin(frame: number, stateHash: bigint): void {
    this.abi.frameBegin(frame, stateHash);
  }

  /** Each `add…` of a command returns false when the frame is full: keep it for the next one. */
  addSpawnBody(c: SpawnBody): boolean {
    const { u32, field } = this.memory;
    u32[field] = c.entity;
    u32[field + 1] = c.kind;
    u32[field + 2] = c.shape & 0xff;
    if ((c.shape & 0xff) > ShapeKind.BOX) u32[field + 3] = c.definition ?? 0;
    else this.putFloats(3, c.size);
    this.putFloats(6, c.position);
    this.putFloats(9, c.rotation);
    this.putFloats(13, c.linearVelocity);
    this.putFloats(16, c.angularVelocity);
    this.putFloats(19, [c.density, c.friction, c.restitution]);
    this.putFloats(22, [c.linearDamping ?? 0.02, c.angularDamping ?? 0.1, c.gravityScale ?? 1]);
    u32[field + 25] = c.layer ?? LAYER_DEFAULT;
    u32[field + 26] = c.mask ?? LAYERS_ALL;
    u32[field + 27] = c.sensor ? 1 : 0;
    return this.addCommand(CommandKind.SPAWN_BODY);
  }

  /**
   * Defines the convex hull of 4 … 32 points (within 64 m; at least 4 cm thick) as `id` (1 …
   * 65535). Definitions never change or leave: the same again does nothing, other points under the
   * same id are skipped with COMMAND_SKIPPED. Flat or wild points make the frame OUT_OF_RANGE.
   */
  addDefineHull(id: number, vertices: readonly Point[]): boolean {
    putHull(this.memory, id, vertices);
    return this.addCommand(CommandKind.DEFINE_HULL);
  }

  /** Defines 1 … 8 shapes that move as one. Their hulls must be defined before. */
  addDefineCompound(id: number, children: readonly CompoundChild[]): boolean {
    putCompound(this.memory, id, children);
    return this.addCommand(CommandKind.DEFINE_COMPOUND);
  }

  addSpawnPlayer(c: SpawnPlayer): boolean {
    const { u32, field } = this.memory;
    u32[field] = c.entity;
    u32[field + 1] = c.leftHand;
    u32[field + 2] = c.rightHand;
    u32[field + 3] = c.account;
    this.putFloats(4, c.foot);
    u32[field + 7] = c.yaw;
    return this.addCommand(CommandKind.SPAWN_PLAYER);
  }

  addDespawn(entity: number): boolean {
    this.memory.u32[this.memory.field] = entity;
    return this.addCommand(CommandKind.DESPAWN);
  }

  /** `impulse` in N·s, at a world point in metres. */
  addImpulse(entity: number, impulse: Vector, place: Vector): boolean {
    this.memory.u32[this.memory.field] = entity;
    this.putFloats(1, impulse);
    this.putFloats(4, place);
    return this.addCommand(CommandKind.IMPULSE);
  }

  addSetKind(entity: number, kind: BodyKind): boolean {
    this.memory.u32[this.memory.field] = entity;
    this.memory.u32[this.memory.field + 1] = kind;
    return this.addCommand(CommandKind.SET_KIND);
  }

  /** With true nothing sleeps any more, however long it rests. */
  addSetRestless(restless: boolean): boolean {
    this.memory.u32[this.memory.field] = restless ? 1 : 0;
    return this.addCommand(CommandKind.SET_RESTLESS);
  }

  /** Changes gravity and water for everything in the region, from the frame's first tick on. */
  addSetRegion(region: Region): boolean {
    this.putFloats(0, region.gravity);
    this.putFloats(3, [region.waterLevel]);
    return this.addCommand(CommandKind.SET_REGION);
  }

  /** Gives a player's jetpack `energy`, −480,000…480,000 J, as far as it has room, or takes it. */
  addCharge(entity: number, energy: number): boolean {
    this.memory.u32[this.memory.field] = entity;
    this.putFloats(1, [energy]);
    return this.addCommand(CommandKind.CHARGE);
  }

  /** The step skips it when an end does not exist or is a hand, or the id is taken. */
  addJoint(joint: AddJoint): boolean {
    putJoint(this.memory, joint);
    return this.addCommand(CommandKind.ADD_JOINT);
  }

  addRemoveJoint(joint: number): boolean {
    this.memory.u32[this.memory.field] = joint;
    return this.addCommand(CommandKind.REMOVE_JOINT);
  }

  private addCommand(kind: number): boolean {
    return this.abi.frameCommand(kind) === 1;
  }

  private putFloats(word: number, values: readonly number[]): void {
    this.memory.f32.set(values, this.memory.field + word);
  }

  /** Adds a player's entry as it came; it is checked again. */
  addInput(entity: number, entry: Uint8Array): WireFault {
    if (entry.length > this.memory.inboxBytes) return WireFault.TOO_LONG;
    this.memory.bytes.set(entry, this.memory.inbox);
    return this.abi.frameInput(entity, entry.length) as WireFault;
  }

  /** The finished frame as an own copy. */
  frameEnd(): Uint8Array {
    return takeFrame(this.memory, this.abi.frameFinish());
  }
}
