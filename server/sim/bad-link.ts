import { HORIZON_TICKS } from '../../client/predict/history.ts';
import { emptyMovers, emptyPlayers } from '../../core-wasm/host/core.ts';
import { BodyRole } from '../../core-wasm/host/types.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import type { Room } from '../room/room.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';
import { type Conflicts, createConflicts, isTouched, noteGuess, noteNews } from './conflicts.ts';
import { borrowCores, type CoreLoan, type CorePool } from './core-pool.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from './sim-server.ts';
import {
  DISPLAY_MS,
  type DrawnWatch,
  type WaitWatch,
  watchDrawn,
  watchWaits,
} from './smoothness.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { createWalker } from './will.ts';

/**
 * A round trip of 150 ± 50 ms, 2 % of the segments lost in short bursts, 1 Mbit/s: what a ping
 * shows on a bad day.
 */
export const BAD_LINK: NetworkConditions = {
  delayMs: 50,
  jitterMs: 50,
  lossRate: 0.02,
  lossBurst: 1.5,
  bitsPerSecond: 1e6,
};
const GOOD_LINK: NetworkConditions = { delayMs: 15, jitterMs: 5, lossRate: 0.001, lossBurst: 1 };

export interface BadLinkOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Players beside the one on the bad link. */
  readonly others: number;
  readonly link?: NetworkConditions;
}

/** How far what was shown had to be corrected, m. */
export interface Corrections {
  count: number;
  /** Over `VISIBLE_M`. */
  visible: number;
  mostM: number;
}

export interface BadLinkReport {
  readonly seconds: number;
  readonly rollbacks: number;
  readonly deepestRollbackTicks: number;
  readonly meanRollbackTicks: number;
  /** Inputs of all players that came too late and were replaced. */
  readonly replacedFrames: number;
  readonly rttMs: number;
  readonly slackMs: number;
  /** Inputs left on two sockets at the end. */
  readonly hasSpare: boolean;
  readonly desyncs: number;
  /** Outside of real conflicts: of the own feet, of other players' feet, of loose bodies. */
  readonly own: Corrections;
  readonly players: Corrections;
  readonly bodies: Corrections;
  /** Of the own feet, before the client could know what its link is like. */
  readonly learning: Corrections;
  /** Where something touched that could not be predicted, of whatever kind. */
  readonly conflicts: Corrections;
  /** Those of them that moved the own feet. */
  readonly ownConflicts: Corrections;
  /** The world had waited for news and was further when they came. */
  readonly waits: Corrections;
  /** Times that the world around waited for longer than a frame, and the longest, ms. */
  readonly waitCount: number;
  readonly longestWaitMs: number;
  /** Furthest that the own feet, as drawn, went in 100 ms beyond what a sprint makes, m. */
  readonly ownDrawnExcessM: number;
  readonly bytesInPerSecond: number;
}

export const VISIBLE_M = 0.5;
/** Until everybody has entered nothing is looked at. */
const SETTLE_MS = 8_000;
/**
 * Until now the link could show what it is like: a loss must come twice before a client reckons
 * with it, and two come in eight seconds. What moved the own feet before is told, and not judged.
 */
const LEARNT_MS = 20_000;
/** A client may predict from before news for so long: what is on its way, and lost once. */
const MEMORY_FRAMES = 20;
const PUSH_INTERVAL_FRAMES = 12;
/** They begin within so many metres of the middle, along each axis. */
const SCATTER_M = 12;

/** A player on a bad link among others, walking, while loose bodies are pushed about. */
export async function playOnBadLink(
  pool: CorePool,
  options: BadLinkOptions,
): Promise<BadLinkReport> {
  const stage = await createStage(pool, options);
  const { clock, clients, watch } = stage;
  const { session } = stage.own;
  const endMs = LEARNT_MS + options.seconds * 1000;
  let since: Figures | null = null;
  while (clock.nowMs() < endMs) {
    clock.advance(DISPLAY_MS);
    await settle();
    let alpha = 0;
    for (const client of clients) {
      const shown = client.update();
      if (client === stage.own) alpha = shown;
    }
    if (watch.conflicts) noteGuess(watch.conflicts, stage.own.session.core);
    countMoved(stage);
    await settle();
    if (clock.nowMs() < SETTLE_MS || session.status.connection !== 'live') continue;
    if (since === null) {
      since = figuresOf(stage);
      watch.conflicts = createConflicts(session.status.entity, MEMORY_FRAMES);
    }
    if (clock.nowMs() < LEARNT_MS) continue;
    watch.counts = true;
    watchDrawn(watch.drawn, session, alpha);
    watchWaits(watch.waiting, session.status.tick, clock.nowMs());
  }
  const report = reportOf(stage, options.seconds, since ?? figuresOf(stage));
  for (const client of clients) client.session.close();
  stage.server.crash();
  stage.cores.giveBack();
  return report;
}

/** What must not be, of a game that was played; empty when all is well. */
export function findBad(report: BadLinkReport): string[] {
  const { deepestRollbackTicks, desyncs, rollbacks, seconds } = report;
  const bad: string[] = [];
  if (rollbacks < seconds) bad.push(`only ${rollbacks} rollbacks: nothing was played`);
  if (desyncs > 0) bad.push(`${desyncs} desyncs`);
  if (deepestRollbackTicks > HORIZON_TICKS) bad.push(`a rollback of ${deepestRollbackTicks} ticks`);
  for (const kind of ['own', 'players', 'bodies'] as const) {
    const { visible, mostM } = report[kind];
    if (visible > 0)
      bad.push(`${kind}: ${visible} visible corrections, up to ${mostM.toFixed(2)} m`);
  }
  return bad;
}

/** What is looked at while they play. */
interface Watch {
  /** Null until everybody is there. */
  conflicts: Conflicts | null;
  counts: boolean;
  /** What the last update moved, by entity: a player's body and foot are one event. */
  readonly moved: Map<number, Moved>;
  readonly corrections: Pick<BadLinkReport, CorrectionKind | 'ownConflicts' | 'learning'>;
  readonly drawn: DrawnWatch;
  readonly waiting: WaitWatch;
}

interface Moved {
  readonly distanceM: number;
  readonly waited: boolean;
}

type CorrectionKind = 'own' | 'players' | 'bodies' | 'conflicts' | 'waits';

interface Stage {
  readonly clock: VirtualClock;
  readonly cores: CoreLoan;
  readonly server: SimServer;
  readonly own: SimClient;
  readonly clients: readonly SimClient[];
  readonly watch: Watch;
}

async function createStage(pool: CorePool, options: BadLinkOptions): Promise<Stage> {
  const { seed, others } = options;
  const cores = borrowCores(pool);
  const clock = createVirtualClock(1_700_000_000_000);
  const store = new MemoryStore(clock);
  const random = createSeededRandom(seed);
  const watch = createWatch();
  const pushed: number[] = [];
  const server = await startSimServer(pool.module, clock, store, seed, seed, SIM_LIMITS, {
    onStepped: (room, frame, bytes) => {
      if (watch.conflicts) noteNews(watch.conflicts, room.core, frame, bytes, pushed.splice(0));
      if (frame % PUSH_INTERVAL_FRAMES === 0) pushed.push(...pushSomething(room, random));
    },
  });
  const clients: SimClient[] = [];
  const place = () => (random() * 2 - 1) * SCATTER_M;
  for (let i = 0; i <= others; i++) {
    const { account } = await store.createGuestAt(place(), place());
    const chance = createSeededRandom(seed * 977 + account);
    const client = createSimClient({
      account,
      core: await cores.take(),
      clock,
      random: chance,
      conditions: i === 0 ? (options.link ?? BAD_LINK) : GOOD_LINK,
      will: createWalker(chance),
      door: () => server.listener,
      ...(i > 0 ? {} : { onMoved: (...moved) => noteMoved(watch, ...moved) }),
    });
    clients.push(client);
  }
  return { clock, cores, server, own: clients[0] as SimClient, clients, watch };
}

function createWatch(): Watch {
  const none = (): Corrections => ({ count: 0, visible: 0, mostM: 0 });
  return {
    conflicts: null,
    counts: false,
    moved: new Map(),
    corrections: {
      own: none(),
      players: none(),
      bodies: none(),
      conflicts: none(),
      ownConflicts: none(),
      learning: none(),
      waits: none(),
    },
    drawn: { feet: [], mostM: 0, players: emptyPlayers() },
    waiting: { tick: -1, sinceMs: 0, longestMs: 0, count: 0 },
  };
}

function noteMoved({ moved }: Watch, entity: number, distanceM: number, waited: boolean): void {
  if (distanceM > (moved.get(entity)?.distanceM ?? 0)) moved.set(entity, { distanceM, waited });
}

/** Takes down the corrections of what the player on the bad link is shown. */
function countMoved({ watch, own, server }: Stage): void {
  const { counts, conflicts, corrections, moved } = watch;
  const { status } = own.session;
  for (const [entity, { distanceM, waited }] of moved) {
    if (conflicts === null) break;
    const kind = waited ? 'waits' : kindOf(conflicts, status, entity, server.room);
    if (!counts) {
      if (kind === 'own') note(corrections.learning, distanceM);
      continue;
    }
    note(corrections[kind], distanceM);
    if (kind === 'conflicts' && entity === status.entity) note(corrections.ownConflicts, distanceM);
  }
  moved.clear();
}

interface Figures {
  readonly rollbacks: number;
  readonly resimulatedTicks: number;
  readonly bytesIn: number;
  readonly inputsReplaced: number;
}

function figuresOf({ own, server }: Stage): Figures {
  const { rollbacks, resimulatedTicks, bytesIn } = own.session.status;
  const { inputsReplaced } = server.room.meters;
  return { rollbacks, resimulatedTicks, bytesIn, inputsReplaced };
}

function reportOf(stage: Stage, seconds: number, since: Figures): BadLinkReport {
  const { own, watch } = stage;
  const { status } = own.session;
  const now = figuresOf(stage);
  const rollbacks = now.rollbacks - since.rollbacks;
  return {
    seconds,
    rollbacks,
    deepestRollbackTicks: status.deepestRollbackTicks,
    meanRollbackTicks: (now.resimulatedTicks - since.resimulatedTicks) / Math.max(1, rollbacks),
    replacedFrames: now.inputsReplaced - since.inputsReplaced,
    rttMs: status.rttMs,
    slackMs: status.slackMs,
    hasSpare: status.hasSpare,
    desyncs: status.desyncs,
    ...watch.corrections,
    waitCount: watch.waiting.count,
    longestWaitMs: watch.waiting.longestMs,
    ownDrawnExcessM: watch.drawn.mostM,
    bytesInPerSecond: (now.bytesIn - since.bytesIn) / seconds,
  };
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function note(corrections: Corrections, distanceM: number): void {
  corrections.count++;
  if (distanceM > VISIBLE_M) corrections.visible++;
  corrections.mostM = Math.max(corrections.mostM, distanceM);
}

/** Where the correction of `entity` counts. */
function kindOf(
  conflicts: Conflicts,
  status: { readonly entity: number; readonly confirmedFrame: number },
  entity: number,
  { core }: Room,
): 'own' | 'players' | 'bodies' | 'conflicts' {
  if (isTouched(conflicts, entity, status.confirmedFrame)) return 'conflicts';
  if (entity === status.entity) return 'own';
  return core.playerAccounts().some((player) => player.entity === entity) ? 'players' : 'bodies';
}

const movers = emptyMovers();

/** A shove for some loose body, and its entity. */
function pushSomething({ core, commands }: Room, random: SeededRandom): number[] {
  core.readMovers(movers);
  const loose = [...movers.ids.subarray(0, movers.count)].filter(
    (_, row) => movers.roles[row] === BodyRole.LOOSE,
  );
  const entity = loose[Math.floor(random() * loose.length)];
  if (entity === undefined) return [];
  const impulse = [random() * 80 - 40, 40, random() * 80 - 40] as const;
  commands.push((codec) => codec.addImpulse(entity, impulse, [0, 0, 0]));
  return [entity];
}
