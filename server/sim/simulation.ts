import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import { FRAMES_KEPT } from '../room/frame-ring.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { type SimServer, startSimServer } from './sim-server.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly clients: number;
  /** Virtual seconds of bad weather, before the calm. */
  readonly seconds: number;
  /** Flips a bit in one client's world: the checkers must notice, or they prove nothing. */
  readonly canary: boolean;
}

export interface SimulationReport {
  readonly seed: number;
  /** Empty when everything held. */
  readonly violations: readonly string[];
  readonly frames: number;
  readonly crashes: number;
  readonly cuts: number;
  readonly rollbacks: number;
  /** Frames of which server and a client confirmed the same hash. */
  readonly agreements: number;
}

/** Between two display frames of a client: 90 Hz. */
const STEP_MS = 11;
const CALM_SECONDS = 12;
const CALM: NetworkConditions = { delayMs: 5, jitterMs: 2, lossRate: 0, lossBurst: 1 };
/** A server that crashed is back after so long. */
const RESTART_MS = 400;

interface Sim {
  readonly options: SimulationOptions;
  readonly module: CoreModule;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly store: MemoryStore;
  readonly clients: SimClient[];
  server: SimServer | null;
  restartAtMs: number;
  readonly violations: Set<string>;
  agreements: number;
  crashes: number;
  cuts: number;
}

/** Runs the real server and real clients in virtual time, everything decided by the seed. */
export async function simulate(
  module: CoreModule,
  options: SimulationOptions,
): Promise<SimulationReport> {
  const clock = createVirtualClock(1_700_000_000_000);
  const random = createSeededRandom(options.seed);
  const store = new MemoryStore(clock);
  const sim: Sim = {
    options,
    module,
    clock,
    random,
    store,
    clients: [],
    server: null,
    restartAtMs: 0,
    violations: new Set(),
    agreements: 0,
    crashes: 0,
    cuts: 0,
  };
  await restart(sim);
  for (let i = 0; i < options.clients; i++) await addClient(sim);
  await pass(sim, options.seconds, true);
  if (options.canary) await corrupt(sim);
  for (const client of sim.clients) {
    client.conditions = CALM;
    client.cut();
  }
  store.weather.away = false;
  store.weather.writeDelayMs = 5;
  await pass(sim, CALM_SECONDS, false);
  checkLive(sim);
  const rollbacks = sim.clients.reduce((sum, { session }) => sum + session.status.rollbacks, 0);
  const { agreements, crashes, cuts } = sim;
  const frames = sim.server?.room.core.frame ?? 0;
  for (const { session } of sim.clients) session.close();
  sim.server?.crash();
  return {
    seed: options.seed,
    violations: [...sim.violations],
    frames,
    crashes,
    cuts,
    rollbacks,
    agreements,
  };
}

async function restart(sim: Sim): Promise<void> {
  const salt = sim.options.seed * 31 + sim.crashes;
  sim.server = await startSimServer(sim.module, sim.clock, sim.store, salt, sim.options.seed);
}

async function addClient(sim: Sim): Promise<void> {
  const { account } = await sim.store.createGuest('');
  const core = await Core.create(sim.module);
  const random = createSeededRandom(sim.options.seed * 977 + account);
  const door = () => sim.server?.listener ?? null;
  sim.clients.push(createSimClient(account, core, sim.clock, random, weather(random), door));
}

/** From a cable in the same house to a phone on a train. */
function weather(random: SeededRandom): NetworkConditions {
  return {
    delayMs: 2 + 80 * random() * random(),
    jitterMs: 50 * random() * random(),
    lossRate: 0.02 * random(),
    lossBurst: 1 + 3 * random(),
  };
}

async function pass(sim: Sim, seconds: number, stormy: boolean): Promise<void> {
  const endMs = sim.clock.nowMs() + seconds * 1000;
  while (sim.clock.nowMs() < endMs) {
    if (stormy) storm(sim);
    if (sim.server === null && sim.clock.nowMs() >= sim.restartAtMs) await restart(sim);
    sim.clock.advance(STEP_MS);
    await settle();
    for (const client of sim.clients) client.update();
    await settle();
    checkAgreement(sim);
  }
}

/** Lets every promise that the last instant resolved run; sockets of this world are promises. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function storm(sim: Sim): void {
  const { random, server, store } = sim;
  if (random() < 0.002) {
    sim.clients[Math.floor(random() * sim.clients.length)]?.cut();
    sim.cuts++;
  }
  if (server !== null && random() < 0.0008) {
    server.crash();
    for (const client of sim.clients) client.cut();
    sim.server = null;
    sim.crashes++;
    sim.restartAtMs = sim.clock.nowMs() + RESTART_MS;
  }
  if (random() < 0.002) store.weather.writeDelayMs = 1 + 400 * random() * random();
  if (random() < 0.001) store.weather.away = !store.weather.away;
}

/** Whatever a client holds for confirmed, the server must have computed the same. */
function checkAgreement(sim: Sim): void {
  const ring = sim.server?.room.ring;
  if (ring === undefined) return;
  sim.clients.forEach(({ session }, index) => {
    const { status } = session;
    if (status.desyncs > 0) sim.violations.add(`client ${index} found a desync`);
    const frame = status.confirmedFrame;
    if (status.connection !== 'live' || frame < ring.first || frame >= ring.next) return;
    const ours = session.hashOfFrame(frame);
    if (ours === null) return;
    if (ours === ring.hashes[frame % FRAMES_KEPT]) sim.agreements++;
    else sim.violations.add(`client ${index} disagrees with the server at frame ${frame}`);
  });
}

/** In the calm everything must be live again, and what is on the screen must be fresh. */
function checkLive(sim: Sim): void {
  const newest = sim.server?.room.ring.next ?? 0;
  sim.clients.forEach(({ session }, index) => {
    const { connection, confirmedFrame, reason } = session.status;
    if (connection !== 'live') sim.violations.add(`client ${index} is ${connection}: ${reason}`);
    else if (newest - confirmedFrame > 10) {
      sim.violations.add(`client ${index} is ${newest - confirmedFrame} frames behind`);
    }
  });
  const players = sim.server?.room.core.playerCount ?? 0;
  if (players !== sim.clients.length)
    sim.violations.add(`${players} bodies for ${sim.clients.length} players`);
}

/** One bit in the next snapshot that one client takes: his next rollback goes on from it. */
async function corrupt(sim: Sim): Promise<void> {
  const core = sim.clients[0]?.session.core;
  if (core === undefined) return;
  const take = core.snapshot.bind(core);
  core.snapshot = (into) => {
    core.snapshot = take;
    const state = take(into);
    const middle = state.length >> 1;
    state[middle] = (state[middle] as number) ^ 1;
    return state;
  };
  await pass(sim, 1, false);
}
