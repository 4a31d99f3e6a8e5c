import type { Core } from '../../core-wasm/host/core.ts';
import type { StoreBeside } from '../../db/beside.ts';
import type { CoreShelf } from '../../server/persist/core-shelf.ts';
import type { Restored, RestoreOptions } from '../../server/persist/restore.ts';
import type { CheckpointMark } from '../../server/ports.ts';
import { build } from './build.ts';
import { installPackages } from './install.ts';
import { StepFailed } from './shell.ts';
import { openWorldBeside, REGION, type StoreFlags } from './world-store.ts';

/** A world's history, opened for reading beside whoever serves it. */
export interface History extends StoreBeside {
  readonly seed: number;
  readonly cores: CoreShelf & { readonly current: Core };
  /** Artifact of the current core. */
  readonly wasm: Uint8Array;
  /** Oldest first. */
  readonly marks: readonly CheckpointMark[];
  readonly options: RestoreOptions;
}

/** Throws `StepFailed` when there is no world. */
export async function openHistory(flags: StoreFlags): Promise<History> {
  await installPackages();
  await build(['core']);
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { loadCoreArtifact } = await import('../../server/artifacts.ts');
  const { createCoreShelf } = await import('../../server/persist/core-shelf.ts');
  const beside = await openWorldBeside(flags);
  const { store } = beside;
  try {
    const seed = await store.regionSeed(REGION);
    if (seed === null) throw new StepFailed('No world was played here: there is no region.');
    const { module, wasm } = await loadCoreArtifact();
    const cores = createCoreShelf(await Core.create(module), store);
    const marks = await store.checkpointMarks(REGION, 'all');
    const genesis = (core: Pick<Core, 'reset'>) => core.reset(seed);
    const options = { store, region: REGION, cores, genesis };
    return { ...beside, seed, cores, wasm, marks, options };
  } catch (error) {
    await beside.close();
    throw error;
  }
}

export const AT_USAGE = [
  '  --at TICK|TIME      a tick, or a date and time such as 2026-11-21T22:15:00Z, which is found',
  '                      by the checkpoints around it',
].join('\n');

/** The tick that `--at` names. Throws `StepFailed`: there is none, or none before that time. */
export async function tickOf(text: string | undefined, history: History): Promise<number> {
  const { parseMoment, tickAt } = await import('../../server/persist/moment.ts');
  const moment = text === undefined ? null : parseMoment(text);
  if (moment === null) throw new StepFailed('--at wants a tick, or a date and time.');
  if (moment.kind === 'tick') return moment.tick;
  const tick = tickAt(history.marks, moment.ms);
  if (tick === null) throw new StepFailed('At that time nothing had been saved yet.');
  return tick;
}

/** Restores a tick, or says why it cannot be had by throwing `StepFailed`. */
export async function restoreTick(history: History, tick: number): Promise<Restored> {
  const { restoreAt } = await import('../../server/persist/restore.ts');
  const restored = await restoreAt(history.options, tick);
  switch (restored.kind) {
    case 'restored':
      return restored;
    case 'not-yet':
      throw new StepFailed(`The journal ends at tick ${restored.lastTick}.`);
    case 'not-kept':
      throw new StepFailed(
        `The journal of tick ${tick} is no longer kept` +
          (restored.nearestTick === null
            ? '.'
            : `; an archive is at tick ${restored.nearestTick}.`),
      );
    case 'damaged':
      throw new StepFailed(
        `The journal is damaged at frames ${restored.frame} to ${restored.lastFrame}: ` +
          `${restored.why}.`,
      );
    case 'other-core':
      throw new StepFailed(
        `From frame ${restored.frame} on core ${restored.coreHash} played, which was not kept.`,
      );
  }
}
