import { expect } from 'bun:test';
import { Core, type CoreModule, emptyBodies } from '../../core-wasm/host/core.ts';
import {
  BodyKind,
  type Intent,
  type Pose,
  ShapeKind,
  WireFault,
} from '../../core-wasm/host/types.ts';

/** A sequencer in its plainest form, for tests of the client: real core, real frames. */
export class TestAuthority {
  /** Proof of the whole world at the first tick of each frame. */
  readonly hashes: bigint[] = [];
  readonly frames: Uint8Array[] = [];
  /** Inputs that came after their frame was sealed. */
  late = 0;
  readonly #inputs = new Map<string, Uint8Array>();
  readonly #lastIntents = new Map<number, Intent>();
  #commands: Array<(core: Core) => void> = [];

  private constructor(
    readonly core: Core,
    readonly players: readonly number[],
  ) {}

  /** A world with `playerCount` players and some crates between them, at a frame's first tick. */
  static async create(
    module: CoreModule,
    playerCount: number,
    bodyCount: number,
  ): Promise<TestAuthority> {
    const core = await Core.create(module);
    core.reset(7);
    core.frameBegin(0, core.stateHash());
    const players: number[] = [];
    let free = 0;
    const reserve = () => {
      free = core.nextEntity(free);
      return free;
    };
    for (let i = 0; i < playerCount; i++) {
      const [entity, leftHand, rightHand] = [reserve(), reserve(), reserve()];
      players.push(entity);
      const foot: [number, number, number] = [i * 1.2, core.terrainHeight(i * 1.2, 0), 0];
      core.addSpawnPlayer({ entity, leftHand, rightHand, account: 100 + i, foot, yaw: 0 });
    }
    for (let i = 0; i < bodyCount; i++) {
      const box = i % 2 === 0;
      const x = (i % 4) - 1;
      const z = -1.5 - Math.floor(i / 4);
      core.addSpawnBody({
        entity: reserve(),
        kind: BodyKind.DYNAMIC,
        shape: box ? ShapeKind.BOX : ShapeKind.SPHERE,
        size: box ? [0.3, 0.3, 0.3] : [0.3, 0, 0],
        position: [x, core.terrainHeight(x, z) + 0.5, z],
        rotation: [0, 0, 0, 1],
        linearVelocity: [0, 0, 0],
        angularVelocity: [0, 0, 0],
        density: 200,
        friction: 0.5,
        restitution: 0.1,
      });
    }
    expect(core.stepFrame(core.frameEnd())).toEqual({ wire: WireFault.NONE, faults: 0 });
    expect(core.playerCount).toBe(playerCount);
    return new TestAuthority(core, players);
  }

  /** Keeps an input for its frame; one that came too late counts for nothing. */
  receive(entity: number, frame: number, entry: Uint8Array): void {
    if (frame < this.core.frame) this.late++;
    else this.#inputs.set(`${entity}/${frame}`, entry);
  }

  /** Adds a command to the next frame. */
  command(add: (core: Core) => void): void {
    this.#commands.push(add);
  }

  /** Seals the frame that is due and steps it. */
  seal(): Uint8Array {
    const { core } = this;
    const hash = core.proof();
    this.hashes[core.frame] = hash;
    core.frameBegin(core.frame, hash);
    for (const add of this.#commands) add(core);
    this.#commands = [];
    for (const entity of this.players) {
      const entry = this.#entryOf(entity);
      if (entry !== null) core.addInput(entity, entry);
    }
    const bytes = core.frameEnd();
    this.frames[core.frame] = bytes;
    expect(core.stepFrame(bytes)).toEqual({ wire: WireFault.NONE, faults: 0 });
    return bytes;
  }

  /** The player's own entry, or his last intent for two ticks and then none, which then stays. */
  #entryOf(entity: number): Uint8Array | null {
    const { core } = this;
    const entry = this.#inputs.get(`${entity}/${core.frame}`);
    if (entry !== undefined) {
      const intents = core.decodeEntry(entry)?.intents;
      this.#lastIntents.set(entity, intents?.[2] ?? IDLE);
      return entry;
    }
    const last = this.#lastIntents.get(entity);
    if (last === undefined) return null;
    this.#lastIntents.delete(entity);
    const idle = { ...IDLE, yaw: last.yaw, pitch: last.pitch };
    return core.encodeEntry({ intents: [last, last, idle], pose: null });
  }
}

export const IDLE: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };

/** Numbers in [0, 1) from a seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Somebody who fidgets: runs, turns, jumps, grips. */
export function randomIntent(random: () => number): Intent {
  return {
    moveX: Math.floor(random() * 255) - 127,
    moveZ: Math.floor(random() * 255) - 127,
    yaw: Math.floor(random() * 65536),
    pitch: Math.floor(random() * 8192) - 4096,
    buttons: Math.floor(random() * 16),
  };
}

export function randomPose(random: () => number): Pose {
  const part = (height: number) => ({
    position: [random() * 400 - 200, height + random() * 100, -random() * 400] as const,
    rotation: [0, 0, 0, 1] as const,
  });
  return { head: part(1600), left: part(1100), right: part(1100) };
}

/** Changes one bit (0…22, the mantissa) in x of the `nth` body (modulo their number). */
export function flipBit(core: Core, nth: number, bit: number): void {
  const bodies = emptyBodies();
  core.readBodies(bodies);
  const row = nth % bodies.count;
  const place = new Uint8Array(bodies.positions.buffer, row * 12, 12);
  const state = core.snapshot();
  const at = Buffer.from(state.buffer, state.byteOffset, state.length).indexOf(place);
  expect(at).toBeGreaterThan(0);
  state[at + (bit >> 3)] = (state[at + (bit >> 3)] as number) ^ (1 << (bit & 7));
  expect(core.restore(state)).toBe(WireFault.NONE);
}
