import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type Core, emptyPlayers } from '../host/core.ts';
import { BodyKind, type Intent, StepFault, TICKS_PER_FRAME, WireFault } from '../host/types.ts';
import { findNotFinite } from './floats.ts';
import { golden } from './golden.ts';
import { between, direction, integer, rotation, seeded } from './random.ts';
import { RECORDING_FRAMES, RECORDING_SEED, record, replay } from './recording.ts';
import { hex, traceRecording } from './trace.ts';
import {
  addBody,
  addPlayer,
  artifactBytes,
  intent,
  makeFrame,
  newWorld,
  openCore,
  play,
  positionOf,
  steady,
  type World,
} from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

describe('the recording', () => {
  test('gives the golden trace', async () => {
    expect(await traceRecording(core)).toEqual(golden());
  });

  test('is a busy session: everybody comes, things are held, bodies touch', () => {
    const players = emptyPlayers();
    let [most, held, contacts, joints] = [0, 0, 0, 0];
    record(core, RECORDING_SEED, RECORDING_FRAMES, () => {
      if (core.tick % 50 !== 0) return;
      core.readPlayers(players);
      most = Math.max(most, core.playerCount);
      contacts = Math.max(contacts, core.contactCount);
      joints = Math.max(joints, core.jointCount);
      held += players.held.subarray(0, players.count * 2).filter((id) => id !== 0).length;
    });
    expect(core.tick).toBe(RECORDING_FRAMES * TICKS_PER_FRAME);
    expect(most).toBe(12);
    expect(held).toBeGreaterThan(20);
    expect(contacts).toBeGreaterThan(50);
    expect(joints).toBeGreaterThan(10);
  });

  test('replayed, gives the hash of every tick, and each frame begins with its own', () => {
    const hashes: bigint[] = [];
    const frames = record(core, RECORDING_SEED, RECORDING_FRAMES, () => {
      hashes.push(core.stateHash());
    });
    let tick = 0;
    let before = -1n;
    replay(other, RECORDING_SEED, frames, () => {
      const hash = other.stateHash();
      if (hash !== hashes[tick]) throw new Error(`tick ${tick} differs`);
      tick++;
      if (tick % TICKS_PER_FRAME === 0) {
        const next = frames[tick / TICKS_PER_FRAME];
        if (next) expect(other.readFrameHeader(next)?.stateHash).toBe(hash);
        expect(hash).not.toBe(before);
        before = hash;
      }
    });
    expect(tick).toBe(hashes.length);
  });

  test('gives the same hash when the last 8 ticks are computed again at every tick', () => {
    const frames = record(other, RECORDING_SEED, RECORDING_FRAMES);
    const AGAIN = 8;
    core.reset(RECORDING_SEED);
    const ring = Array.from({ length: AGAIN + 1 }, () => core.snapshot());
    let compared = 0;
    const stepAt = (tick: number): void => {
      const bytes = frames[Math.floor(tick / TICKS_PER_FRAME)] as Uint8Array;
      if (core.loadFrame(bytes) !== WireFault.NONE) throw new Error(`tick ${tick}: frame refused`);
      core.step();
    };
    for (let tick = 0; tick < RECORDING_FRAMES * TICKS_PER_FRAME; tick++) {
      stepAt(tick);
      const hash = core.stateHash();
      ring[(tick + 1) % ring.length] = core.snapshot();
      if (tick + 1 < AGAIN) continue;
      const first = tick + 1 - AGAIN;
      core.restore(ring[first % ring.length] as Uint8Array);
      if (core.tick !== first) throw new Error(`tick ${first} was not restored`);
      for (let again = first; again <= tick; again++) stepAt(again);
      if (core.stateHash() !== hash) throw new Error(`tick ${tick + 1}: resimulation differs`);
      compared++;
    }
    expect(compared).toBe(RECORDING_FRAMES * TICKS_PER_FRAME - AGAIN + 1);
    expect(hex(core.stateHash())).toBe(golden().last);
  });

  test('goes on with the same bytes in an instance that had another world', () => {
    const frames = record(core, RECORDING_SEED, 120);
    const half = 60;
    replay(core, RECORDING_SEED, frames.slice(0, half));
    const state = core.snapshot();
    record(other, 99, 200);
    expect(other.restore(state)).toBe(WireFault.NONE);
    expect(other.snapshot()).toEqual(state);
    for (const bytes of frames.slice(half)) {
      core.stepFrame(bytes);
      other.stepFrame(bytes);
      expect(Buffer.compare(other.snapshot(), core.snapshot())).toBe(0);
    }
  });

  test('never has a number that is not finite, nor a rotation that is not one', () => {
    record(core, RECORDING_SEED, RECORDING_FRAMES, () => {
      const found = findNotFinite(core);
      if (found) throw new Error(found);
    });
  });
});

describe('state', () => {
  /** 60 bodies and 4 players on fixed ids, spawned in the order that `seed` shuffles. */
  function shuffled(seed: number): World {
    const world = newWorld(core, 3);
    const content = seeded(1);
    for (let i = 0; i < 60; i++) {
      addBody(world, {
        entity: 0x10000 | (10 + i * 3),
        shape: (i % 3) as 0 | 1 | 2,
        size: i % 3 === 0 ? [0.3, 0, 0] : i % 3 === 1 ? [0.2, 0.3, 0] : [0.3, 0.4, 0.2],
        position: [between(content, -3, 3), between(content, 1, 6), between(content, -3, 3)],
        rotation: rotation(content),
      });
    }
    for (let i = 0; i < 4; i++) {
      const entity = 0x10000 | (200 + i * 5);
      world.commands.push((c) =>
        c.addSpawnPlayer({
          entity,
          leftHand: entity + 2,
          rightHand: entity + 1,
          account: i,
          foot: [i - 2, 0, 4],
          yaw: i * 1000,
        }),
      );
    }
    const random = seeded(seed);
    for (let i = world.commands.length - 1; i > 0; i--) {
      const j = integer(random, 0, i);
      const [a, b] = [world.commands[i], world.commands[j]];
      if (a && b) [world.commands[i], world.commands[j]] = [b, a];
    }
    return world;
  }

  test('does not know the order in which its bodies were spawned', () => {
    const states = [0, 1, 2].map((seed) => {
      const world = shuffled(seed);
      play(world, 1);
      const born = core.snapshot();
      play(world, 60);
      return { born, late: core.snapshot() };
    });
    expect(states[1]).toEqual(states[0] as (typeof states)[number]);
    expect(states[2]).toEqual(states[0] as (typeof states)[number]);
  });

  test('does not know when they were spawned either, once they are all there at rest', () => {
    const content = (world: World, from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        addBody(world, {
          entity: 0x10000 | (10 + i),
          kind: BodyKind.STATIC,
          position: [i * 2, 5, 0],
        });
      }
    };
    const whole = newWorld(core);
    content(whole, 0, 20);
    play(whole, 4);
    const expected = core.stateHash();
    const parts = newWorld(core);
    for (const first of [15, 5, 0, 10]) {
      content(parts, first, first + 5);
      play(parts, 1);
    }
    expect(core.stateHash()).toBe(expected);
  });

  test('islands do not feel each other: a heap moves by the same bits with another about', () => {
    const heap = (world: World, index: number, x: number, seed: number): number[] => {
      const random = seeded(seed);
      return Array.from({ length: 20 }, (_, i) =>
        addBody(world, {
          entity: 0x10000 | (index + i * 2),
          shape: (i % 3) as 0 | 1 | 2,
          size: i % 3 === 0 ? [0.3, 0, 0] : i % 3 === 1 ? [0.2, 0.3, 0] : [0.3, 0.4, 0.2],
          position: [x + between(random, -1, 1), 1 + i * 0.5, between(random, -1, 1)],
          rotation: rotation(random),
        }),
      );
    };
    const alone = newWorld(core);
    const ids = heap(alone, 11, -12, 5);
    const expected: number[][] = [];
    for (let i = 0; i < 100; i++) {
      play(alone, 1);
      expected.push(ids.flatMap((id) => positionOf(alone, id)));
    }
    const both = newWorld(core);
    heap(both, 10, 12, 6);
    heap(both, 11, -12, 5);
    const player = addPlayer(both, [12, 0, 0]);
    both.inputs.set(player.entity, steady({ moveZ: 127 }));
    for (let i = 0; i < 100; i++) {
      play(both, 1);
      expect(ids.flatMap((id) => positionOf(both, id))).toEqual(expected[i] as number[]);
    }
  });

  test('what the host asks changes nothing', () => {
    const world = shuffled(0);
    play(world, 20);
    const before = core.stateHash();
    core.snapshot();
    core.queries.castRay([0, 9, 0], [0, -1, 0], 50);
    core.terrainHeight(3, 4);
    core.nextEntity(0);
    core.readPlayers(emptyPlayers());
    core.encodeEntry(steady({ moveX: 5 }));
    core.frameBegin(7, 1n);
    core.addDespawn(0x1000a);
    core.checkFrame(core.frameEnd());
    expect(core.stateHash()).toBe(before);
  });

  test('a frame that the host looks at between two ticks is not the one that is played', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    const frameOf = (moveX: number): Uint8Array => {
      core.frameBegin(core.frame, core.stateHash());
      core.addInput(player.entity, core.encodeEntry(steady({ moveX })));
      return core.frameEnd();
    };
    const [right, left] = [frameOf(127), frameOf(-127)];
    const start = core.snapshot();
    core.stepFrame(right);
    const expected = core.stateHash();
    core.restore(start);
    core.loadFrame(right);
    core.step();
    core.frameInputs(left);
    core.checkFrame(left);
    core.step();
    core.loadFrame(left.subarray(0, left.length - 1));
    core.step();
    expect(core.stateHash()).toBe(expected);
  });
});

describe('a corrected frame', () => {
  test('counts from the tick at which it comes; its commands do not run twice', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    const crate = addBody(world, { position: [5, 0.5, 0] });
    play(world, 10);
    const start = core.snapshot();
    const make = (speeds: readonly [number, number, number]): Uint8Array => {
      core.frameBegin(core.frame, core.stateHash());
      core.addImpulse(crate, [0, 900, 0], positionOf(world, crate));
      const intents = speeds.map((moveX) => intent({ moveX }));
      const [a, b, c] = intents as [Intent, Intent, Intent];
      core.addInput(player.entity, core.encodeEntry({ intents: [a, b, c], pose: null }));
      return core.frameEnd();
    };
    const [guess, truth, mixed] = [make([90, 90, 90]), make([10, 20, 30]), make([90, 20, 30])];
    core.stepFrame(mixed);
    const expected = core.stateHash();
    core.restore(start);
    core.loadFrame(guess);
    core.step();
    expect(core.stepFrame(truth)).toEqual({ wire: WireFault.NONE, faults: 0 });
    expect(core.stateHash()).toBe(expected);
  });
});

describe('a restored state', () => {
  test('has no frame loaded: players keep their intents until one comes', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    const start = core.snapshot();
    core.step();
    const idle = core.stateHash();
    core.restore(start);
    world.inputs.set(player.entity, steady({ moveX: 127 }));
    const frame = makeFrame(world);
    core.loadFrame(frame);
    core.step();
    expect(core.stateHash()).not.toBe(idle);
    core.restore(start);
    core.step();
    expect(core.stateHash()).toBe(idle);
  });
});

describe('torture', () => {
  test('bodies of all shapes spawned on one point come apart finite', () => {
    const world = newWorld(core);
    for (let i = 0; i < 60; i++) {
      addBody(world, {
        shape: (i % 3) as 0 | 1 | 2,
        size: i % 3 === 0 ? [0.3, 0, 0] : i % 3 === 1 ? [0.3, 0.3, 0] : [0.3, 0.3, 0.3],
        position: [0, 5, 0],
      });
    }
    addPlayer(world, [0, 4, 0]);
    addPlayer(world, [0, 4, 0], 0, 2);
    for (let i = 0; i < 200; i++) {
      play(world, 1);
      expect(findNotFinite(core)).toBeNull();
    }
    expect(world.faults & StepFault.QUARANTINED).toBe(0);
  });

  test('impulses of a million Ns on anything, every frame', () => {
    const world = newWorld(core);
    const random = seeded(8);
    const ids = Array.from({ length: 40 }, (_, i) =>
      addBody(world, {
        shape: (i % 3) as 0 | 1 | 2,
        size: i % 3 === 0 ? [0.02, 0, 0] : i % 3 === 1 ? [0.02, 0.02, 0] : [0.02, 0.02, 0.02],
        position: [(i % 7) - 3, 1 + i * 0.1, 0],
        density: 1,
      }),
    );
    const player = addPlayer(world, [0, 0, 3]);
    ids.push(player.entity);
    play(world, 1);
    for (let i = 0; i < 150; i++) {
      for (const id of ids) {
        const [x, y, z] = direction(random);
        const place = [between(random, -999, 999), between(random, -999, 999), 0] as const;
        world.commands.push((c) => c.addImpulse(id, [x * 1e6, y * 1e6, z * 1e6], place));
      }
      play(world, 1);
      expect(findNotFinite(core)).toBeNull();
    }
  });

  test('the heaviest body on the lightest, and the largest in the smallest', () => {
    const world = newWorld(core);
    for (let i = 0; i < 8; i++) {
      addBody(world, { position: [i, 0.05, 0], size: [0.02, 0.02, 0.02], density: 1 });
      addBody(world, { position: [i, 0.2, 2], shape: 0, size: [0.02, 0, 0], density: 1 });
      addBody(world, { position: [i, 0.2, -2], shape: 1, size: [0.02, 0.02, 0], density: 1 });
    }
    addBody(world, { position: [0, 60, 0], size: [50, 50, 50], density: 30000 });
    addBody(world, { position: [0, 130, 0], shape: 0, size: [60, 0, 0], density: 30000 });
    addBody(world, { position: [0, 260, 0], shape: 1, size: [60, 60, 0], density: 30000 });
    addPlayer(world, [0, 0, 0]);
    for (let i = 0; i < 100; i++) {
      play(world, 1);
      expect(findNotFinite(core)).toBeNull();
    }
  });

  test('a body that spins as fast as it may, held, thrown and hit', () => {
    const world = newWorld(core);
    const rod = addBody(world, {
      size: [2, 0.02, 0.02],
      position: [0, 1.5, -1],
      angularVelocity: [200, 200, 200],
      linearVelocity: [0, 5, 0],
    });
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 1);
    for (let i = 0; i < 200; i++) {
      const buttons = i % 40 < 30 ? 8 : 0;
      world.inputs.set(player.entity, steady({ yaw: (i * 9000) & 0xffff, buttons }));
      world.commands.push((c) => c.addImpulse(rod, [0, 50, 0], positionOf(world, rod)));
      play(world, 1);
      expect(findNotFinite(core)).toBeNull();
    }
  });

  test('the world stays valid when contacts run out, and says so', () => {
    const world = newWorld(core);
    // 900 balls in one metre: each touches each, 400,000 pairs.
    for (let i = 0; i < 900; i++) {
      addBody(world, {
        shape: 0,
        size: [0.4, 0, 0],
        position: [(i % 10) * 0.1, 1 + Math.floor(i / 100) * 0.1, (Math.floor(i / 10) % 10) * 0.1],
      });
    }
    play(world, 2);
    expect(world.faults & (StepFault.PAIRS_FULL | StepFault.CONTACTS_FULL)).not.toBe(0);
    expect(findNotFinite(core)).toBeNull();
    const state = core.snapshot();
    play(world, 2);
    const expected = core.stateHash();
    expect(other.restore(state)).toBe(WireFault.NONE);
    play({ ...world, core: other }, 2);
    expect(other.stateHash()).toBe(expected);
  });
});

describe('the artifact', () => {
  test('asks its host for nothing, and its memory does not grow', async () => {
    const module = await WebAssembly.compile(artifactBytes());
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const memory = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'memory');
    expect(memory).toHaveLength(1);
    const { exports } = await WebAssembly.instantiate(module, {});
    const { buffer } = exports.memory as WebAssembly.Memory;
    expect(buffer.byteLength).toBe(2560 * 65536);
    expect(() => (exports.memory as WebAssembly.Memory).grow(1)).toThrow();
  });
});
