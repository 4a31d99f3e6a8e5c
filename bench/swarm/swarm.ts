import type { Herd, HerdCounts } from './herd.ts';
import { originOf } from './login.ts';
import type { Mode } from './modes.ts';
import { startHerds } from './plan.ts';
import { failuresOf, type Measured, reportOf, type SwarmReport, totalCounts } from './report.ts';
import { type MetricsSample, scrape } from './server-metrics.ts';

export interface SwarmOptions {
  readonly url: string;
  readonly mode: Mode;
  /** The server's SPACETIME_ARRIVAL_SPREAD_M: bots that cross the middle walk by it. */
  readonly spreadM: number;
  readonly players: number;
  /** Length of the measured interval, which begins when all have joined. */
  readonly seconds: number;
  /** Bots that run the full client and compare every proof of their bubble. */
  readonly verify: number;
  /** Share of the bots that move head and hands, 0…1. */
  readonly headsets: number;
  readonly workers: number;
  readonly joinsPerSecond: number;
  /** Time for stragglers after the last bot set out, default 20 s. */
  readonly joinGraceMs?: number;
  /** From when all have joined until figures count, default 2 s. */
  readonly warmUpMs?: number;
  /** How long at the end the server may count otherwise than the bots do, default 40 s. */
  readonly settleMaxMs?: number;
  /** Bots that were cut off come back: for runs that restart the server. */
  readonly returning: boolean;
  /** How long a bot stays before it leaves for a moment, s, on average; 0 for ever. */
  readonly staySeconds: number;
  /** A recording whose players are repeated, instead of what `mode` says. */
  readonly replay?: Uint8Array;
  /** Share of the bots that end themselves halfway: such a run must fail. */
  readonly kill: number;
  /** What goes on beside the bots; the measured interval lasts until it is done, too. */
  readonly meanwhile?: () => Promise<void>;
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly onProgress?: (progress: SwarmProgress) => void;
}

export interface SwarmProgress {
  readonly phase: 'joining' | 'measuring' | 'settling';
  /** 0…1 of the phase. */
  readonly share: number;
  readonly asked: number;
  readonly counts: HerdCounts;
}

export interface SwarmOutcome {
  readonly report: SwarmReport;
  /** Why the run proves nothing; empty when it does. */
  readonly failures: readonly string[];
}

const PROGRESS_INTERVAL_MS = 200;
const JOIN_GRACE_MS = 20_000;
/** Clocks lock on, the garbage of joining is collected. */
const WARM_UP_MS = 2_000;
/** Bodies of players who left wait for them, by default 30 s. */
const SETTLE_MAX_MS = 40_000;

/** Lets `players` bots into the world of a running server and reports how it bore them. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmOutcome> {
  const origin = originOf(options.url);
  const now = () => performance.now();
  const empty = await scrape(origin, now);
  const herds = await startHerds(options);
  const { players } = options;
  const joinMs = (players / options.joinsPerSecond) * 1000 + (options.joinGraceMs ?? JOIN_GRACE_MS);
  await watch(options, herds, 'joining', joinMs, (counts) => counts.alive === players);
  const { joined } = countsOf(herds);
  const run = { options, joined, empty };
  if (joined < players) return finish(run, herds, null, null, 0);

  await Bun.sleep(options.warmUpMs ?? WARM_UP_MS);
  const before = await scrape(origin, now);
  const used = process.cpuUsage();
  const beganMs = now();
  for (const herd of herds) herd.measure();
  const halfMs = (options.seconds * 1000) / 2;
  const meanwhile = options.meanwhile?.();
  await watch(options, herds, 'measuring', halfMs, () => false, 0);
  killSome(herds, Math.ceil(options.kill * players));
  await watch(options, herds, 'measuring', halfMs, () => false, 0.5);
  await meanwhile;
  const after = await scrape(origin, now);
  const { user, system } = process.cpuUsage(used);
  const loadCpu = (user + system) / 1000 / (now() - beganMs);
  // Where others come and go as well, the server's counts are not ours alone.
  const isAlone = options.meanwhile === undefined;
  const settled = isAlone ? await settle(options, herds, empty) : null;
  return finish(run, herds, before && after && [before, after], settled, loadCpu);
}

interface Run {
  readonly options: SwarmOptions;
  readonly joined: number;
  readonly empty: MetricsSample | null;
}

async function finish(
  { options, joined, empty }: Run,
  herds: readonly Herd[],
  scraped: Measured['scraped'],
  settled: MetricsSample | null,
  loadCpu: number,
): Promise<SwarmOutcome> {
  const loadRssMiB = process.memoryUsage.rss() / 2 ** 20;
  const results = await Promise.all(herds.map((herd) => herd.finish()));
  const { mode, players, verify } = options;
  const report = reportOf({
    mode,
    players,
    verifying: Math.min(verify, players),
    joined,
    results,
    scraped,
    counted: empty && settled && [empty, settled],
    loadCpu,
    loadRssMiB,
  });
  const { reasons } = totalCounts(results);
  return { report, failures: failuresOf(report, joined === players && scraped === null, reasons) };
}

/**
 * Lets everybody who is away come back and waits until the server counts as many as there are: the
 * bodies of those who left, of an earlier run maybe, stand about for a while.
 */
async function settle(
  options: SwarmOptions,
  herds: readonly Herd[],
  empty: MetricsSample | null,
): Promise<MetricsSample | null> {
  for (const herd of herds) herd.calm();
  const { players, staySeconds } = options;
  const origin = originOf(options.url);
  const everyone = (counts: HerdCounts) => counts.alive === players && counts.acked === players;
  if (staySeconds > 0) await watch(options, herds, 'settling', JOIN_GRACE_MS, everyone);
  const endMs = performance.now() + (options.settleMaxMs ?? SETTLE_MAX_MS);
  for (;;) {
    const sample = await scrape(origin, () => performance.now());
    if (sample === null || empty === null) return null;
    const { alive } = countsOf(herds);
    const expected = empty.links + alive;
    const agrees = sample.players === expected && sample.links === expected;
    if (agrees || alive < players || performance.now() >= endMs) return sample;
    await Bun.sleep(PROGRESS_INTERVAL_MS);
  }
}

async function watch(
  options: SwarmOptions,
  herds: readonly Herd[],
  phase: SwarmProgress['phase'],
  durationMs: number,
  done: (counts: HerdCounts) => boolean,
  startShare = 0,
): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const counts = countsOf(herds);
    const elapsedMs = performance.now() - startedMs;
    const share =
      phase === 'measuring'
        ? startShare + elapsedMs / (2 * durationMs)
        : (phase === 'joining' ? counts.joined : counts.alive) / options.players;
    options.onProgress?.({ phase, share: Math.min(share, 1), asked: options.players, counts });
    if (elapsedMs >= durationMs || done(counts)) return;
    await Bun.sleep(Math.min(PROGRESS_INTERVAL_MS, durationMs - elapsedMs));
  }
}

/** The last herds first: the verifying bots' stand in front. */
function killSome(herds: readonly Herd[], count: number): void {
  let left = count;
  for (const herd of [...herds].reverse()) {
    const some = Math.min(left, herd.counts().alive);
    herd.kill(some);
    left -= some;
  }
}

function countsOf(herds: readonly Herd[]): HerdCounts {
  return totalCounts(herds.map((herd) => herd.counts()));
}
