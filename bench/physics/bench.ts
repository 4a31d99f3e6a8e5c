import { loadavg } from 'node:os';
import { type Bench, type Choice, chosen, percentile } from '../bench.ts';
import { type Children, RUNTIMES, type Run, withChildren } from './children.ts';
import { ENGINES } from './engines.ts';
import type { Row } from './measure.ts';
import type { Quality } from './quality.ts';
import { PHYSICS_SCENES } from './scenes.ts';
import { qualityTable, ratioTable, sceneTable } from './table.ts';

/** Whole rounds over everything, so that a noisy minute spoils one sample of each figure. */
const ROUNDS = 3;
/** Stands for the experiments where a scene is named. */
const QUALITY = 'quality';

type Report = (line: string) => void;

export const physics: Bench = {
  about: 'our core beside Rapier, Havok and Jolt: same scenes, on Bun and on Node',
  async run(report, choice) {
    const plan = planOf(choice);
    report(load());
    const { results, quality } = await withChildren(async (children) => ({
      results: await measureAll(children, plan, report),
      quality: await judgeAll(children, plan, report),
    }));
    report('');
    for (const { scene, runtime } of results.filter(
      ({ engine }) => engine === results[0]?.engine,
    )) {
      const same = results.filter((row) => row.scene === scene && row.runtime === runtime);
      for (const line of sceneTable(same, PHYSICS_SCENES[scene]?.about ?? '')) report(line);
    }
    for (const line of [...qualityTable(quality), ...ratioTable(results)]) report(line);
    report(load());
    return { results, quality };
  },
};

function load(): string {
  return `load average ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`;
}

interface Plan {
  readonly runs: readonly Run[];
  readonly rounds: number;
  /** Engines whose quality is measured. */
  readonly judged: readonly string[];
}

/** Every chosen engine in every chosen scene on every chosen runtime, engines innermost. */
function planOf({ scenes, engines, runtimes, quick }: Choice): Plan {
  const allScenes = chosen('scene', scenes, [...Object.keys(PHYSICS_SCENES), QUALITY]);
  const allEngines = chosen('engine', engines, Object.keys(ENGINES));
  const runs = chosen('runtime', runtimes, RUNTIMES).flatMap((runtime) =>
    allScenes
      .filter((scene) => scene !== QUALITY)
      .flatMap((scene) => allEngines.map((engine) => ({ runtime, engine, scene, isQuick: quick }))),
  );
  const judged = allScenes.includes(QUALITY) && !quick ? allEngines : [];
  return { runs, rounds: quick ? 1 : ROUNDS, judged };
}

async function measureAll(
  { measure }: Children,
  { runs, rounds }: Plan,
  report: Report,
): Promise<Row[]> {
  const samples = new Map(runs.map((run) => [run, [] as Row[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const [run, rows] of samples) {
      const row = await measure(run);
      rows.push(row);
      const { engine, scene, runtime, medianMs } = row;
      report(`round ${round} of ${rounds}  ${scene} ${runtime} ${engine} ${medianMs} ms`);
    }
  }
  return [...samples.values()].map(medianOf);
}

async function judgeAll({ judge }: Children, { judged }: Plan, report: Report): Promise<Quality[]> {
  const all: Quality[] = [];
  for (const engine of judged) {
    all.push(await judge(engine));
    report(`quality of ${engine}`);
  }
  return all;
}

/** The middle of each figure over the rounds. */
function medianOf(rows: readonly Row[]): Row {
  const [first] = rows as readonly [Row, ...Row[]];
  const entries = Object.entries(first).map(([key, value]) => {
    if (typeof value !== 'number') return [key, value];
    return [
      key,
      percentile(
        rows.map((row) => row[key as keyof Row] as number),
        0.5,
      ),
    ];
  });
  return Object.fromEntries(entries) as Row;
}
