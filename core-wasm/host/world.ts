import type { Codec } from './codec.ts';
import type { Core } from './core.ts';
import type { PlayerInput, SpawnBody } from './types.ts';
import { BodyKind, ShapeKind, TICK_RATE_HZ, TICKS_PER_FRAME, WireFault } from './types.ts';

/** A body as `World.spawn` takes it: what is left out is a wooden crate of 1 m at rest. */
export type BodyGiven = Partial<Omit<SpawnBody, 'entity'>>;

const CRATE: Omit<SpawnBody, 'entity'> = {
  kind: BodyKind.DYNAMIC,
  shape: ShapeKind.BOX,
  size: [0.5, 0.5, 0.5],
  position: [0, 0, 0],
  rotation: [0, 0, 0, 1],
  linearVelocity: [0, 0, 0],
  angularVelocity: [0, 0, 0],
  density: 500,
  friction: 0.6,
  restitution: 0,
};

/**
 * A core for a program that has no server to make its frames. What it asks for waits until the
 * next frame begins and goes in as commands, in the order in which it was asked for. So the law
 * stays: state and frame alone make the next state, and who keeps the frames can play them again.
 */
export class World {
  readonly core: Core;
  /** What each player does until it is changed. */
  readonly inputs = new Map<number, PlayerInput>();
  private waiting: Array<(codec: Codec) => boolean> = [];
  private reserved = 0;

  constructor(core: Core) {
    this.core = core;
  }

  /** A free entity id for a command of the next frame, given once; 0 when there is none. */
  reserve(): number {
    this.reserved = this.core.nextEntity(this.reserved);
    return this.reserved;
  }

  /**
   * Has one command wait for the next frame, as in `world.add((frame) => frame.addDespawn(id))`.
   * Throws a RangeError that names the `WireFault` when a value is out of its range.
   */
  add(command: (codec: Codec) => boolean): void {
    this.core.frameBegin(this.core.frame, 0n);
    command(this.core);
    const fault = this.core.checkFrame(this.core.frameEnd());
    if (fault !== WireFault.NONE) throw new RangeError(`refused: ${nameOf(fault)}`);
    this.waiting.push(command);
  }

  /** Has a body wait for the next frame; its id. Throws like `add`. */
  spawn(body: BodyGiven): number {
    const entity = this.reserve();
    this.add((codec) => codec.addSpawnBody({ ...CRATE, ...body, entity }));
    return entity;
  }

  /** Turns what waits, and the players' inputs, into the bytes of the coming frame. */
  nextFrame(): Uint8Array {
    const { core } = this;
    core.frameBegin(core.frame, core.stateHash());
    const taken = this.waiting.findIndex((command) => !command(core));
    this.waiting = taken < 0 ? [] : this.waiting.slice(taken);
    if (this.waiting.length === 0) this.reserved = 0;
    for (const entity of [...this.inputs.keys()].sort((a, b) => (a & 0xffff) - (b & 0xffff))) {
      core.addInput(entity, core.encodeEntry(this.inputs.get(entity) as PlayerInput));
    }
    return core.frameEnd();
  }

  /** One tick; the first of a frame takes in what waited. Bits of `StepFault`. */
  step(): number {
    if (this.core.tick % TICKS_PER_FRAME === 0) {
      const fault = this.core.loadFrame(this.nextFrame());
      if (fault !== WireFault.NONE) throw new RangeError(`refused: ${nameOf(fault)}`);
    }
    return this.core.step();
  }

  /** As many ticks as fit into `seconds`; the faults of all. */
  play(seconds: number): number {
    let faults = 0;
    for (let ticks = Math.round(seconds * TICK_RATE_HZ); ticks > 0; ticks--) faults |= this.step();
    return faults;
  }
}

function nameOf(fault: WireFault): string {
  const found = Object.entries(WireFault).find(([, value]) => value === fault);
  return found?.[0] ?? String(fault);
}
