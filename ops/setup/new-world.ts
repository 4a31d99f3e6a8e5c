import { existsSync, readdirSync } from 'node:fs';
import type { Restored } from '../../server/persist/restore.ts';
import type { History } from './history.ts';
import { StepFailed } from './shell.ts';
import { REGION } from './world-store.ts';

/** Throws `StepFailed` when something is in the folder already. */
export function expectEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new StepFailed(`${folder} is not empty: a world is only put where nothing is.`);
  }
}

/**
 * Makes a data folder whose world goes on from the restored frame: a database of its own with that
 * checkpoint, the core that played it and everybody's account. The source is only read.
 */
export async function makeWorld(
  history: History,
  { world, core }: Restored,
  folder: string,
): Promise<{ readonly accounts: number }> {
  const { openStore } = await import('../../db/store.ts');
  const { copyAccounts, openBeside } = await import('../../db/beside.ts');
  expectEmpty(folder);
  const store = await openStore({ databaseUrl: null, dataDir: folder, log: () => {} });
  try {
    const { lease } = await store.claimRegion(REGION, history.seed);
    const isCurrent = core === history.cores.current;
    const wasm = isCurrent ? history.wasm : await history.store.keptCore(world.coreHash);
    if (wasm !== null) await store.keepCore(world.coreHash, wasm);
    const target = await openBeside({ databaseUrl: null, dataDir: folder });
    const accounts = await copyAccounts(history.url, target.url);
    await target.close();
    const saved = await store.saveCheckpoint(lease, { ...world, takenMs: Date.now() });
    if (saved.kind !== 'committed') throw new StepFailed(`The new world failed: ${saved.kind}`);
    const { frame } = world;
    await store.noteScene(lease, { kind: 'forked', frame, detail: { coreHash: world.coreHash } });
    return { accounts };
  } finally {
    await store.close();
  }
}
