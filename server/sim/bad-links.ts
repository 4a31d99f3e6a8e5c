import {
  type BadLinkOptions,
  type BadLinkReport,
  type Corrections,
  findBad,
  playOnBadLink,
} from './bad-link.ts';
import type { CorePool } from './core-pool.ts';

export interface BadLinksSummary {
  readonly seeds: number;
  /** Of each seed. */
  readonly seconds: number;
  readonly failures: ReadonlyArray<{ readonly seed: number; readonly bad: readonly string[] }>;
  readonly deepestRollbackTicks: number;
  readonly replacedFrames: number;
  readonly desyncs: number;
  /** Seeds in which inputs left on two sockets at the end. */
  readonly spares: number;
  readonly own: Readonly<Corrections>;
  readonly players: Readonly<Corrections>;
  readonly bodies: Readonly<Corrections>;
  readonly learning: Readonly<Corrections>;
  readonly conflicts: Readonly<Corrections>;
  readonly waits: Readonly<Corrections>;
}

type Kind = 'own' | 'players' | 'bodies' | 'learning' | 'conflicts' | 'waits';

/** The same game on the same kind of link, `count` seeds from `first` on. */
export async function playOnBadLinks(
  pool: CorePool,
  { first, count, ...options }: Omit<BadLinkOptions, 'seed'> & { first: number; count: number },
  onReport: (seed: number, report: BadLinkReport, bad: readonly string[]) => void,
): Promise<BadLinksSummary> {
  const failures: Array<{ seed: number; bad: readonly string[] }> = [];
  const reports: BadLinkReport[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const report = await playOnBadLink(pool, { ...options, seed });
    const bad = findBad(report);
    if (bad.length > 0) failures.push({ seed, bad });
    reports.push(report);
    onReport(seed, report, bad);
  }
  const total = (kind: Kind): Corrections => ({
    count: sum(reports.map((report) => report[kind].count)),
    visible: sum(reports.map((report) => report[kind].visible)),
    mostM: Math.max(0, ...reports.map((report) => report[kind].mostM)),
  });
  return {
    seeds: count,
    seconds: options.seconds,
    failures,
    deepestRollbackTicks: Math.max(...reports.map((report) => report.deepestRollbackTicks)),
    replacedFrames: sum(reports.map((report) => report.replacedFrames)),
    desyncs: sum(reports.map((report) => report.desyncs)),
    spares: reports.filter((report) => report.hasSpare).length,
    own: total('own'),
    players: total('players'),
    bodies: total('bodies'),
    learning: total('learning'),
    conflicts: total('conflicts'),
    waits: total('waits'),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
