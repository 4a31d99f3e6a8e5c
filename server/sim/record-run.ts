import { writeFileSync } from 'node:fs';
import { Core } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { recordJournal } from '../persist/record.ts';
import { createCorePool } from './core-pool.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

/** The simulator's store has no other. */
const REGION = 1;

export interface RecordedRun {
  readonly frames: number;
  readonly bytes: number;
}

/** Runs one seed and writes its world's whole journal, crashes and all, as a recording. */
export async function recordRun(
  options: SimulationOptions,
  path: string,
): Promise<{ code: number; summary: RecordedRun }> {
  const module = await loadCoreModule();
  const core = await Core.create(module);
  let summary: RecordedRun = { frames: 0, bytes: 0 };
  const { violations } = await simulate(createCorePool(module), {
    ...options,
    onEnd: async ({ store }) => {
      const range = { from: null, to: null, last: null };
      const recorded = await recordJournal(store, REGION, core, range);
      if (recorded.kind !== 'recorded') throw new Error(`not recorded: ${recorded.kind}`);
      writeFileSync(path, recorded.file);
      summary = { frames: recorded.frames, bytes: recorded.file.length };
    },
  });
  for (const violation of violations) console.error(violation);
  console.log(`${path}: ${summary.frames} frames, ${summary.bytes} bytes`);
  return { code: violations.length === 0 ? 0 : 1, summary };
}
