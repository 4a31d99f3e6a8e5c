import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Core, type CoreModule, compileCore, emptyMovers } from '../../core-wasm/host/core.ts';
import {
  BodyKind,
  BodyRole,
  type Intent,
  ShapeKind,
  TICKS_PER_FRAME,
  WireFault,
} from '../../core-wasm/host/types.ts';
import type { DisputeReport, PredictionFault } from './dispute.ts';
import type { Effect } from './effects.ts';
import { HORIZON_TICKS, INPUT_FRAMES_AHEAD_MAX } from './history.ts';
import { Predictor } from './predictor.ts';
import {
  flipBit,
  IDLE,
  randomIntent,
  randomPose,
  seededRandom,
  TestAuthority,
} from './test-authority.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(await Bun.file('build/core.wasm').bytes());
});

/** One player's client behind delays that vary, in order, counted in ticks. */
class TestClient {
  readonly faults: PredictionFault[] = [];
  readonly predictor: Predictor;
  readonly #down: Array<{ atTick: number; bytes: Uint8Array }> = [];
  readonly #up: Array<{ atTick: number; frame: number; entry: Uint8Array }> = [];
  #downTick = 0;
  #upTick = 0;

  private constructor(
    readonly core: Core,
    readonly authority: TestAuthority,
    readonly random: () => number,
    readonly delays: { readonly least: number; readonly spread: number },
  ) {
    this.predictor = new Predictor(core, (fault) => this.faults.push(fault));
  }

  static async join(
    authority: TestAuthority,
    player: number,
    seed: number,
    delays: { readonly least: number; readonly spread: number },
  ): Promise<TestClient> {
    const core = await Core.create(module);
    const client = new TestClient(core, authority, seededRandom(seed), delays);
    client.predictor.entity = authority.players[player] as number;
    const state = authority.core.snapshot();
    expect(client.predictor.start(authority.core.frame, state)).toBe(WireFault.NONE);
    return client;
  }

  /** The server sent a frame at `tick`. */
  post(bytes: Uint8Array, tick: number): void {
    this.#downTick = Math.max(this.#downTick, tick + this.#delay());
    this.#down.push({ atTick: this.#downTick, bytes });
  }

  deliver(tick: number): void {
    for (; (this.#down[0]?.atTick ?? tick + 1) <= tick; this.#down.shift()) {
      expect(this.predictor.receive(this.#down[0]?.bytes as Uint8Array)).toBe(true);
    }
    for (; (this.#up[0]?.atTick ?? tick + 1) <= tick; this.#up.shift()) {
      const { frame, entry } = this.#up[0] as { frame: number; entry: Uint8Array };
      this.authority.receive(this.predictor.entity, frame, entry);
    }
  }

  /** Predicts up to `tick`, as far as allowed. */
  predictTo(tick: number, intent: () => Intent): void {
    this.predictor.settle();
    while (this.core.tick < tick && this.predictor.canPredict) {
      const pose = this.predictor.atFrameStart ? randomPose(this.random) : null;
      const input = this.predictor.tick(intent(), pose);
      if (input === null) continue;
      this.#upTick = Math.max(this.#upTick, this.authority.core.tick + this.#delay());
      this.#up.push({ atTick: this.#upTick, ...input });
    }
  }

  fidget = (): Intent => (this.random() < 0.6 ? this.#last : this.#change());

  #last: Intent = IDLE;

  #change(): Intent {
    this.#last = randomIntent(this.random);
    return this.#last;
  }

  #delay(): number {
    return this.delays.least + Math.floor(this.random() * (this.delays.spread + 1));
  }
}

interface Scene {
  readonly seed: number;
  readonly clients: number;
  readonly bodies: number;
  readonly lead: number;
  readonly least: number;
  readonly spread: number;
  readonly frames: number;
}

const scenes = fc.record<Scene>({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  clients: fc.integer({ min: 1, max: 3 }),
  bodies: fc.integer({ min: 0, max: 8 }),
  // Ticks that the client runs ahead: too few, so that inputs come late, up to plenty.
  lead: fc.integer({ min: 1, max: 30 }),
  least: fc.integer({ min: 0, max: 9 }),
  spread: fc.integer({ min: 0, max: 12 }),
  frames: fc.integer({ min: 5, max: 50 }),
});

async function play(scene: Scene): Promise<{ authority: TestAuthority; clients: TestClient[] }> {
  const authority = await TestAuthority.create(module, scene.clients + 1, scene.bodies);
  const random = seededRandom(scene.seed);
  const clients = await Promise.all(
    Array.from({ length: scene.clients }, (_, i) =>
      TestClient.join(authority, i, scene.seed + i, scene),
    ),
  );
  const first = authority.core.tick;
  for (let tick = first; tick < first + scene.frames * TICKS_PER_FRAME; tick++) {
    for (const client of clients) client.deliver(tick);
    if (tick % TICKS_PER_FRAME === 0) {
      if (random() < 0.2) {
        const pushed = authority.players[0] as number;
        authority.command((core) => core.addImpulse(pushed, [60, 40, 0], [0, 0, 0]));
      }
      const bytes = authority.seal();
      for (const client of clients) client.post(bytes, tick);
    }
    for (const client of clients) client.predictTo(tick + scene.lead, client.fidget);
  }
  for (const client of clients) client.deliver(Number.MAX_SAFE_INTEGER);
  for (const client of clients) client.predictor.settle();
  return { authority, clients };
}

describe('prediction', () => {
  test('agrees with the server at every frame, whatever came late or in bursts', async () => {
    let rollbacks = 0;
    let late = 0;
    let frames = 0;
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { authority, clients } = await play(scene);
        for (const { predictor, faults } of clients) {
          expect(faults).toEqual([]);
          for (let frame = 1; frame < authority.hashes.length; frame++) {
            expect(predictor.confirmed.at(frame)).toBe(authority.hashes[frame] as bigint);
          }
          rollbacks += predictor.rollbacks;
          frames += authority.hashes.length - 1;
        }
        late += authority.late;
      }),
      { numRuns: 40 },
    );
    // The law is empty unless the scenes contain what it is about.
    expect(rollbacks).toBeGreaterThan(40);
    expect(late).toBeGreaterThan(50);
    expect(rollbacks).toBeLessThan(frames);
  });

  test('after a rollback the world is as if the truth had been known all along', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.integer({ min: 1, max: 6 }), async (scene, late) => {
        const authority = await TestAuthority.create(module, 2, scene.bodies);
        const [own, other] = authority.players as [number, number];
        const random = seededRandom(scene.seed);
        const wrong = await Core.create(module);
        const right = await Core.create(module);
        const state = authority.core.snapshot();
        const guessing = new Predictor(wrong, () => {});
        const knowing = new Predictor(right, () => {});
        for (const predictor of [guessing, knowing]) {
          predictor.entity = own;
          predictor.start(authority.core.frame, state);
        }
        // Both make the same inputs; one learns each frame at once, the other all in the end.
        const ticks = late * TICKS_PER_FRAME + Math.floor(random() * TICKS_PER_FRAME);
        const frames: Uint8Array[] = [];
        for (let k = 0; k < late; k++) {
          const intents = [randomIntent(random), IDLE, randomIntent(random)] as const;
          const entry = authority.core.encodeEntry({ intents, pose: null });
          authority.receive(other, authority.core.frame, entry);
          frames.push(authority.seal());
        }
        const script = Array.from({ length: ticks }, () => randomIntent(random));
        for (const intent of script) guessing.tick(intent, null);
        for (const frame of frames) expect(knowing.receive(frame)).toBe(true);
        for (const frame of frames) expect(guessing.receive(frame)).toBe(true);
        knowing.settle();
        for (const intent of script.slice(late * TICKS_PER_FRAME)) knowing.tick(intent, null);
        expect(guessing.settle()).toBe(true);
        expect(guessing.rollbacks).toBe(1);
        expect(wrong.tick).toBe(right.tick);
        expect(wrong.stateHash()).toBe(right.stateHash());
        expect(wrong.snapshot()).toEqual(right.snapshot());
      }),
      { numRuns: 30 },
    );
  });

  test('costs nothing while the guesses are right', async () => {
    const authority = await TestAuthority.create(module, 1, 4);
    const client = await TestClient.join(authority, 0, 3, { least: 2, spread: 0 });
    const first = authority.core.tick;
    // Running ahead by more than the delay, so that every input is in time.
    client.predictTo(first + 9, client.fidget);
    for (let tick = first; tick < first + 60; tick++) {
      client.deliver(tick);
      if (tick % TICKS_PER_FRAME === 0 && tick > first + 6) client.post(authority.seal(), tick);
      client.predictTo(tick + 9, client.fidget);
    }
    expect(authority.late).toBe(0);
    expect(client.predictor.confirmed.newestFrame).toBeGreaterThan(10);
    expect(client.predictor.rollbacks).toBe(0);
  });

  test('names the frame of a single wrong bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: 22 }),
        async (hitFrame, nth, bit) => {
          const authority = await TestAuthority.create(module, 1, 6);
          const core = await Core.create(module);
          const faults: PredictionFault[] = [];
          const predictor = new Predictor(core, (fault) => faults.push(fault));
          predictor.entity = authority.players[0] as number;
          const first = authority.core.frame;
          predictor.start(first, authority.core.snapshot());
          for (let k = 0; k < 12; k++) {
            if (k === hitFrame) flipBit(core, nth, bit);
            const hit = core.proof();
            for (let i = 0; i < TICKS_PER_FRAME; i++) {
              const input = predictor.tick(IDLE, null);
              if (input !== null) authority.receive(predictor.entity, input.frame, input.entry);
            }
            const bytes = authority.seal();
            predictor.receive(bytes);
            predictor.settle();
            if (k !== hitFrame) continue;
            const frame = first + hitFrame;
            const expected = authority.hashes[frame] as bigint;
            const hashes = expect.any(Uint32Array);
            expect(faults).toEqual([{ kind: 'differs', frame, expected, got: hit, hashes }]);
            expect(predictor.desyncs).toBe(1);
            expect(predictor.resumePoint()).toBeNull();
            return;
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of a remembered state that is none any more is told, not played on', async () => {
    const authority = await TestAuthority.create(module, 2, 6);
    const client = await TestClient.join(authority, 0, 11, { least: 0, spread: 0 });
    const remember = client.core.snapshot.bind(client.core);
    client.core.snapshot = (into) => {
      const state = remember(into);
      state[0] = (state[0] as number) ^ 1;
      return state;
    };
    for (let k = 0; k < 4; k++) {
      client.predictTo(authority.core.tick + 6, client.fidget);
      client.post(authority.seal(), 0);
      client.deliver(0);
    }
    client.predictor.settle();
    expect(client.faults.map(({ kind }) => kind)).toEqual(['differs', 'unsound']);
    expect(client.predictor.desyncs).toBe(1);
  });

  test('goes on after a guess that traps, in another instance, and loses no input', async () => {
    const authority = await TestAuthority.create(module, 2, 6);
    const client = await TestClient.join(authority, 0, 11, { least: 0, spread: 0 });
    const { core, predictor } = client;
    const step = core.step.bind(core);
    for (let k = 0; k < 12; k++) {
      if (k === 5) {
        core.step = () => {
          core.step = step;
          throw new WebAssembly.RuntimeError('unreachable');
        };
      }
      client.predictTo(authority.core.tick + 6, client.fidget);
      client.post(authority.seal(), 0);
      client.deliver(0);
      predictor.settle();
    }
    expect([predictor.traps, predictor.desyncs, client.faults.length]).toEqual([1, 0, 0]);
    expect(predictor.confirmed.newestHash).toBe(authority.hashes.at(-1) as bigint);
  });

  test('that traps for good waits for a state, and has the trap in its report', async () => {
    const authority = await TestAuthority.create(module, 2, 6);
    const core = await Core.create(module);
    const faults: string[] = [];
    const reports: DisputeReport[] = [];
    const predictor = new Predictor(
      core,
      ({ kind }) => faults.push(kind),
      (report) => reports.push(report),
    );
    predictor.entity = authority.players[0] as number;
    predictor.start(authority.core.frame, authority.core.snapshot());
    const step = core.step.bind(core);
    core.step = () => {
      core.step = step;
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const trapped = authority.core.frame;
    predictor.receive(authority.seal());
    expect(predictor.settle()).toBe(false);
    expect([faults, predictor.canPredict, predictor.resumePoint()]).toEqual([
      ['trapped'],
      false,
      null,
    ]);
    predictor.receive(authority.seal());
    const { frame } = authority.core;
    expect(predictor.resync(frame, authority.core.snapshot())).toBe(WireFault.NONE);
    expect(reports.map(({ head }) => [head.frame, head.fault])).toEqual([[trapped, 'trapped']]);
    expect(reports[0]?.frames.at(-1)?.frame).toBe(trapped);
    predictor.receive(authority.seal());
    predictor.settle();
    expect(core.proof()).toBe(authority.core.proof());
    expect(faults).toHaveLength(1);
  });

  test('that needs a state plays on until it comes, beyond the horizon', async () => {
    const authority = await TestAuthority.create(module, 2, 6);
    const client = await TestClient.join(authority, 0, 11, { least: 0, spread: 0 });
    const { core, predictor } = client;
    client.predictTo(core.tick + 6, client.fidget);
    const none = new Uint32Array(0);
    predictor.receive(authority.seal(), { leaves: none, enter: Uint8Array.of(1, 2, 3) });
    const refused = predictor.nextFrame * TICKS_PER_FRAME;
    client.predictTo(refused + 500, client.fidget);
    expect(client.faults.map(({ kind }) => kind)).toEqual(['refused']);
    expect(core.tick).toBe(refused + INPUT_FRAMES_AHEAD_MAX * TICKS_PER_FRAME);
    while (authority.core.tick < core.tick - 6) authority.seal();
    const { frame } = authority.core;
    expect(predictor.resync(frame, authority.core.snapshot())).toBe(WireFault.NONE);
    expect(core.tick).toBe(refused + INPUT_FRAMES_AHEAD_MAX * TICKS_PER_FRAME);
    expect(predictor.deepestRollbackTicks).toBeLessThanOrEqual(HORIZON_TICKS);
  });

  test('is repaired by a snapshot', async () => {
    const authority = await TestAuthority.create(module, 1, 6);
    const client = await TestClient.join(authority, 0, 11, { least: 0, spread: 0 });
    flipBit(client.core, 2, 0);
    client.predictTo(authority.core.tick + 3, client.fidget);
    client.post(authority.seal(), 0);
    client.deliver(0);
    client.predictor.settle();
    expect(client.faults).toHaveLength(1);
    client.predictor.start(authority.core.frame, authority.core.snapshot());
    for (let k = 0; k < 10; k++) {
      client.predictTo(authority.core.tick + 4, client.fidget);
      client.post(authority.seal(), 0);
      client.deliver(0);
    }
    client.predictor.settle();
    expect(client.faults).toHaveLength(1);
    expect(client.predictor.confirmed.newestHash).toBe(authority.hashes.at(-1) as bigint);
  });

  test('lets bodies leave and enter at a frame of the past, whatever was guessed', async () => {
    const authority = await TestAuthority.create(module, 2, 8);
    const { core } = authority;
    const client = await TestClient.join(authority, 0, 21, { least: 0, spread: 0 });
    const bodies = emptyMovers();
    client.core.readMovers(bodies);
    const crates = [...bodies.ids.subarray(0, bodies.count)].filter(
      (_, row) => bodies.roles[row] === BodyRole.LOOSE,
    );
    client.predictTo(core.tick + 12, client.fidget);
    for (const frame of [0, 1, 2, 3]) {
      // Out with all crates and in again: nothing touches them meanwhile but the ground.
      core.openOwnSnapshot(core.snapshot());
      const enter = core.shrinkPart(crates) as Uint8Array;
      const bytes = authority.seal();
      const leaves = Uint32Array.from(crates);
      const change = { leaves, enter: frame === 3 ? enter.subarray(0, 0) : enter };
      expect(client.predictor.receive(bytes, change)).toBe(true);
      const { rollbacks } = client.predictor;
      client.predictor.settle();
      expect(client.predictor.rollbacks).toBe(rollbacks + 1);
    }
    expect(client.faults).toEqual([]);
    expect(client.predictor.confirmedFrame).toBe(core.frame - 1);
    for (const crate of crates) expect(client.core.hasEntity(crate)).toBe(false);
    const state = client.predictor.confirmedState()?.state as Uint8Array;
    const people = [...bodies.ids.subarray(0, bodies.count)].filter((id) => !crates.includes(id));
    expect(core.exportPart(state, people)).toEqual(core.exportPart(core.snapshot(), people));
  });

  test('tells of a change that does not fit, and plays on', async () => {
    const NOBODY = new Uint8Array(0);
    for (const change of [
      { leaves: Uint32Array.of(77_777), enter: NOBODY },
      { leaves: Uint32Array.of(), enter: new Uint8Array(90).fill(5) },
    ]) {
      const authority = await TestAuthority.create(module, 2, 2);
      const client = await TestClient.join(authority, 0, 5, { least: 0, spread: 0 });
      client.predictTo(authority.core.tick + 9, client.fidget);
      const { frame } = authority.core;
      expect(client.predictor.receive(authority.seal(), change)).toBe(true);
      client.predictor.settle();
      expect(client.faults).toMatchObject([{ kind: 'refused', frame }]);
      client.predictTo(authority.core.tick + 12, client.fidget);
      expect(client.predictor.resync(authority.core.frame, authority.core.snapshot())).toBe(0);
      client.post(authority.seal(), 0);
      client.deliver(0);
      client.predictor.settle();
      expect(client.faults).toHaveLength(1);
      expect(client.predictor.confirmedFrame).toBe(authority.core.frame - 1);
    }
  });

  test('waits when it is as far ahead as it can take back', async () => {
    const authority = await TestAuthority.create(module, 2, 2);
    const client = await TestClient.join(authority, 0, 5, { least: 0, spread: 0 });
    const first = client.core.tick;
    client.predictTo(first + 500, client.fidget);
    expect(client.core.tick).toBe(first + HORIZON_TICKS);
    for (let k = 0; k < 3; k++) client.post(authority.seal(), 0);
    client.deliver(0);
    client.predictor.settle();
    client.predictTo(first + 500, client.fidget);
    expect(client.core.tick).toBe(first + HORIZON_TICKS + 3 * TICKS_PER_FRAME);
    expect(client.faults).toEqual([]);
  });

  test('keeps own inputs that are on their way when the server sends a state instead', async () => {
    const authority = await TestAuthority.create(module, 1, 4);
    const entity = authority.players[0] as number;
    const core = await Core.create(module);
    const predictor = new Predictor(core, () => {});
    predictor.entity = entity;
    predictor.start(authority.core.frame, authority.core.snapshot());
    const random = seededRandom(9);
    for (let tick = 0; tick < 15; tick++) {
      const input = predictor.tick(randomIntent(random), null);
      if (input !== null) authority.receive(entity, input.frame, input.entry);
    }
    const predicted = core.stateHash();
    authority.seal();
    authority.seal();
    expect(predictor.resync(authority.core.frame, authority.core.snapshot())).toBe(WireFault.NONE);
    expect(core.stateHash()).toBe(predicted);
    for (let k = 0; k < 3; k++) predictor.receive(authority.seal());
    expect(predictor.settle()).toBe(false);
    expect(predictor.rollbacks).toBe(0);
  });

  test('refuses a frame out of turn and a state that is none', async () => {
    const authority = await TestAuthority.create(module, 1, 0);
    const client = await TestClient.join(authority, 0, 5, { least: 0, spread: 0 });
    const [first, second] = [authority.seal(), authority.seal()];
    expect(client.predictor.receive(second)).toBe(false);
    expect(client.predictor.receive(new Uint8Array([1, 2, 3]))).toBe(false);
    expect(client.predictor.receive(first)).toBe(true);
    expect(client.predictor.receive(first)).toBe(false);
    expect(client.predictor.receive(second)).toBe(true);
    const junk = client.predictor.start(3, new Uint8Array(40).fill(7));
    expect(junk).not.toBe(WireFault.NONE);
    expect(client.predictor.canPredict).toBe(false);
  });
});

describe('effects', () => {
  test('who comes into a sensor is heard as the server has it, whatever was guessed', async () => {
    const authority = await TestAuthority.create(module, 2, 0);
    const [x, y, z] = [3, 0, 0];
    let sensor = 0;
    authority.command((core) => {
      sensor = core.nextEntity(0);
      core.addSpawnBody({
        entity: sensor,
        kind: BodyKind.STATIC,
        shape: ShapeKind.BOX,
        size: [1, 3, 8],
        position: [x, y, z],
        rotation: [0, 0, 0, 1],
        linearVelocity: [0, 0, 0],
        angularVelocity: [0, 0, 0],
        density: 1,
        friction: 0,
        restitution: 0,
        sensor: true,
      });
    });
    authority.seal();
    const state = authority.core.snapshot();
    const from = authority.core.frame;
    const client = await TestClient.join(authority, 0, 3, { least: 3, spread: 9 });
    const random = seededRandom(4);
    const first = authority.core.tick;
    const heard: Effect[] = [];
    for (let tick = first; tick < first + 200 * TICKS_PER_FRAME; tick++) {
      client.deliver(tick);
      if (tick % TICKS_PER_FRAME === 0) {
        if (random() < 0.25) {
          const [pushed] = authority.players as [number];
          authority.command((core) => core.addImpulse(pushed, [random() * 90, 0, 0], [0, 0, 0]));
        }
        client.post(authority.seal(), tick);
      }
      client.predictTo(tick + 14, toAndFro(tick));
      heard.push(...client.predictor.effects.take());
    }
    expect(client.faults).toEqual([]);
    expect(client.predictor.rollbacks).toBeGreaterThan(40);
    const truth = await eventsOf(state, authority.frames.slice(from));
    const endTick = client.predictor.nextFrame * TICKS_PER_FRAME - HORIZON_TICKS;
    const count = (effects: readonly Effect[], like: Effect) =>
      effects.filter(
        ({ tick, kind, other }) =>
          kind === like.kind && other === like.other && Math.abs(tick - like.tick) <= HORIZON_TICKS,
      ).length;
    const told = truth.filter(({ tick }) => tick < endTick);
    expect(told.length).toBeGreaterThan(2);
    for (const event of told)
      expect(count(heard, event)).toBeGreaterThanOrEqual(count(truth, event));
    // A guess of what never happens is heard, too: that much and no more.
    expect(heard.length).toBeLessThan(truth.length * 3);
  });
});

/** What a world does that knows everything in time. */
async function eventsOf(state: Uint8Array, frames: readonly Uint8Array[]): Promise<Effect[]> {
  const core = await Core.create(module);
  expect(core.restore(state)).toBe(WireFault.NONE);
  return frames.flatMap((bytes) => {
    expect(core.loadFrame(bytes)).toBe(WireFault.NONE);
    return [0, 1, 2].flatMap(() => {
      const { tick } = core;
      core.step();
      return core.events().map((event) => ({ ...event, tick }));
    });
  });
}

function toAndFro(tick: number): () => Intent {
  const right = Math.floor(tick / 90) % 2 === 0;
  return () => ({ ...IDLE, moveX: right ? 127 : -127 });
}

describe('an own entry', () => {
  test('carries the pose when it is new, was lost, or has not been sent for long', async () => {
    const authority = await TestAuthority.create(module, 1, 0);
    const core = await Core.create(module);
    const predictor = new Predictor(core, () => {});
    predictor.entity = authority.players[0] as number;
    predictor.start(authority.core.frame, authority.core.snapshot());
    const before = randomPose(seededRandom(1));
    const after = randomPose(seededRandom(2));
    const withPose: number[] = [];
    for (let frame = 0; frame < 45; frame++) {
      predictor.tick(IDLE, frame < 30 ? before : after);
      predictor.tick(IDLE, null);
      const input = predictor.tick(IDLE, null);
      const entry = input?.entry as Uint8Array;
      if (core.decodeEntry(entry)?.pose != null) withPose.push(frame);
      // The first input with the second pose never arrives.
      if (frame !== 30) authority.receive(predictor.entity, input?.frame as number, entry);
      predictor.receive(authority.seal());
      predictor.settle();
    }
    expect(withPose).toEqual([0, 20, 30, 31]);
    expect(predictor.rollbacks).toBe(1);
  });
});
