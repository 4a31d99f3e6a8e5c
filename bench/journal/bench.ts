import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Codec, Core, compileCore, createCodec } from '../../core-wasm/host/core.ts';
import { FRAME_DURATION_MS, TICK_DURATION_MS } from '../../core-wasm/host/types.ts';
import { createClock } from '../../server/clock.ts';
import { GENESIS_CHAIN } from '../../server/persist/chain.ts';
import { createJournal, type GroupCommit, type Journal } from '../../server/persist/journal.ts';
import type { RegionLease } from '../../server/ports.ts';
import { projectPlayers } from '../../server/room/room.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { type BenchDatabase, openDatabase } from './database.ts';
import { compareForms } from './forms.ts';
import { recordPlayers, sealedFrames } from './traffic.ts';

const FRAMES_PER_SECOND = 20;
const FRAMES_PER_HOUR = 3600 * FRAMES_PER_SECOND;
const PLAYERS = [200, 500];
/** Of each phase. */
const SECONDS = 30;
const WARM_UP_SECONDS = 3;
const FORM_FRAMES = 400;
/** A group's own write is over by then, and the next has not begun. */
const FLOOR_AFTER_MS = 100;
const BYTES_PER_MB = 1e6;

/** What keeping all inputs costs, beside the database's own floor for the same bytes. */
export const journal: Bench = {
  about: 'bytes a player-hour, share of a core, write latency beside PostgreSQL’s own floor',
  async run(report, { players, seconds, quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const codec = await createCodec(core.module);
    const recordings = recordPlayers(core, quick ? 4 : undefined);
    const counts = players?.split(',').map(Number) ?? (quick ? [20] : PLAYERS);
    const phaseSeconds = quick ? 1 : Number(seconds ?? SECONDS);
    const results: Record<string, object> = {};
    for (const count of counts) {
      const database = await openDatabase();
      try {
        const frames = sealedFrames(core, recordings, count, FORM_FRAMES);
        const forms = compareForms(codec, frames, count);
        const stage = await openStage({ core, codec, database, frames, players: count });
        const figures = await measure(stage, phaseSeconds);
        results[`players-${count}`] = { ...figures, forms };
        report(`${count} players in VR`);
        print(report, '  ', figures);
        for (const [form, of] of Object.entries(forms)) print(report, `  ${form}: `, of);
      } finally {
        await database.close();
      }
    }
    return results;
  },
};

function print(report: (line: string) => void, indent: string, figures: Figures): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  report(`${indent}${text.join(', ')}`);
}

interface Stage {
  readonly journal: Journal;
  readonly database: BenchDatabase;
  readonly frames: readonly Uint8Array[];
  readonly players: number;
  readonly commits: GroupCommit[];
  /** Hears of each commit, with its bytes. */
  onWritten: (payload: Uint8Array) => void;
}

/** The server's journal on the real store, with accounts for everybody whom it projects. */
async function openStage({
  core,
  codec,
  database,
  frames,
  players,
}: Pick<Stage, 'database' | 'frames' | 'players'> & { core: Core; codec: Codec }): Promise<Stage> {
  const { store } = database;
  for (let i = 0; i < players; i++) await store.createGuest(`Bot ${i}`);
  const { lease } = await store.claimRegion(1, 1);
  const commits: GroupCommit[] = [];
  let turn = 0;
  let payload: Uint8Array = new Uint8Array(0);
  const stage: Stage = {
    database,
    frames,
    players,
    commits,
    onWritten: () => {},
    journal: createJournal({
      store: {
        appendGroup: (given: RegionLease, group, projection) => {
          payload = group.payload;
          return store.appendGroup(given, group, projection);
        },
      },
      lease,
      clock: createClock(),
      firstFrame: 0,
      chain: GENESIS_CHAIN,
      packer: codec,
      queueFramesMax: FRAMES_PER_HOUR,
      project: () => projectPlayers(core, turn++),
      onLeaseLost: () => {},
      onState: () => {},
      onCommit: (commit) => {
        commits.push(commit);
        stage.onWritten(payload);
      },
    }),
  };
  return stage;
}

async function measure(stage: Stage, seconds: number): Promise<Figures> {
  const { journal, commits, players } = stage;
  await play(stage, WARM_UP_SECONDS, true);
  // The share is what the process uses with the journal more than without it: packing, hashing,
  // the projection, the driver, collecting garbage. The database's own processes are not in it.
  const without = await cpuOf(() => play(stage, seconds, false));
  commits.splice(0);
  const [bytesBefore, framesBefore] = [journal.bytesCommitted, journal.durableFrame];
  const withIt = await cpuOf(() => play(stage, seconds, true));
  const bytes = journal.bytesCommitted - bytesBefore;
  const frames = journal.durableFrame - framesBefore;
  const floors = await playBesideFloor(stage, seconds);
  journal.stop();
  const writes = commits.map(({ writeMs }) => writeMs);
  const lags = commits.map(({ lagMs }) => lagMs);
  const perPlayerFrame = bytes / (frames * players);
  return {
    mbPerPlayerHour: rounded((perPlayerFrame * FRAMES_PER_HOUR) / BYTES_PER_MB),
    bytesPerPlayerFrame: rounded(perPlayerFrame),
    corePercent: rounded(Math.max(0, withIt - without) * 100),
    writeP50Ms: rounded(percentile(writes, 0.5)),
    writeP95Ms: rounded(percentile(writes, 0.95)),
    floorP50Ms: rounded(percentile(floors, 0.5)),
    floorP95Ms: rounded(percentile(floors, 0.95)),
    durableLagP50Ms: rounded(percentile(lags, 0.5)),
    durableLagP99Ms: rounded(percentile(lags, 0.99)),
    groups: commits.length,
    writesFailed: journal.writesFailed,
  };
}

/** The floor of each group that is written meanwhile, ms. */
async function playBesideFloor(stage: Stage, seconds: number): Promise<number[]> {
  const floors: Promise<number>[] = [];
  stage.onWritten = (payload) => floors.push(floorOf(stage, payload));
  await play(stage, seconds, true);
  stage.onWritten = () => {};
  return Promise.all(floors);
}

async function floorOf({ database }: Stage, payload: Uint8Array): Promise<number> {
  await until(performance.now() + FLOOR_AFTER_MS);
  return database.floor(payload);
}

/** Share of a core that this process uses while `run` lasts. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  const beganMs = performance.now();
  await run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000 / (performance.now() - beganMs);
}

/** At the server's pace: a frame, a tick later its packing, a frame later the next. */
async function play(stage: Stage, seconds: number, isKept: boolean): Promise<void> {
  const { journal, frames } = stage;
  const beganMs = performance.now();
  for (let i = 0; i < seconds * FRAMES_PER_SECOND; i++) {
    await until(beganMs + i * FRAME_DURATION_MS);
    const { nextFrame } = journal;
    if (isKept) journal.append(nextFrame, frames[nextFrame % frames.length] as Uint8Array);
    await until(beganMs + i * FRAME_DURATION_MS + TICK_DURATION_MS);
    if (isKept) journal.workAhead();
  }
  if (isKept) await journal.flush();
}

function until(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  return waitMs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, waitMs));
}
