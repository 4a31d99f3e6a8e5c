import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { expectNone, parseFlags } from './verb.ts';

export const summary = "play a stopped world's journal again and compare every hash";

export const usage = `bun run replay [--data-dir DIR | --database-url URL] [--json]

  --data-dir DIR      folder of the world, its server stopped (default: DATA_DIR or world-data)
  --database-url URL  the world's database instead
  --json              end with one JSON line

Begins at the oldest checkpoint that is kept. Exits with 1 when a group is not what was written.`;

const REGION = 1;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    'data-dir': 'string',
    'database-url': 'string',
    json: 'boolean',
  });
  expectNone(rest);
  await installPackages();
  await build(['core']);
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { openStore } = await import('../../db/store.ts');
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  const { createClock } = await import('../../server/clock.ts');
  const { replayJournal } = await import('../../server/persist/replay.ts');

  const store = await openStore({
    databaseUrl: flags['database-url'] ?? null,
    dataDir: flags['data-dir'] ?? process.env.DATA_DIR ?? 'world-data',
    log: () => {},
  });
  try {
    const core = await Core.create(await loadCoreModule());
    const report = await replayJournal(store, REGION, core, createClock());
    const played = (report.framesReplayed * TICKS_PER_FRAME) / TICK_RATE_HZ;
    const speed = Math.round((played * 1000) / Math.max(1, report.tookMs));
    console.log(
      `${report.framesReplayed} frames (${played.toFixed(1)} s of play) in ${report.tookMs} ms, ` +
        `${speed} times real time; hash ${report.stateHash} at frame ${report.toFrame}`,
    );
    if (report.damaged !== null) {
      console.error(`Damaged from frame ${report.damaged.frame}: ${report.damaged.why}`);
    }
    if (flags.json) console.log(JSON.stringify(report));
    return report.damaged === null ? 0 : 1;
  } finally {
    await store.close();
  }
}
