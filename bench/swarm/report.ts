import { delayQuantileMs, mergeDelays } from './delays.ts';
import type { HerdCounts, HerdResult } from './herd.ts';
import type { Mode } from './modes.ts';
import { cpuCores, type MetricsSample, tickQuantileMs } from './server-metrics.ts';

/** Figures are null when they were not measured. */
export interface SwarmReport {
  readonly mode: Mode;
  readonly asked: number;
  /** Bots that were in the world when the measured interval began. */
  readonly joined: number;
  /** Bots that were there at its end and never left, or left and came back as they should. */
  readonly alive: number;
  /** Of these, bots whose inputs the server used in the last two seconds. */
  readonly acked: number;
  /** More than the server counts open at the end, or fewer; 0 is right. */
  readonly linksTooMany: number | null;
  readonly playersTooMany: number | null;
  /** Ways into the world since the start: begun, arrived, and the server's own count. */
  readonly joinsAsked: number;
  readonly joinsDone: number;
  readonly joinsByServer: number | null;
  /** Bots that left on purpose, and the server's own count. */
  readonly leaves: number;
  readonly leavesByServer: number | null;
  /** Frames a second that a bot got while it was in the world: mean over bots, and the least. */
  readonly frameHz: number | null;
  readonly frameHzLeast: number | null;
  /** Inputs a second that a bot sent: one that was held up leaves some to the server. */
  readonly inputHz: number | null;
  readonly tickP50Ms: number | null;
  readonly tickP99Ms: number | null;
  readonly slippedTicks: number | null;
  /** Cores. */
  readonly serverCpu: number | null;
  readonly loadCpu: number;
  readonly rssMiB: number | null;
  readonly loadRssMiB: number;
  readonly bytesDownPerPlayerPerSecond: number | null;
  readonly bytesUpPerPlayerPerSecond: number | null;
  /** From one bot's input to another bot holding the sequenced frame with it. */
  readonly seenP50Ms: number | null;
  readonly seenP99Ms: number | null;
  /** Bots that ran the whole client. */
  readonly verifying: number;
  /** Bubbles of theirs that equalled the server's, and those that did not; null when none ran. */
  readonly proofs: number | null;
  readonly desyncs: number | null;
  readonly repairs: number | null;
  /** Frames of theirs with which something entered the bubble, and bodies that left it. */
  readonly enters: number | null;
  readonly leavesOfBubbles: number | null;
  /** How far one of them got from where it was first. */
  readonly strayM: number | null;
}

/** What a run found out before it is put into figures. */
export interface Measured {
  readonly mode: Mode;
  readonly players: number;
  readonly verifying: number;
  /** When everybody should have been in. */
  readonly joined: number;
  readonly results: readonly HerdResult[];
  /** Around the measured interval; null when the server gives none. */
  readonly scraped: readonly [before: MetricsSample, after: MetricsSample] | null;
  /** Before the first bot, and when all had settled at the end. */
  readonly counted: readonly [before: MetricsSample, after: MetricsSample] | null;
  /** Of this process in the measured interval. */
  readonly loadCpu: number;
  readonly loadRssMiB: number;
}

export function reportOf(measured: Measured): SwarmReport {
  const { results, joined, players, verifying, scraped, counted } = measured;
  const counts = totalCounts(results);
  const rates = results.map((result) => result.rates);
  const rated = sum(rates, ({ bots }) => bots);
  const seconds = sum(results, ({ botSeconds }) => botSeconds);
  const all = joined === players;
  // A server that was restarted in between counts from zero again: no interval to speak of.
  const both = scraped !== null && scraped[1].cpuSeconds >= scraped[0].cpuSeconds ? scraped : null;
  const seen = mergeDelays(results.map((result) => result.seen));
  const since = (of: (sample: MetricsSample) => number) =>
    counted === null ? null : of(counted[1]) - of(counted[0]);
  // Whoever was there before us has a socket; bodies without one are about to go.
  const tooMany = (of: (sample: MetricsSample) => number) =>
    counted === null ? null : of(counted[1]) - counted[0].links - counts.alive;
  const proven = (of: (result: HerdResult) => number) => (verifying > 0 ? sum(results, of) : null);
  const perSecond = (bytes: (result: HerdResult) => number) =>
    all && seconds > 0 ? Math.round(sum(results, bytes) / seconds) : null;
  return {
    mode: measured.mode,
    asked: players,
    joined,
    alive: counts.alive,
    acked: counts.acked,
    linksTooMany: tooMany(({ links }) => links),
    playersTooMany: tooMany(({ players: bodies }) => bodies),
    joinsAsked: counts.joinsAsked,
    joinsDone: counts.joinsDone,
    joinsByServer: since(({ linksOpened }) => linksOpened),
    leaves: counts.leaves,
    leavesByServer: since(({ linksLeft }) => linksLeft),
    frameHz: rated > 0 ? rounded(sum(rates, ({ sumHz }) => sumHz) / rated, 2) : null,
    inputHz: rated > 0 ? rounded(sum(rates, ({ inputSumHz }) => inputSumHz) / rated, 2) : null,
    frameHzLeast: rated > 0 ? rounded(Math.min(...rates.map((r) => r.leastHz)), 2) : null,
    tickP50Ms: both && rounded(tickQuantileMs(both[0], both[1], 0.5), 2),
    tickP99Ms: both && rounded(tickQuantileMs(both[0], both[1], 0.99), 2),
    slippedTicks: both && both[1].slippedTicks - both[0].slippedTicks,
    serverCpu: both && rounded(cpuCores(both[0], both[1]), 3),
    loadCpu: rounded(measured.loadCpu, 3) ?? 0,
    rssMiB: scraped && rounded(scraped[1].rssBytes / 2 ** 20, 1),
    loadRssMiB: rounded(measured.loadRssMiB, 1) ?? 0,
    bytesDownPerPlayerPerSecond: perSecond((result) => result.bytesIn),
    bytesUpPerPlayerPerSecond: perSecond((result) => result.bytesOut),
    seenP50Ms: delayQuantileMs(seen, 0.5),
    seenP99Ms: delayQuantileMs(seen, 0.99),
    verifying,
    proofs: proven((result) => result.proofs),
    desyncs: proven((result) => result.desyncs),
    repairs: proven((result) => result.repairs),
    enters: proven((result) => result.enters),
    leavesOfBubbles: proven((result) => result.leavesSeen),
    strayM: verifying > 0 ? rounded(Math.max(...results.map((r) => r.strayM)), 1) : null,
  };
}

/** A frame is 50 ms long; whoever gets fewer than this of them a second sees the world falter. */
export const FRAME_HZ_MIN = 19.5;
/** Bots that send fewer are no load of 20 Hz, and the server did not bear one. */
export const INPUT_HZ_MIN = 19;

/** Why the run proves nothing, or proves that something is wrong; empty when all is well. */
export function failuresOf(
  report: SwarmReport,
  metricsMissing: boolean,
  reasons: readonly string[],
): string[] {
  const { asked, joined, alive, acked, joinsAsked, joinsDone, leaves, frameHz, desyncs } = report;
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  if (joined < asked) return [`only ${joined} of ${asked} bots joined${because}`];
  const failures: string[] = [];
  if (alive < asked) failures.push(`only ${alive} of ${asked} bots stayed${because}`);
  else if (acked < asked) failures.push(`only ${acked} of ${asked} bots were acknowledged`);
  if (alive === asked && joinsDone !== joinsAsked) {
    failures.push(`only ${joinsDone} of ${joinsAsked} ways into the world led there${because}`);
  }
  if (metricsMissing) failures.push('the server gave no metrics');
  failures.push(...countsThatDiffer(report));
  if (frameHz === null) failures.push('no bot was there long enough to count its frames');
  else if (frameHz < FRAME_HZ_MIN) failures.push(`20 Hz were not held: ${frameHz} frames a second`);
  if (report.inputHz !== null && report.inputHz < INPUT_HZ_MIN) {
    failures.push(`20 Hz were not asked for: the bots sent ${report.inputHz} inputs a second`);
  }
  if (desyncs !== null && desyncs > 0) failures.push(`${desyncs} bubbles were not the server's`);
  if (report.repairs) failures.push(`${report.repairs} repairs were asked for`);
  if (report.verifying > 0 && report.proofs === 0) failures.push('not one bubble was compared');
  if (leaves > 0 && report.leavesByServer === 0) failures.push('the server saw nobody leave');
  return failures;
}

function countsThatDiffer(report: SwarmReport): string[] {
  const { alive, asked, linksTooMany, playersTooMany, joinsDone, joinsByServer } = report;
  const failures: string[] = [];
  // Whoever was lost is told of already; the server's counts would only say it again.
  if (alive < asked) return failures;
  if (linksTooMany) failures.push(`the server counts ${linksTooMany} sockets more than bots`);
  if (playersTooMany) failures.push(`the server counts ${playersTooMany} players more than bots`);
  if (joinsByServer !== null && joinsByServer !== joinsDone) {
    failures.push(`the server counts ${joinsByServer} joins, the bots ${joinsDone}`);
  }
  if (report.leavesByServer !== null && report.leavesByServer !== report.leaves) {
    failures.push(`the server counts ${report.leavesByServer} leaves, the bots ${report.leaves}`);
  }
  return failures;
}

export function totalCounts(counts: readonly HerdCounts[]): HerdCounts {
  return {
    joined: sum(counts, ({ joined }) => joined),
    alive: sum(counts, ({ alive }) => alive),
    acked: sum(counts, ({ acked }) => acked),
    joinsAsked: sum(counts, ({ joinsAsked }) => joinsAsked),
    joinsDone: sum(counts, ({ joinsDone }) => joinsDone),
    leaves: sum(counts, ({ leaves }) => leaves),
    reasons: [...new Set(counts.flatMap(({ reasons }) => reasons))],
  };
}

function sum<T>(all: readonly T[], figure: (one: T) => number): number {
  return all.reduce((total, one) => total + figure(one), 0);
}

function rounded(value: number | null, digits: number): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}
