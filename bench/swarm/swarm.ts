import type { Herd, HerdCounts, HerdOptions, HerdResult } from './herd.ts';
import { startHerd } from './herd.ts';
import { originOf } from './login.ts';
import { startRemoteHerd } from './remote-herd.ts';
import { cpuCores, type MetricsSample, scrape, tickQuantileMs } from './server-metrics.ts';

export interface SwarmOptions {
  readonly url: string;
  readonly players: number;
  /** Length of the measured interval, which begins when all have joined. */
  readonly seconds: number;
  /** Bots that run the full client and compare the state hash of each frame. */
  readonly verify: number;
  /** Share of the bots that move head and hands, 0…1. */
  readonly headsets: number;
  readonly workers: number;
  readonly joinsPerSecond: number;
  /** Time for stragglers after the last bot set out, default 20 s. */
  readonly joinGraceMs?: number;
  /** Bots that were cut off come back: for runs that restart the server. */
  readonly returning: boolean;
  /** Share of the bots that end themselves halfway: such a run must fail. */
  readonly kill: number;
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly onProgress?: (progress: SwarmProgress) => void;
}

export interface SwarmProgress {
  readonly phase: 'joining' | 'measuring';
  /** 0…1 of the phase. */
  readonly share: number;
  readonly asked: number;
  readonly counts: HerdCounts;
}

/** Figures are null when they were not measured. */
export interface SwarmReport {
  readonly asked: number;
  /** Bots that were in the world when the measured interval began. */
  readonly joined: number;
  /** Bots that were there at its end and never left. */
  readonly alive: number;
  /** Of these, bots whose inputs the server used in the last two seconds. */
  readonly acked: number;
  readonly tickP50Ms: number | null;
  readonly tickP99Ms: number | null;
  /** Cores. */
  readonly serverCpu: number | null;
  readonly rssMiB: number | null;
  readonly bytesDownPerPlayerPerSecond: number | null;
  readonly bytesUpPerPlayerPerSecond: number | null;
  /** From one bot's input to another bot holding the sequenced frame with it. */
  readonly seenP50Ms: number | null;
  readonly seenP99Ms: number | null;
  /** Frames on which a verifying bot and the server disagreed; null when no bot verified. */
  readonly desyncs: number | null;
}

export interface SwarmOutcome {
  readonly report: SwarmReport;
  /** Why the run proves nothing; empty when it does. */
  readonly failures: readonly string[];
}

const PROGRESS_INTERVAL_MS = 200;
const JOIN_GRACE_MS = 20_000;
/** Figures settle: clocks lock on, the garbage of joining is collected. */
const SETTLE_MS = 2_000;

/** Lets `players` bots into the world of a running server and reports how it bore them. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmOutcome> {
  const herds = await startHerds(options);
  const origin = originOf(options.url);
  const now = () => performance.now();
  const graceMs = options.joinGraceMs ?? JOIN_GRACE_MS;
  const joinMs = (options.players / options.joinsPerSecond) * 1000 + graceMs;
  await watch(options, herds, 'joining', joinMs, (counts) => counts.alive === options.players);
  const joined = total(herds.map((herd) => herd.counts())).joined;
  if (joined < options.players) {
    const results = await Promise.all(herds.map((herd) => herd.finish()));
    return outcomeOf(options, joined, results, null, null);
  }

  await Bun.sleep(SETTLE_MS);
  const before = await scrape(origin, now);
  for (const herd of herds) herd.measure();
  const halfMs = (options.seconds * 1000) / 2;
  await watch(options, herds, 'measuring', halfMs, () => false, 0);
  killSome(herds, Math.ceil(options.kill * options.players));
  await watch(options, herds, 'measuring', halfMs, () => false, 0.5);
  const after = await scrape(origin, now);
  const results = await Promise.all(herds.map((herd) => herd.finish()));
  return outcomeOf(options, joined, results, before, after);
}

/**
 * Light bots share threads. Each verifying bot gets one of its own: it steps a world, and in the
 * light bots' thread it would delay their inputs and what they see.
 */
function startHerds(options: SwarmOptions): Promise<Herd[]> {
  const { url, headsets, returning, wasm, workers } = options;
  const full = Math.min(options.verify, options.players);
  const light = options.players - full;
  const plans: HerdOptions[] = [];
  const plan = (kind: HerdOptions['kind'], first: number, count: number) => {
    const joinsPerSecond = (options.joinsPerSecond * count) / options.players;
    plans.push({ url, kind, first, count, headsets, joinsPerSecond, returning });
  };
  for (let i = 0; i < full; i++) plan('full', i, 1);
  const upTo = (thread: number) => full + Math.floor((light * thread) / workers);
  for (let i = 0; i < workers; i++) plan('light', upTo(i), upTo(i + 1) - upTo(i));
  return Promise.all(
    plans.map((one) =>
      one.kind === 'light' && workers === 1 ? startHerd(one, wasm) : startRemoteHerd(one, wasm),
    ),
  );
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
    const counts = total(herds.map((herd) => herd.counts()));
    const elapsedMs = performance.now() - startedMs;
    const share =
      phase === 'joining'
        ? counts.joined / options.players
        : startShare + elapsedMs / (2 * durationMs);
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

function total(counts: readonly HerdCounts[]): HerdCounts {
  const sum = (figure: (one: HerdCounts) => number) =>
    counts.reduce((result, one) => result + figure(one), 0);
  return {
    joined: sum(({ joined }) => joined),
    alive: sum(({ alive }) => alive),
    acked: sum(({ acked }) => acked),
    reasons: [...new Set(counts.flatMap(({ reasons }) => reasons))],
  };
}

function outcomeOf(
  options: SwarmOptions,
  joined: number,
  results: readonly HerdResult[],
  before: MetricsSample | null,
  after: MetricsSample | null,
): SwarmOutcome {
  const { alive, acked, reasons } = total(results);
  const measured = joined === options.players;
  const perPlayerSecond = (bytes: (result: HerdResult) => number) =>
    measured
      ? Math.round(
          results.reduce((n, one) => n + bytes(one), 0) / options.players / options.seconds,
        )
      : null;
  const seenMs = results.flatMap((result) => result.seenMs).sort((a, b) => a - b);
  const scraped = before !== null && after !== null ? { before, after } : null;
  // A server that was restarted in between counts from zero again: no interval to speak of.
  const both = scraped && scraped.after.cpuSeconds >= scraped.before.cpuSeconds ? scraped : null;
  const report: SwarmReport = {
    asked: options.players,
    joined,
    alive,
    acked,
    tickP50Ms: both && rounded(tickQuantileMs(both.before, both.after, 0.5), 2),
    tickP99Ms: both && rounded(tickQuantileMs(both.before, both.after, 0.99), 2),
    serverCpu: both && rounded(cpuCores(both.before, both.after), 3),
    rssMiB: scraped && rounded(scraped.after.rssBytes / 2 ** 20, 1),
    bytesDownPerPlayerPerSecond: perPlayerSecond((result) => result.bytesIn),
    bytesUpPerPlayerPerSecond: perPlayerSecond((result) => result.bytesOut),
    seenP50Ms: rounded(quantileOf(seenMs, 0.5), 1),
    seenP99Ms: rounded(quantileOf(seenMs, 0.99), 1),
    desyncs: options.verify > 0 ? results.reduce((n, { desyncs }) => n + desyncs, 0) : null,
  };
  return { report, failures: failuresOf(report, measured && scraped === null, reasons) };
}

function failuresOf(
  report: SwarmReport,
  metricsMissing: boolean,
  reasons: readonly string[],
): string[] {
  const { asked, joined, alive, acked, desyncs } = report;
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  const failures: string[] = [];
  if (joined < asked) failures.push(`only ${joined} of ${asked} bots joined${because}`);
  else if (alive < asked) failures.push(`only ${alive} of ${asked} bots stayed${because}`);
  else if (acked < asked) failures.push(`only ${acked} of ${asked} bots were acknowledged`);
  if (desyncs !== null && desyncs > 0)
    failures.push(`${desyncs} frames differed from the server's`);
  if (metricsMissing) failures.push('the server gave no metrics');
  return failures;
}

/** Nearest rank; null of nothing. */
function quantileOf(sorted: readonly number[], quantile: number): number | null {
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? null;
}

function rounded(value: number | null, digits: number): number | null {
  return value === null || Number.isNaN(value) ? null : Number(value.toFixed(digits));
}
