import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { openStore } from '../../db/store.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { createCoreShelf } from '../../server/persist/core-shelf.ts';
import { replayJournal } from '../../server/persist/replay.ts';
import { restoreAt } from '../../server/persist/restore.ts';
import type { Store } from '../../server/ports.ts';
import { createSeededRandom } from '../../server/seeded-random.ts';
import { type Bench, percentile, rounded } from '../bench.ts';
import { makeHistory } from './made-history.ts';
import { createWitness, type Witness } from './witness.ts';

const REGION = 1;
const BOTS = 100;
const WORLD_SECONDS = 3600;
const QUICK_SECONDS = 90;
const RESTORES = 100;
const QUICK_RESTORES = 12;
const SEED = 7;
const FRAMES_PER_SECOND = TICK_RATE_HZ / TICKS_PER_FRAME;

/** An hour of 100 bots in a real PostgreSQL: any tick of it back again, and how fast. */
export const restore: Bench = {
  about: `${RESTORES} random ticks of an hour of ${BOTS} bots restored; what replay takes`,
  async run(report, { quick, seconds, players }) {
    const worldSeconds = Number(seconds ?? (quick ? QUICK_SECONDS : WORLD_SECONDS));
    const bots = Number(players ?? BOTS);
    const folder = mkdtempSync(join(tmpdir(), 'restore-'));
    const store = await openStore({ databaseUrl: null, dataDir: folder, log: () => {} });
    try {
      const module = await loadCoreModule();
      const witness = await createWitness(module, chooseTicks(worldSeconds, quick));
      const made = await make(store, module, { worldSeconds, bots, witness, report });
      const restored = await restoreTicks(store, module, witness, report);
      const replayed = await replay(store, module, report);
      return { world: { worldSeconds, bots, ...made }, restored, replayed };
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Any tick of the world but those of its first second, in which everybody comes. */
function chooseTicks(worldSeconds: number, quick: boolean): number[] {
  const random = createSeededRandom(SEED);
  const ticks = (worldSeconds - 1) * TICK_RATE_HZ;
  const count = quick ? QUICK_RESTORES : RESTORES;
  return Array.from({ length: count }, () => TICK_RATE_HZ + Math.floor(random() * ticks));
}

interface Making {
  readonly worldSeconds: number;
  readonly bots: number;
  readonly witness: Witness;
  readonly report: (line: string) => void;
}

async function make(
  store: Store,
  module: CoreModule,
  { worldSeconds, bots, witness, report }: Making,
): Promise<object> {
  const startedMs = performance.now();
  const frames = worldSeconds * FRAMES_PER_SECOND;
  const wallStartMs = Date.UTC(2026, 0, 1);
  const { watch } = witness;
  await makeHistory({ module, store, bots, frames, wallStartMs, watch, report });
  const madeSeconds = (performance.now() - startedMs) / 1000;
  report(`${worldSeconds} s of ${bots} bots made in ${madeSeconds.toFixed(1)} s`);
  let groups = 0;
  let payloadBytes = 0;
  for await (const group of store.groups(REGION, 0)) {
    groups++;
    payloadBytes += group.payload.length;
  }
  return { madeSeconds: rounded(madeSeconds), groups, payloadBytes };
}

/** Each from the newest checkpoint before it, as `recover --at` does. */
async function restoreTicks(
  store: Store,
  module: CoreModule,
  witness: Witness,
  report: (line: string) => void,
): Promise<object> {
  const cores = createCoreShelf(await Core.create(module), store);
  const times: number[] = [];
  const differing: number[] = [];
  for (const [tick, expected] of witness.hashes) {
    const startedMs = performance.now();
    const genesis = (core: Pick<Core, 'reset'>) => core.reset(1);
    const restored = await restoreAt({ store, region: REGION, cores, genesis }, tick);
    times.push(performance.now() - startedMs);
    const isEqual = restored.kind === 'restored' && restored.core.stateHash() === expected;
    if (!isEqual) differing.push(tick);
  }
  const ticks = witness.hashes.size;
  report(`${ticks - differing.length} of ${ticks} random ticks restored with the recorded hash`);
  return {
    ticks,
    differing,
    p50Ms: rounded(percentile(times, 0.5)),
    maxMs: rounded(Math.max(...times)),
  };
}

/** The whole journal from the oldest checkpoint, every frame's hash compared. */
async function replay(
  store: Store,
  module: CoreModule,
  report: (line: string) => void,
): Promise<object> {
  const cores = createCoreShelf(await Core.create(module), store);
  const clock = { nowMs: () => performance.now() };
  const cpu = process.cpuUsage();
  const replayed = await replayJournal(store, REGION, cores, clock);
  const { user, system } = process.cpuUsage(cpu);
  if (replayed.damaged !== null) throw new Error(`damaged: ${JSON.stringify(replayed.damaged)}`);
  const seconds = replayed.framesReplayed / FRAMES_PER_SECOND;
  const timesRealTime = rounded((seconds * 1000) / replayed.tookMs);
  report(`${seconds} s replayed in ${replayed.tookMs} ms: ${timesRealTime} times real time`);
  return { seconds, timesRealTime, cpuTimesRealTime: rounded(seconds / ((user + system) / 1e6)) };
}
