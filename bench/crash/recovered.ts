import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { PostgresStore } from '../../db/postgres-store.ts';
import { createCoreShelf } from '../../server/persist/core-shelf.ts';
import { recover } from '../../server/persist/recover.ts';
import type { Store } from '../../server/ports.ts';
import { createJudge, judge } from '../../server/sim/agreement.ts';
import { until } from '../watch/until.ts';
import type { Sight } from './witnesses.ts';

/** The seed of a world that was not given one. */
const WORLD_SEED = 1;
/** The one region of a world. */
const REGION = 1;

/** What the world must have been at a frame's first tick, as its server said. */
export interface Landmark {
  readonly frame: number;
  /** As in the server's log. */
  readonly stateHash: string;
}

/** What of a world was found again in its store. */
export interface Findings {
  /** Bubbles of clients that are the kept world's, byte for byte. */
  readonly agreements: number;
  /** Frames that were played again, each against its hash and in one chain. */
  readonly frames: number;
  /** What is not as it was; empty when all is. */
  readonly wrong: readonly string[];
}

/** Compares worlds that were played with the ones that are kept. */
export interface Examiner {
  /** Plays the journal from before the oldest sight to its end. The server may go on meanwhile. */
  examine(sights: readonly Sight[], landmarks: readonly Landmark[]): Promise<Findings>;
}

/** Of the PostgreSQL in a server's data folder, while it runs. */
export async function createExaminer(dataDir: string, module: CoreModule): Promise<Examiner> {
  const core = await Core.create(module);
  let look = (_frame: number): void => {};
  const step = core.stepFrame.bind(core);
  // Each frame is looked at before it is stepped.
  core.stepFrame = (bytes) => {
    look(core.frame);
    return step(bytes);
  };
  const judging = createJudge(await Core.create(module));
  return {
    async examine(sights, landmarks) {
      const store = new PostgresStore({ url: await addressOf(dataDir), log: () => {} });
      const byFrame = Map.groupBy(sights, ({ frame }) => frame);
      const hashes = new Map(landmarks.map(({ frame, stateHash }) => [frame, stateHash]));
      const oldest = Math.min(...byFrame.keys(), ...hashes.keys());
      const before = judging.agreements;
      const wrong: string[] = [];
      look = (frame) => {
        const hash = hashes.get(frame);
        if (hash !== undefined && hash !== hashText(core.stateHash())) {
          wrong.push(`frame ${frame} was ${hash} and is ${hashText(core.stateHash())}`);
        }
        const truth = byFrame.has(frame) ? core.snapshot() : null;
        for (const sight of byFrame.get(frame) ?? []) {
          const what = judge(judging, sight.witness, sight, truth as Uint8Array, sight.entity);
          if (what !== null) wrong.push(`witness ${sight.witness} at frame ${frame}: ${what}`);
        }
      };
      try {
        const replayed = await recover({
          store: notAfter(store, oldest),
          lease: { region: REGION, epoch: 0 },
          cores: createCoreShelf(core, store),
          genesis: (it) => it.reset(WORLD_SEED),
        });
        if (replayed.kind !== 'recovered') {
          wrong.push(`the journal cannot be played: ${replayed.kind}`);
        } else if (replayed.cutOff !== null) {
          wrong.push(`the journal is damaged at ${JSON.stringify(replayed.cutOff)}`);
        } else {
          look(replayed.frame);
        }
        const frames = replayed.kind === 'recovered' ? replayed.framesReplayed : 0;
        return { agreements: judging.agreements - before, frames, wrong };
      } finally {
        await store.close();
      }
    },
  };
}

/** The same store, but with the checkpoints at or before a frame only, and nothing is cut. */
function notAfter(
  store: Store,
  frame: number,
): Pick<Store, 'checkpoints' | 'coreSpans' | 'groups' | 'truncateGroups'> {
  return {
    checkpoints: (region) => store.checkpoints(region, frame),
    coreSpans: (region) => store.coreSpans(region),
    groups: (region, fromFrame) => store.groups(region, fromFrame),
    truncateGroups: async () => ({ kind: 'committed' }),
  };
}

/** While a server starts its PostgreSQL anew there is none for a moment. */
async function addressOf(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'postgres');
  const port = (): string | undefined => {
    const pidFile = join(folder, 'postmaster.pid');
    return existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n')[3] : undefined;
  };
  await until(() => Boolean(port()), `no PostgreSQL came back in ${folder}`);
  const password = await readFile(join(folder, 'superuser-password'), 'utf8');
  return `postgres://spacetime:${password}@127.0.0.1:${port()}/postgres`;
}

/** The process number of the PostgreSQL in a data folder. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}
