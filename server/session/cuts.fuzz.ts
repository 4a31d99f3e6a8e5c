import { openSession, type WorldSession } from '../../client/net/session.ts';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { createClock } from '../clock.ts';
import { type CuttingProxy, type Manner, startCuttingProxy } from '../net/probe/cutting-proxy.ts';
import type { Clock } from '../ports.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createJudge, judge } from '../sim/agreement.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { type LocalServer, startLocalServer } from '../sim/sim-server.ts';
import { createWill } from '../sim/will.ts';

export interface CutsOptions {
  /** The storm ends when so many connections were cut. */
  readonly cuts: number;
  readonly clients: number;
  readonly seed: number;
  readonly report: (line: string) => void;
}

export interface CutsReport {
  readonly cuts: Readonly<Record<Manner, number>>;
  /** Returns with a world: went on from it; came when what was missed was not kept; began anew. */
  readonly returns: { readonly resumed: number; readonly late: number; readonly fresh: number };
  /** Empty when nobody was lost, everybody is who he was and has the server's world at the end. */
  readonly violations: readonly string[];
}

interface Player {
  readonly session: WorldSession;
  readonly account: number;
  /** 0 before it was live. */
  entity: number;
}

interface Storm {
  readonly clock: Clock;
  readonly server: LocalServer;
  readonly proxy: CuttingProxy;
  readonly players: readonly Player[];
  readonly violations: Set<string>;
}

const UPDATE_INTERVAL_MS = 15;
const REPORT_INTERVAL_MS = 5_000;
/** For a return after the last cut, of which nobody may have heard, and the proof behind it. */
const CALM_TIMEOUT_MS = 30_000;
/** A client here is told some 1.5 kB a second and says as much. */
const CONNECTION_BYTES_MAX = 2_500;

/**
 * Real clients at a real server over sockets that a proxy cuts behind any byte, of which it tells
 * one end, both or neither. Then a calm, in which everybody must come back as who he was, have the
 * server's world byte for byte, and be proved right.
 */
export async function cutSessions(module: CoreModule, options: CutsOptions): Promise<CutsReport> {
  const storm = await begin(module, options);
  const timer = setInterval(() => {
    for (const player of storm.players) play(storm, player);
  }, UPDATE_INTERVAL_MS);
  try {
    await rage(storm, options);
    storm.proxy.calm();
    await settle(storm, createJudge(await Core.create(module)));
    const { proxy, server, violations } = storm;
    return {
      cuts: { ...proxy.cuts },
      returns: { ...server.room.meters.returns },
      violations: [...violations],
    };
  } finally {
    clearInterval(timer);
    for (const { session } of storm.players) session.close();
    storm.server.crash();
    await storm.proxy.stop();
    await storm.server.listener.stop();
  }
}

async function begin(module: CoreModule, { seed, clients }: CutsOptions): Promise<Storm> {
  const clock = createClock();
  const store = new MemoryStore(clock);
  const server = await startLocalServer(module, clock, store, seed);
  const proxy = await startCuttingProxy({
    target: server.listener.port,
    clock,
    random: createSeededRandom(seed),
    bytesMax: CONNECTION_BYTES_MAX,
    delayMsMax: 5,
    silentShare: 0.1,
  });
  const players: Player[] = [];
  for (let i = 0; i < clients; i++) {
    const { account } = await store.createGuest('');
    const random = createSeededRandom(seed * 977 + account);
    const will = createWill(random);
    const session = openSession({
      url: `ws://127.0.0.1:${proxy.port}`,
      ticket: async () => String(account),
      core: await Core.create(module),
      nowMs: clock.nowMs,
      sampleIntent: will.intent,
      samplePose: will.pose,
      random,
    });
    players.push({ session, account, entity: 0 });
  }
  return { clock, server, proxy, players, violations: new Set() };
}

/** One picture, and whether the player is still who he was. */
function play({ clock, violations }: Storm, player: Player): void {
  const { session, account } = player;
  session.update(clock.nowMs());
  const { status } = session;
  if (status.connection === 'closed') violations.add(`${account} was lost: ${status.reason}`);
  if (status.desyncs > 0) violations.add(`${account} found a desync`);
  if (status.entity === 0) return;
  if (player.entity === 0) player.entity = status.entity;
  if (player.entity !== status.entity) violations.add(`${account} is somebody else`);
  if (status.account !== 0 && status.account !== account) violations.add(`${account} is another`);
}

async function rage(storm: Storm, { cuts, report }: CutsOptions): Promise<void> {
  const { clock, proxy, violations } = storm;
  let toldMs = clock.nowMs();
  const counted = () => Object.values(proxy.cuts).reduce((sum, count) => sum + count, 0);
  await until(clock, Number.POSITIVE_INFINITY, () => {
    if (clock.nowMs() - toldMs > REPORT_INTERVAL_MS) {
      toldMs = clock.nowMs();
      const { resumed, late, fresh } = storm.server.room.meters.returns;
      report(`${counted()}/${cuts} cuts, ${resumed} resumed, ${late} late, ${fresh} anew`);
    }
    return counted() >= cuts || violations.size > 0;
  });
}

async function settle(storm: Storm, judgment: ReturnType<typeof createJudge>): Promise<void> {
  const { clock, server, players, violations } = storm;
  const frame = server.room.nextFrame;
  const isProven = ({ session }: Player) =>
    session.status.connection === 'live' && session.status.provenFrame > frame;
  await until(clock, CALM_TIMEOUT_MS, () => players.every(isProven));
  for (const player of players) {
    const { session, account } = player;
    const { connection, reason } = session.status;
    if (!isProven(player)) violations.add(`${account} is ${connection}, unproven: ${reason}`);
    const confirmed = session.confirmedState();
    const truth = confirmed === null ? undefined : server.states.get(confirmed.frame);
    const wrong =
      confirmed === null || truth === undefined
        ? 'has nothing that could be compared'
        : judge(judgment, account, confirmed, truth, player.entity);
    if (wrong !== null) violations.add(`${account} ${wrong}`);
    if (server.room.core.playerOfAccount(account) !== player.entity)
      violations.add(`${account} has another body`);
  }
  const bodies = server.room.core.playerCount;
  if (bodies !== players.length) violations.add(`${bodies} bodies for ${players.length} players`);
}

/** Looks again every few milliseconds, until it holds or the time is over. */
async function until(clock: Clock, timeoutMs: number, holds: () => boolean): Promise<void> {
  const endMs = clock.nowMs() + timeoutMs;
  while (!holds() && clock.nowMs() < endMs) {
    await new Promise<void>((resolve) => clock.after(UPDATE_INTERVAL_MS, resolve));
  }
}
