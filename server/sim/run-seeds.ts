import type { CoreModule } from '../../core-wasm/host/core.ts';
import { createClock } from '../clock.ts';
import { createCorePool } from './core-pool.ts';
import type { FromWorker, ToWorker } from './seed-worker.ts';
import { type SimulationOptions, type SimulationReport, simulate } from './simulation.ts';

export interface SeedsOptions extends Omit<SimulationOptions, 'seed'> {
  readonly first: number;
  readonly count: number;
  /** Threads; 1 runs in this one. */
  readonly workers: number;
  /** Hears each report; with several workers not in the order of the seeds. */
  readonly onReport?: (report: SimulationReport) => void;
}

/** Many runs in figures that can be added up. */
export interface SeedsSummary {
  readonly seeds: number;
  readonly failures: ReadonlyArray<Pick<SimulationReport, 'seed' | 'violations'>>;
  readonly totals: Readonly<Record<(typeof TOTALS)[number], number>>;
  readonly calmSecondsMax: number;
  /** By kind of message: most that one client got in one second. */
  readonly mostBytes: Readonly<Record<number, number>>;
  readonly seconds: number;
  readonly seedsPerSecond: number;
}

const TOTALS = [
  'frames',
  'crashes',
  'takeovers',
  'damages',
  'cuts',
  'partitions',
  'resumed',
  'late',
  'fresh',
  'rollbacks',
  'agreements',
  'entered',
  'left',
  'durableFrames',
] as const;

/** Runs seeds `first` … `first` + `count` − 1. */
export async function runSeeds(module: CoreModule, options: SeedsOptions): Promise<SeedsSummary> {
  const clock = createClock();
  const beganMs = clock.nowMs();
  const reports: SimulationReport[] = [];
  const take = (report: SimulationReport): void => {
    reports.push(report);
    options.onReport?.(report);
  };
  if (options.workers <= 1) await runShare(module, { ...options, share: 0 }, take);
  else await Promise.all(Array.from({ length: options.workers }, (_, i) => hire(options, i, take)));
  return summarize(reports, (clock.nowMs() - beganMs) / 1000);
}

/** What one worker runs: every `workers`th seed, from `first` + `share` on. */
export interface Share extends Omit<SeedsOptions, 'onReport'> {
  readonly share: number;
}

export async function runShare(
  module: CoreModule,
  { first, count, workers, share, ...choice }: Share,
  take: (report: SimulationReport) => void,
): Promise<void> {
  let pool = createCorePool(module);
  for (let i = share; i < count; i += workers) {
    const seed = first + i;
    try {
      take(await simulate(pool, { ...choice, seed }));
    } catch (error) {
      pool = createCorePool(module);
      take(thrown(seed, error));
    }
  }
}

function thrown(seed: number, error: unknown): SimulationReport {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const totals = Object.fromEntries(TOTALS.map((name) => [name, 0]));
  return {
    ...(totals as Record<(typeof TOTALS)[number], number>),
    seed,
    violations: [`it threw: ${text}`],
    calmSeconds: 0,
    mostBytes: {},
    captured: { frames: 0, proofs: 0, ghosts: 0 },
  };
}

function hire(
  { onReport: _, ...options }: SeedsOptions,
  share: number,
  take: (report: SimulationReport) => void,
): Promise<void> {
  const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
  return new Promise<void>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data === 'done') resolve();
      else take(data);
    };
    worker.postMessage({ ...options, share } satisfies ToWorker);
  }).finally(() => worker.terminate());
}

function summarize(reports: readonly SimulationReport[], seconds: number): SeedsSummary {
  const sum = (name: (typeof TOTALS)[number]) => reports.reduce((all, one) => all + one[name], 0);
  const mostBytes: Record<number, number> = {};
  for (const report of reports) {
    for (const [kind, bytes] of Object.entries(report.mostBytes)) {
      mostBytes[Number(kind)] = Math.max(mostBytes[Number(kind)] ?? 0, bytes);
    }
  }
  return {
    seeds: reports.length,
    failures: reports
      .filter(({ violations }) => violations.length > 0)
      .map(({ seed, violations }) => ({ seed, violations })),
    totals: Object.fromEntries(TOTALS.map((name) => [name, sum(name)])) as SeedsSummary['totals'],
    calmSecondsMax: Math.max(0, ...reports.map(({ calmSeconds }) => calmSeconds)),
    mostBytes,
    seconds: Math.round(seconds * 10) / 10,
    seedsPerSecond: Number((reports.length / seconds).toPrecision(3)),
  };
}
