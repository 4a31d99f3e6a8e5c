import { FlightRecorder } from '../../client/predict/flight-recorder.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createJudge, judge } from './agreement.ts';
import { countSend, createBandwidthWatch } from './bandwidth.ts';
import { type Canary, plant } from './canary.ts';
import { createCapture } from './capture.ts';
import { borrowCores, type CorePool } from './core-pool.ts';
import { checkIntegrity, type Damage, damageStore, drawDamage } from './damage.ts';
import {
  checkAuthority,
  checkDurability,
  createLedger,
  forgetFrom,
  noteDurable,
} from './ledger.ts';
import { findDead } from './liveness.ts';
import { MemoryStore } from './memory-store.ts';
import { createMischief } from './mischief.ts';
import { CALM_NETWORK, drawNetwork, drawScenario, type ScenarioChoice } from './scenario.ts';
import { type Sim, stop, violate } from './sim.ts';
import { createSimClient } from './sim-client.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from './sim-server.ts';
import { endPartitions, storm } from './storm.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface SimulationOptions extends ScenarioChoice {
  readonly seed: number;
  /** Plants a fault: the checker of that name must notice, or it proves nothing. */
  readonly canary?: Canary | null;
  /** What each client gets is also followed without a client. */
  readonly capture?: boolean;
  /** Clients keep what they had, for `onEnd`. */
  readonly recorded?: boolean;
  /** Sees the run when all is over and nothing is closed yet. */
  readonly onEnd?: (sim: Sim) => Promise<void>;
}

export interface SimulationReport {
  readonly seed: number;
  /** Empty when everything held; each begins with the checker that found it. */
  readonly violations: readonly string[];
  readonly frames: number;
  readonly crashes: number;
  readonly takeovers: number;
  /** Starts that found something damaged in the store. */
  readonly damages: number;
  readonly cuts: number;
  readonly partitions: number;
  /**
   * Clients that came back with a state of their own: went on from it, or began anew, because they
   * had missed more than is kept, or because the server did not know them.
   */
  readonly resumed: number;
  readonly late: number;
  readonly fresh: number;
  readonly rollbacks: number;
  /** Bubbles that a client had confirmed and that were the server's, byte for byte. */
  readonly agreements: number;
  /** Bodies that came into a bubble and that left one. */
  readonly entered: number;
  readonly left: number;
  /** Frames that the journal had when they were last looked for after a start. */
  readonly durableFrames: number;
  /** How long it took in the calm until everything was live again. */
  readonly calmSeconds: number;
  /** Most bytes that one client got in a second, by kind of message. */
  readonly mostBytes: Readonly<Record<number, number>>;
  /** Frames that were followed without a client, and proofs in them that held. */
  readonly captured: { readonly frames: number; readonly proofs: number; readonly ghosts: number };
}

/** Between two display frames of a client: 90 Hz. */
const STEP_MS = 11;
/** In the calm everything is live again within so long. */
export const CALM_SECONDS_MAX = 15;
const CALM_STEPS_MIN = 10;
/** A proof comes once a second. */
const CANARY_SECONDS = 3;
/** They begin within so many metres of the middle, along each axis. */
const SCATTER_M = 14;

/** Runs the real server and real clients in virtual time, everything decided by the seed. */
export async function simulate(
  pool: CorePool,
  options: SimulationOptions,
): Promise<SimulationReport> {
  const sim = await createSim(pool, options);
  await startServer(sim);
  for (let i = 0; i < sim.scenario.clients; i++) await addClient(sim, options);
  await pass(sim, sim.scenario.seconds, true);
  const calmSeconds = await calmDown(sim, options.canary ?? null);
  await options.onEnd?.(sim);
  for (const { session } of sim.clients) session.close();
  for (const server of [sim.server, ...sim.usurped]) if (server !== null) stop(sim, server);
  if (options.canary === undefined || options.canary === null) sim.cores.giveBack();
  return reportOf(sim, calmSeconds);
}

async function createSim(pool: CorePool, options: SimulationOptions): Promise<Sim> {
  const { seed, clients, seconds } = options;
  const clock = createVirtualClock(1_700_000_000_000);
  const random = createSeededRandom(seed);
  const cores = borrowCores(pool);
  const choice = {
    ...(clients === undefined ? {} : { clients }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  return {
    seed,
    scenario: drawScenario(seed, choice),
    module: pool.module,
    cores,
    clock,
    random,
    store: new MemoryStore(clock),
    clients: [],
    homes: [],
    server: null,
    usurped: [],
    restartAtMs: 0,
    starts: 0,
    damageDue: 'by chance',
    damages: 0,
    toldBeforeDamage: [],
    partitionEndsMs: [],
    violations: new Set(),
    judge: createJudge(await cores.take()),
    bandwidth: createBandwidthWatch(),
    ledger: createLedger(await cores.take()),
    mischief: createMischief(random),
    captures: [],
    crashes: 0,
    cuts: 0,
    takeovers: 0,
    partitions: 0,
    resumed: 0,
    late: 0,
    fresh: 0,
  };
}

async function startServer(sim: Sim, damage: Damage | null = null): Promise<void> {
  const { module, clock, store, seed, bandwidth, ledger } = sim;
  const salt = seed * 31 + sim.starts++;
  const limits = { ...SIM_LIMITS, interest: sim.scenario.interest };
  const server = await startSimServer(module, clock, store, salt, seed, limits, {
    onSend: (account, bytes) => {
      const wrong = countSend(bandwidth, account, bytes, clock.nowMs());
      if (wrong !== null) violate(sim, 'bandwidth', wrong);
    },
  });
  sim.server = server;
  sim.mischief = createMischief(sim.random);
  const broken = checkIntegrity(store, damage);
  if (broken !== null) violate(sim, 'integrity', broken);
  const wrong = checkDurability(ledger, store, server);
  if (wrong !== null) violate(sim, 'durability', wrong);
}

/** After a crash: what lies in the store may have been damaged meanwhile. */
async function restartServer(sim: Sim): Promise<void> {
  const kind = sim.damageDue === 'by chance' ? drawDamage(sim) : sim.damageDue;
  const damage = kind === null ? null : await damageStore(sim, kind);
  if (damage !== null && damage.frame !== null) {
    forgetFrom(sim.ledger, damage.frame);
    sim.toldBeforeDamage = sim.clients.map(({ session }) => session.status.keeping.durableFrame);
  }
  await startServer(sim, damage);
}

/** A second server claims the region; the first learns of it by its next write. */
async function takeOver(sim: Sim): Promise<void> {
  const old = sim.server;
  if (old === null) return;
  sim.usurped.push(old);
  sim.takeovers++;
  await startServer(sim);
}

async function addClient(
  sim: Sim,
  { capture: captured, recorded }: SimulationOptions,
): Promise<void> {
  const { clock, store, seed } = sim;
  const place = () => (sim.random() * 2 - 1) * SCATTER_M;
  const { account } = await store.createGuestAt(place(), place());
  const index = sim.clients.length;
  const random = createSeededRandom(seed * 977 + account);
  sim.homes.push(null);
  sim.partitionEndsMs.push(0);
  let home: SimServer | null = null;
  const capture = captured === true ? await createTap(sim, index) : null;
  const client = createSimClient({
    account,
    core: await sim.cores.take(),
    clock,
    random,
    conditions: drawNetwork(random),
    ...(recorded === true ? { recorder: new FlightRecorder() } : {}),
    door: () => {
      sim.homes[index] = null;
      home = sim.server;
      return home?.listener ?? null;
    },
    tap: (bytes) => {
      // With the first frame the world of an earlier connection is gone.
      if (bytes[0] === MessageKind.FRAME) sim.homes[index] ??= home;
      capture?.(bytes);
    },
  });
  sim.clients.push(client);
}

async function createTap(sim: Sim, index: number): Promise<(bytes: Uint8Array) => void> {
  const capture = createCapture(await sim.cores.take(), sim.scenario.interest.ghostRadius);
  sim.captures.push(capture);
  return (bytes) => {
    const wrong = capture.read(bytes);
    if (wrong !== null) violate(sim, 'capture', `a message to client ${index}: ${wrong}`);
  };
}

async function pass(sim: Sim, seconds: number, stormy: boolean): Promise<void> {
  const endMs = sim.clock.nowMs() + seconds * 1000;
  while (sim.clock.nowMs() < endMs) {
    if (stormy) {
      storm(sim);
      if (sim.random() < sim.scenario.usurpRate) await takeOver(sim);
    }
    await step(sim);
  }
}

async function step(sim: Sim): Promise<void> {
  if (sim.server === null && sim.clock.nowMs() >= sim.restartAtMs) await restartServer(sim);
  sim.clock.advance(STEP_MS);
  await settle();
  for (const client of sim.clients) client.update();
  await settle();
  checkAgreement(sim);
  checkStore(sim);
}

/** Lets every promise that the last instant resolved run; sockets of this world are promises. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Whatever a client holds for confirmed, its server must have computed the same. */
function checkAgreement(sim: Sim): void {
  sim.clients.forEach(({ session }, index) => {
    const { status } = session;
    if (status.desyncs > 0) violate(sim, 'agreement', `client ${index} found a desync`);
    if (status.connection !== 'live') return;
    const confirmed = session.confirmedState();
    const truth = confirmed && sim.homes[index]?.states.get(confirmed.frame);
    if (!confirmed || !truth) return;
    const wrong = judge(sim.judge, index, confirmed, truth, status.entity);
    if (wrong === null) return;
    violate(sim, 'agreement', `client ${index} at frame ${confirmed.frame}: ${wrong}`);
  });
}

function checkStore(sim: Sim): void {
  for (const server of sim.usurped) noteDurable(sim.ledger, server);
  if (sim.server !== null) noteDurable(sim.ledger, sim.server);
  const wrong = checkAuthority(sim.ledger, sim.store);
  if (wrong !== null) violate(sim, 'authority', wrong);
  const committed = sim.store.journal.at(-1)?.lastFrame ?? -1;
  for (const [index, { session }] of sim.clients.entries()) {
    const told = session.status.keeping.durableFrame;
    // A disk that forgets makes a liar of whoever was told before.
    if (told <= committed || told === sim.toldBeforeDamage[index]) continue;
    violate(sim, 'durability', `client ${index} was told of ${told}, committed is ${committed}`);
  }
}

/** Ends the storm; how many seconds passed until everything was live again. */
async function calmDown(sim: Sim, canary: Canary | null): Promise<number> {
  const { store, clock } = sim;
  endPartitions(sim, true);
  store.weather.away = false;
  store.weather.writeDelayMs = 5;
  for (const client of sim.clients) {
    client.conditions = CALM_NETWORK;
    if (sim.scenario.cutsAtCalm) client.cut();
  }
  if (canary !== null) await plantIn(sim, canary);
  const beganMs = clock.nowMs();
  const seconds = () => (clock.nowMs() - beganMs) / 1000;
  for (let steps = 0; steps < CALM_STEPS_MIN || findDead(sim).length > 0; steps++) {
    if (seconds() > CALM_SECONDS_MAX) break;
    await step(sim);
  }
  for (const dead of findDead(sim)) violate(sim, 'liveness', dead);
  return seconds();
}

/** Into a world that is well, so that nothing else can be at fault. */
async function plantIn(sim: Sim, canary: Canary): Promise<void> {
  await pass(sim, CALM_SECONDS_MAX, false);
  sim.damageDue = null;
  plant(sim, canary);
  await pass(sim, CANARY_SECONDS, false);
}

function reportOf(sim: Sim, calmSeconds: number): SimulationReport {
  const {
    crashes,
    takeovers,
    damages,
    cuts,
    partitions,
    resumed,
    late,
    fresh,
    judge: judged,
  } = sim;
  return {
    seed: sim.seed,
    violations: [...sim.violations],
    frames: sim.server?.room.core.frame ?? 0,
    crashes,
    takeovers,
    damages,
    cuts,
    partitions,
    resumed,
    late,
    fresh,
    rollbacks: sum(sim.clients, ({ session }) => session.status.rollbacks),
    agreements: judged.agreements,
    entered: judged.entered,
    left: judged.left,
    durableFrames: sim.ledger.durable.size,
    calmSeconds,
    mostBytes: Object.fromEntries(sim.bandwidth.mostBytes),
    captured: {
      frames: sum(sim.captures, ({ frames }) => frames),
      proofs: sum(sim.captures, ({ proofs }) => proofs),
      ghosts: sum(sim.captures, ({ ghosts }) => ghosts.count),
    },
  };
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
