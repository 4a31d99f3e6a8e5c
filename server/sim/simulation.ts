import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { WireFault } from '../../core-wasm/host/types.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import { PROOF_INTERVAL_FRAMES } from '../room/repair.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';
import { createJudge, type Judge, judge } from './agreement.ts';
import { type Capture, createCapture } from './capture.ts';
import { MemoryStore } from './memory-store.ts';
import { createMischief, type Mischief, makeMischief } from './mischief.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from './sim-server.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly clients: number;
  /** Virtual seconds of bad weather, before the calm. */
  readonly seconds: number;
  /** Flips a bit in one client's world: the checkers must notice, or they prove nothing. */
  readonly canary: boolean;
  /** What each client gets is also followed without a client. */
  readonly capture?: boolean;
}

export interface SimulationReport {
  readonly seed: number;
  /** Empty when everything held. */
  readonly violations: readonly string[];
  readonly frames: number;
  readonly crashes: number;
  readonly cuts: number;
  /** Clients that came back with a state of their own and went on from it, or began anew. */
  readonly resumed: number;
  readonly fresh: number;
  readonly rollbacks: number;
  /** Bubbles that a client had confirmed and that were the server's, byte for byte. */
  readonly agreements: number;
  /** Bodies that came into a bubble and that left one. */
  readonly entered: number;
  readonly left: number;
  /** Frames that were followed without a client, and proofs in them that held. */
  readonly captured: { readonly frames: number; readonly proofs: number; readonly ghosts: number };
}

/** Between two display frames of a client: 90 Hz. */
const STEP_MS = 11;
const CALM_SECONDS = 12;
const CALM: NetworkConditions = { delayMs: 5, jitterMs: 2, lossRate: 0, lossBurst: 1 };
/** A proof a second, and what is on its way. */
const PROOF_FRAMES_MAX = PROOF_INTERVAL_FRAMES + 10;
/** Proofs come once a second. */
const CANARY_SECONDS = 3;
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
  readonly judge: Judge;
  readonly mischief: Mischief;
  readonly captures: Capture[];
  crashes: number;
  cuts: number;
  resumed: number;
  fresh: number;
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
    judge: createJudge(await Core.create(module)),
    mischief: createMischief(random),
    captures: [],
    crashes: 0,
    cuts: 0,
    resumed: 0,
    fresh: 0,
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
  const { agreements, entered, left } = sim.judge;
  const frames = sim.server?.room.core.frame ?? 0;
  for (const { session } of sim.clients) session.close();
  if (sim.server !== null) stop(sim, sim.server);
  const { crashes, cuts, resumed, fresh } = sim;
  return {
    seed: options.seed,
    violations: [...sim.violations],
    frames,
    crashes,
    cuts,
    resumed,
    fresh,
    rollbacks,
    agreements,
    entered,
    left,
    captured: {
      frames: sum(sim.captures, ({ frames: count }) => count),
      proofs: sum(sim.captures, ({ proofs }) => proofs),
      ghosts: sum(sim.captures, ({ ghosts }) => ghosts.count),
    },
  };
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}

async function restart(sim: Sim): Promise<void> {
  const salt = sim.options.seed * 31 + sim.crashes;
  const { seed } = sim.options;
  const limits = { ...SIM_LIMITS, interest: interestOf(seed) };
  sim.server = await startSimServer(sim.module, sim.clock, sim.store, salt, seed, limits);
}

function stop(sim: Sim, server: SimServer): void {
  const { resumed, late, fresh } = server.room.meters.returns;
  sim.resumed += resumed;
  sim.fresh += late + fresh;
  server.crash();
}

/** So narrow that those who walk about keep coming into each other's bubbles and leaving them. */
const NARROW: Pick<
  InterestSettings,
  'nearestPlayers' | 'playerRadius' | 'bodyRadius' | 'ghostRadius'
> = {
  nearestPlayers: 2,
  playerRadius: 9,
  bodyRadius: 6,
  ghostRadius: 12,
};
/** They begin within so many metres of the middle, along each axis. */
const SCATTER_M = 14;

/** Three seeds of four; the fourth has everybody in everybody's bubble. */
function interestOf(seed: number): typeof NARROW {
  if (seed % 4 === 0)
    return { nearestPlayers: 64, playerRadius: 1000, bodyRadius: 1000, ghostRadius: 1000 };
  return NARROW;
}

async function addClient(sim: Sim): Promise<void> {
  const place = () => (sim.random() * 2 - 1) * SCATTER_M;
  const { account } = await sim.store.createGuestAt(place(), place());
  const core = await Core.create(sim.module);
  const random = createSeededRandom(sim.options.seed * 977 + account);
  const door = () => sim.server?.listener ?? null;
  const tap = sim.options.capture ? await tapOf(sim) : undefined;
  sim.clients.push(createSimClient(account, core, sim.clock, random, weather(random), door, tap));
}

async function tapOf(sim: Sim): Promise<(bytes: Uint8Array) => void> {
  const index = sim.captures.length;
  const { ghostRadius } = interestOf(sim.options.seed);
  const capture = createCapture(await Core.create(sim.module), ghostRadius);
  sim.captures.push(capture);
  return (bytes) => {
    const wrong = capture.read(bytes);
    if (wrong !== null) sim.violations.add(`a message to client ${index}: ${wrong}`);
  };
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
  if (random() < 0.004) {
    const client = sim.clients[Math.floor(random() * sim.clients.length)];
    // The server may hear of it at once, or not before the client is back.
    if (random() < 0.5) client?.cut();
    else client?.vanish();
    sim.cuts++;
  }
  if (server !== null && random() < 0.0008) {
    stop(sim, server);
    for (const client of sim.clients) client.cut();
    sim.server = null;
    sim.crashes++;
    sim.restartAtMs = sim.clock.nowMs() + RESTART_MS;
  }
  if (server !== null && random() < 0.08) makeMischief(sim.mischief, server.room);
  if (random() < 0.002) store.weather.writeDelayMs = 1 + 400 * random() * random();
  if (random() < 0.001) store.weather.away = !store.weather.away;
}

/** Whatever a client holds for confirmed, the server must have computed the same. */
function checkAgreement(sim: Sim): void {
  const { server } = sim;
  if (server === null) return;
  sim.clients.forEach(({ session }, index) => {
    const { status } = session;
    if (status.desyncs > 0) sim.violations.add(`client ${index} found a desync`);
    if (status.connection !== 'live') return;
    const confirmed = session.confirmedState();
    const truth = confirmed === null ? undefined : server.states.get(confirmed.frame);
    if (confirmed === null || truth === undefined) return;
    const wrong = judge(sim.judge, index, confirmed, truth, status.entity);
    if (wrong !== null) {
      sim.violations.add(`client ${index} at frame ${confirmed.frame}: ${wrong}`);
    }
  });
}

/** In the calm everything must be live again, and what is on the screen must be fresh. */
function checkLive(sim: Sim): void {
  const newest = sim.server?.room.nextFrame ?? 0;
  sim.clients.forEach(({ session }, index) => {
    const { connection, confirmedFrame, provenFrame, reason } = session.status;
    if (connection !== 'live') sim.violations.add(`client ${index} is ${connection}: ${reason}`);
    else if (newest - provenFrame > PROOF_FRAMES_MAX) {
      sim.violations.add(
        `client ${index} was proved right last ${newest - provenFrame} frames ago`,
      );
    } else if (newest - confirmedFrame > 10) {
      sim.violations.add(`client ${index} is ${newest - confirmedFrame} frames behind`);
    }
  });
  const players = sim.server?.room.core.playerCount ?? 0;
  if (players !== sim.clients.length)
    sim.violations.add(`${players} bodies for ${sim.clients.length} players`);
}

/**
 * One bit in what one client computes: in its next guess, and in the next frame that it steps as
 * the server has it, for a guess may be taken back.
 */
async function corrupt(sim: Sim): Promise<void> {
  const session = sim.clients[0]?.session;
  if (session === undefined) return;
  const { core, status } = session;
  const save = core.snapshot.bind(core);
  const step = core.stepFrame.bind(core);
  const flip = () => flipBit(core, status.entity, save);
  core.snapshot = (into) => {
    core.snapshot = save;
    flip();
    return save(into);
  };
  core.stepFrame = (bytes) => {
    core.stepFrame = step;
    const result = step(bytes);
    flip();
    return result;
  };
  await pass(sim, CANARY_SECONDS, false);
  if (status.connection !== 'live') sim.violations.add('client 0 was dropped');
  const confirmed = session.confirmedState();
  if (confirmed === null) sim.violations.add('client 0 was not repaired');
}

const place = new Float32Array(3);

/** In the second byte of a float, half a millimetre at ten metres: the least bit rounds away. */
const FLIPPED = 16;

/** In the place of an entity. */
function flipBit(core: Core, entity: number, save: () => Uint8Array): void {
  if (!core.bodyPosition(entity, place)) throw new Error('who is to be corrupted is not there');
  const state = save();
  const bytes = new Uint8Array(place.buffer);
  const at = Buffer.from(state.buffer, state.byteOffset, state.length).indexOf(bytes);
  state[at + 1] = (state[at + 1] as number) ^ FLIPPED;
  if (core.restore(state) !== WireFault.NONE) throw new Error('one bit made it no state');
}
