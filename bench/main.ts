import type { Bench, Choice } from './bench.ts';
import { crash } from './crash/bench.ts';
import { faults } from './faults/bench.ts';
import { journal } from './journal/bench.ts';
import { crowd } from './micro/crowd.ts';
import { frames } from './micro/frames.ts';
import { interest } from './micro/interest.ts';
import { keep } from './micro/keep.ts';
import { query } from './micro/query.ts';
import { stages } from './micro/stages.ts';
import { step } from './micro/step.ts';
import { net } from './net/bench.ts';
import { pack } from './pack/bench.ts';
import { physics } from './physics/bench.ts';
import { replay } from './replay/bench.ts';
import { restore } from './restore/bench.ts';
import { saveResult } from './results.ts';
import { shrink } from './shrink/bench.ts';
import { start } from './start/bench.ts';
import { store } from './store/bench.ts';
import { swarm } from './swarm/bench.ts';
import { view } from './viewer/bench.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  crash,
  faults,
  crowd,
  frames,
  interest,
  journal,
  keep,
  net,
  pack,
  physics,
  query,
  restore,
  replay,
  shrink,
  stages,
  start,
  step,
  store,
  swarm,
  view,
};

export interface BenchOptions extends Choice {
  /** Also write the figures to `bench/results/`. */
  readonly save: boolean;
  readonly json: boolean;
}

/** `name about` of every bench. */
export function listBenches(): string[] {
  return Object.entries(BENCHES).map(([name, { about }]) => `${name.padEnd(8)} ${about}`);
}

/** What a reader types to measure the same again. */
function commandOf(name: string, options: BenchOptions): string {
  const words = Object.entries(options).flatMap(([flag, value]) => {
    if (flag === 'save' || flag === 'json' || value === undefined || value === false) return [];
    return value === true ? [`--${flag}`] : [`--${flag} ${value}`];
  });
  return ['bun run bench', name, ...words, '--save'].join(' ');
}

/** Runs one bench; null when there is none of that name. Throws `UnknownChoice`. */
export async function runBench(name: string, options: BenchOptions): Promise<number | null> {
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined) return null;
  const result = await bench.run((line) => console.log(line), options);
  if (options.save) console.log(saveResult(name, commandOf(name, options), result));
  if (options.json) console.log(JSON.stringify(result));
  return 0;
}
