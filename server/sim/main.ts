import { parseArgs } from 'node:util';
import { loadCoreModule } from '../artifacts.ts';
import { createClock } from '../clock.ts';
import type { BadLinkReport } from './bad-link.ts';
import { type BadLinksSummary, playOnBadLinks } from './bad-links.ts';
import { CANARIES, type Canary } from './canary.ts';
import { createCorePool } from './core-pool.ts';
import { type RecordedRun, recordRun } from './record-run.ts';
import { runSeeds, type SeedsSummary } from './run-seeds.ts';
import type { SimulationReport } from './simulation.ts';

/** Words that make no sense. */
export class SimUsageError extends Error {}

/** From several seeds on each gets no line of its own. */
const LINES_MAX = 20;
const PROGRESS_INTERVAL_MS = 10_000;

export interface SimRun {
  /** 0 when every seed held. */
  readonly code: number;
  readonly summary: SeedsSummary | BadLinksSummary | RecordedRun;
  /** The command that was run, to be repeated. */
  readonly command: string;
}

/** Runs what the words ask for. Throws `SimUsageError`, or what `parseArgs` throws. */
export async function main(args: readonly string[]): Promise<SimRun> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      clients: { type: 'string' },
      seconds: { type: 'string' },
      canary: { type: 'string' },
      record: { type: 'string' },
      'bad-link': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { first, count } = readSeeds(values.seed, values.seeds);
  const choice = {
    ...(values.clients === undefined ? {} : { clients: wholeNumber('clients', values.clients) }),
    ...(values.seconds === undefined ? {} : { seconds: Number(values.seconds) }),
    canary: readCanary(values.canary),
  };
  const command = `bun run sim ${args.join(' ')}`;
  if (values['bad-link']) {
    const seconds = Number(values.seconds ?? BAD_LINK_SECONDS);
    return { ...(await playBadLinks({ first, count, seconds }, values.json)), command };
  }
  if (values.record !== undefined) {
    return { ...(await recordRun({ ...choice, seed: first }, values.record)), command };
  }
  const progress = createProgress(count, values.json, repeat(values));
  const summary = await runSeeds(await loadCoreModule(), {
    ...choice,
    first,
    count,
    workers: wholeNumber('workers', values.workers),
    onReport: progress,
  });
  console.log(values.json ? JSON.stringify(summary) : describeAll(summary));
  return { code: summary.failures.length === 0 ? 0 : 1, summary, command };
}

/** Ten minutes, as long as a visit. */
const BAD_LINK_SECONDS = 600;
/** Beside the player on the bad link. */
const OTHERS = 5;

async function playBadLinks(
  choice: { first: number; count: number; seconds: number },
  json: boolean,
): Promise<{ code: number; summary: BadLinksSummary }> {
  const pool = createCorePool(await loadCoreModule());
  const options = { ...choice, others: OTHERS };
  const summary = await playOnBadLinks(pool, options, (seed, report, bad) => {
    if (!json) console.log(`seed ${seed}: ${describeLink(report)}`);
    for (const what of bad) console.error(`seed ${seed}: ${what}`);
    if (bad.length > 0) console.error(`bun run sim --bad-link --seed ${seed}`);
  });
  console.log(JSON.stringify(summary, null, json ? 0 : 2));
  return { code: summary.failures.length === 0 ? 0 : 1, summary };
}

function describeLink(report: BadLinkReport): string {
  const { rollbacks, deepestRollbackTicks, rttMs, slackMs, hasSpare, own, conflicts } = report;
  const sockets = hasSpare ? 'two sockets' : 'one socket';
  return [
    `${rollbacks} rollbacks, ${deepestRollbackTicks} ticks at most`,
    `rtt ${rttMs.toFixed(0)} ms, slack ${slackMs.toFixed(0)} ms, ${sockets}`,
    `own feet corrected by ${own.mostM.toFixed(2)} m at most, ${own.visible} times visibly`,
    `${conflicts.visible} visible conflicts`,
  ].join(', ');
}

/** `--seed 7`, `--seed 7 --seeds 3`, `--seeds 3` and `--seeds 7..9`. */
function readSeeds(seed: string, seeds: string): { first: number; count: number } {
  const range = /^(\d+)\.\.(\d+)$/.exec(seeds);
  if (range === null) {
    return { first: wholeNumber('seed', seed), count: wholeNumber('seeds', seeds) };
  }
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (last < first) throw new SimUsageError(`--seeds ${seeds} ends before it begins`);
  return { first, count: last - first + 1 };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SimUsageError(`--${name} takes a number, not "${text}"`);
  return Number(text);
}

function readCanary(text: string | undefined): Canary | null {
  if (text === undefined) return null;
  const canary = CANARIES.find((name) => name === text);
  if (canary !== undefined) return canary;
  throw new SimUsageError(`--canary takes one of ${CANARIES.join(', ')}`);
}

/** The choices that a failing seed needs to fail again. */
function repeat(values: { clients?: string; seconds?: string; canary?: string }): string {
  const words = (['clients', 'seconds', 'canary'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name} ${values[name]}`],
  );
  return words.join(' ');
}

function createProgress(count: number, quiet: boolean, choice: string) {
  const clock = createClock();
  let done = 0;
  let failed = 0;
  let toldMs = clock.nowMs();
  return (report: SimulationReport): void => {
    done++;
    const { seed, violations } = report;
    if (!quiet && count <= LINES_MAX) console.log(describe(report));
    for (const violation of violations) console.error(`seed ${seed}: ${violation}`);
    if (violations.length > 0) {
      failed++;
      console.error(`bun run sim --seed ${seed} ${choice}`.trim());
    }
    if (clock.nowMs() - toldMs < PROGRESS_INTERVAL_MS) return;
    toldMs = clock.nowMs();
    console.error(`${done} of ${count} seeds, ${failed} failed`);
  };
}

function describe(report: SimulationReport): string {
  const { seed, frames, crashes, takeovers, damages, cuts, partitions } = report;
  const { resumed, late, fresh, rollbacks, agreements, entered, left, calmSeconds } = report;
  const verdict = report.violations.length === 0 ? 'held' : 'BROKE';
  return [
    `seed ${seed} ${verdict}: ${frames} frames, ${crashes} crashes, ${damages} damages`,
    `${takeovers} takeovers`,
    `${cuts} cuts, ${partitions} partitions, ${resumed} resumed, ${late + fresh} anew`,
    `${rollbacks} rollbacks, ${agreements} agreements`,
    `${entered} entered, ${left} left, well after ${calmSeconds.toFixed(1)} s`,
  ].join(', ');
}

function describeAll(summary: SeedsSummary): string {
  const { seeds, failures, seconds, seedsPerSecond, calmSecondsMax, totals } = summary;
  const counts = Object.entries(totals).map(([name, count]) => `${count} ${name}`);
  return [
    `${seeds - failures.length} of ${seeds} seeds held`,
    `${seconds} s, ${seedsPerSecond} seeds a second`,
    counts.join(', '),
    `well again after ${calmSecondsMax.toFixed(1)} s at most`,
  ].join('\n');
}
