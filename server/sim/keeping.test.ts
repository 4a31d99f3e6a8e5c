import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Durable } from '../../client/net/session.ts';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { KeepingState } from '../../core-wasm/host/messages.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from './sim-server.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

const STEP_MS = 11;
const CONDITIONS = { delayMs: 30, jitterMs: 8, lossRate: 0, lossBurst: 1 };
const SEED = 3;
/** The journal's limit, and the time that a store's answer takes to be missed. */
const PAUSED_AFTER_MS = 31_000;

let module: CoreModule;
beforeAll(async () => {
  module = await loadCoreModule();
});

interface Scene {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  server: SimServer;
  readonly clients: readonly SimClient[];
  /** Each new state that the first client was told, and when. */
  readonly told: Array<{ readonly state: KeepingState; readonly atMs: number }>;
}

async function openScene(): Promise<Scene> {
  const clock = createVirtualClock(1_700_000_000_000);
  const store = new MemoryStore(clock);
  const random = createSeededRandom(SEED);
  const scene: Scene = {
    clock,
    store,
    server: await startServer(clock, store),
    clients: [],
    told: [],
  };
  for (let i = 0; i < 2; i++) {
    const { account } = await store.createGuest('');
    const door = () => scene.server.listener;
    const core = await Core.create(module);
    (scene.clients as SimClient[]).push(
      createSimClient({ account, core, clock, random, conditions: CONDITIONS, door }),
    );
  }
  await pass(scene, 3000);
  return scene;
}

function startServer(clock: VirtualClock, store: MemoryStore): Promise<SimServer> {
  return startSimServer(module, clock, store, SEED, SEED, SIM_LIMITS);
}

/** Lets time pass; at no moment may anybody have been told of a frame that is not committed. */
async function pass(scene: Scene, durationMs: number): Promise<void> {
  const { clock, store, clients, told } = scene;
  for (const endMs = clock.nowMs() + durationMs; clock.nowMs() < endMs; ) {
    clock.advance(STEP_MS);
    await new Promise<void>((resolve) => setImmediate(resolve));
    const committed = store.journal.at(-1)?.lastFrame ?? -1;
    for (const client of clients) {
      client.update();
      expect(client.session.status.keeping.durableFrame).toBeLessThanOrEqual(committed);
    }
    const state = first(scene).status.keeping.state;
    if (state !== (told.at(-1)?.state ?? KeepingState.SOUND)) {
      told.push({ state, atMs: clock.nowMs() });
    }
  }
}

function first({ clients }: Scene) {
  return (clients[0] as SimClient).session;
}

/** What became of a wait so far. */
function watch(wait: Promise<Durable>): { outcome: Durable | null } {
  const seen: { outcome: Durable | null } = { outcome: null };
  void wait.then((outcome) => {
    seen.outcome = outcome;
  });
  return seen;
}

function end(scene: Scene): void {
  for (const { session } of scene.clients) session.close();
  scene.server.crash();
}

test('while all is well a frame is told durable within half a second and the way', async () => {
  const scene = await openScene();
  for (let round = 0; round < 20; round++) {
    const frame = scene.server.room.nextFrame;
    const seen = watch(first(scene).whenDurable(frame));
    const beganMs = scene.clock.nowMs();
    while (seen.outcome === null) await pass(scene, STEP_MS);
    expect(seen.outcome).toBe('durable');
    expect(scene.clock.nowMs() - beganMs).toBeLessThan(50 + 250 + 5 + 250 + 50 + 60);
  }
  end(scene);
});

test('a store 5 s slow is told, and nothing before its commit', async () => {
  const scene = await openScene();
  const { weather } = scene.store;
  weather.writeDelayMs = 5000;
  await pass(scene, 1500);
  const seen = watch(first(scene).whenDurable(scene.server.room.nextFrame));
  await pass(scene, 3000);
  expect(seen.outcome).toBeNull();
  expect(first(scene).status.keeping.state).toBe(KeepingState.BEHIND);
  weather.writeDelayMs = 5;
  await pass(scene, 8000);
  expect(seen.outcome).toBe('durable');
  expect(first(scene).status).toMatchObject({ keeping: { state: KeepingState.SOUND }, desyncs: 0 });
  end(scene);
});

test('a store away for 60 s: told, paused without losing anybody, and gone on with', async () => {
  const scene = await openScene();
  const { room } = scene.server;
  scene.store.weather.away = true;
  const awayMs = scene.clock.nowMs();
  await pass(scene, 60_000);
  expect(room.paused).toBe(true);
  const stoodAt = room.nextFrame;
  expect(stoodAt - 1 - room.journal.durableFrame).toBe(600);
  expect(room.meters).toMatchObject({ journalState: 'full', journalQueueFrames: 600 });
  const { status } = first(scene);
  // The line is whole: that is what he can tell from a lost connection.
  expect(status).toMatchObject({
    connection: 'live',
    keeping: { state: KeepingState.PAUSED },
    closeCode: 0,
  });
  expect(status.keeping.unsoundMs).toBeGreaterThan(55_000);
  const inputsBefore = status.bytesOut;
  await pass(scene, 3000);
  expect(room.nextFrame).toBe(stoodAt);
  // Nothing but heartbeats.
  expect(status.bytesOut - inputsBefore).toBeLessThan(40);
  scene.store.weather.away = false;
  await pass(scene, 12_000);
  expect(scene.told.map(({ state }) => state)).toEqual([
    KeepingState.BEHIND,
    KeepingState.PAUSED,
    KeepingState.BEHIND,
    KeepingState.SOUND,
  ]);
  const pausedMs = scene.told[1]?.atMs ?? Number.POSITIVE_INFINITY;
  expect(pausedMs - awayMs).toBeLessThan(PAUSED_AFTER_MS);
  expect(status).toMatchObject({
    connection: 'live',
    keeping: { state: KeepingState.SOUND },
    desyncs: 0,
  });
  expect(room.meters.linksOpened).toBe(2);
  // Their inputs come in time again.
  const replaced = room.meters.inputsReplaced;
  await pass(scene, 5000);
  expect(room.meters.inputsReplaced - replaced).toBeLessThan(10);
  end(scene);
});

test('who comes to a world that stands still is told why he must wait, and gets in', async () => {
  const scene = await openScene();
  scene.store.weather.away = true;
  await pass(scene, PAUSED_AFTER_MS);
  scene.clients[0]?.cut();
  await pass(scene, 4000);
  const { status } = first(scene);
  expect(status).toMatchObject({ connection: 'joining', keeping: { state: KeepingState.PAUSED } });
  scene.store.weather.away = false;
  await pass(scene, 12_000);
  expect(status).toMatchObject({
    connection: 'live',
    keeping: { state: KeepingState.SOUND },
    desyncs: 0,
  });
  end(scene);
});

test('after a crash what was told durable is there, and what was not is told lost', async () => {
  const scene = await openScene();
  scene.store.weather.away = true;
  await pass(scene, 1000);
  const kept = scene.server.room.journal.durableFrame;
  const frame = scene.server.room.nextFrame - 1;
  expect(frame).toBeGreaterThan(kept + 5);
  const gone = watch(first(scene).whenDurable(frame));
  scene.server.crash();
  scene.store.weather.away = false;
  scene.server = await startServer(scene.clock, scene.store);
  expect(scene.server.room.nextFrame).toBe(kept + 1);
  await pass(scene, 12_000);
  expect(scene.server.room.nextFrame).toBeGreaterThan(frame);
  expect(gone.outcome).toBe('lost');
  expect(first(scene).status).toMatchObject({
    connection: 'live',
    keeping: { state: KeepingState.SOUND },
  });
  expect(first(scene).status.keeping.durableFrame).toBeGreaterThan(frame);
  end(scene);
});
