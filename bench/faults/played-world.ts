import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { openStore } from '../../db/store.ts';
import { artifactPath, loadCoreModule } from '../../server/artifacts.ts';
import { createClock } from '../../server/clock.ts';
import { createCoreShelf } from '../../server/persist/core-shelf.ts';
import { type ReplayReport, replayJournal } from '../../server/persist/replay.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import { type Herd, startHerd } from '../swarm/herd.ts';
import { type JournalWatch, watchJournal } from '../watch/journal-watch.ts';
import { until } from '../watch/until.ts';

/** A server of its own process with bots in its world, all of whom are in by the time it is had. */
export interface PlayedWorld {
  readonly server: ServerProcess;
  readonly watch: JournalWatch;
  readonly herd: Herd;
  /** Whether every bot is in the world, was never cut off, and its inputs are used. */
  everybodyPlays(): boolean;
  /** Ends bots and server, and removes its folder. */
  end(): Promise<void>;
}

export interface PlayedWorldOptions {
  /** Null: the server's own PostgreSQL in its data folder. */
  readonly databaseUrl: string | null;
  /** Where there is one already; else one is made, and removed in the end. */
  readonly dataDir?: string;
  readonly bots: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The one region of a world. */
const REGION = 1;

export async function startPlayedWorld(options: PlayedWorldOptions): Promise<PlayedWorld> {
  const { databaseUrl, bots } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'spacetime-fault-'));
  const server = await startServer({
    dataDir,
    env: {
      SPACETIME_GUESTS_PER_MINUTE: '100000',
      LOG_LEVEL: 'info',
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      ...options.env,
    },
  });
  const herd = await startHerd(
    {
      url: `ws://127.0.0.1:${server.port}`,
      first: 0,
      count: bots,
      kind: 'light',
      mode: 'roam',
      spreadM: 0,
      headsets: 0.3,
      joinsPerSecond: 100,
      returning: false,
      staySeconds: 0,
      readers: 0,
    },
    new Uint8Array(await readFile(artifactPath('core.wasm'))),
  );
  const watch = watchJournal(`http://127.0.0.1:${server.port}`);
  const everybodyPlays = () => herd.counts().acked === bots;
  const end = async (): Promise<void> => {
    watch.stop();
    await herd.finish();
    if (server.end === null) await server.kill();
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await until(everybodyPlays, () => `bots did not join: ${herd.counts().reasons.join(', ')}`);
    await watch.until('a journal that is well', ({ state, unready }) => {
      return state === 'ok' && unready.length === 0;
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { server, watch, herd, everybodyPlays, end };
}

/** The frame that comes next, by what the server said when it opened its world. */
export function openedFrame({ lines }: ServerProcess): number {
  return Number(lines.find(({ event }) => event === 'world-open')?.tick) / TICKS_PER_FRAME;
}

/** The frame that came next when it stopped, and whether the store had all of it. */
export function stoppedAt({ lines }: ServerProcess): { frame: number; verified: boolean } | null {
  const line = lines.find(({ event }) => event === 'stopped');
  if (line === undefined) return null;
  return { frame: Number(line.tick) / TICKS_PER_FRAME, verified: line.verified === true };
}

/** Plays the journal of a stopped world; every frame's hash is compared on the way. */
export async function replayWorld(databaseUrl: string | null, dataDir = ''): Promise<ReplayReport> {
  const store = await openStore({ databaseUrl, dataDir, log: () => {} });
  try {
    const core = await Core.create(await loadCoreModule());
    return await replayJournal(store, REGION, createCoreShelf(core, store), createClock());
  } finally {
    await store.close();
  }
}
