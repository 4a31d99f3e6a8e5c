import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHistory } from '../../bench/restore/made-history.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { openStore } from '../../db/store.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { ROOT } from '../setup/shell.ts';
import { REGION } from '../setup/world-store.ts';

setDefaultTimeout(60_000);

const FRAMES = 200;
const BEGAN_MS = Date.UTC(2026, 5, 1, 12);

let folder = '';
let world = '';
/** Held open like a live server's: the folder's Postgres runs, and its lock is taken. */
let live: Awaited<ReturnType<typeof openStore>>;
/** State hash before each frame, as 16 hex digits. */
const truth: string[] = [];
/** The entity that somebody held first. */
let crate = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
  world = join(folder, 'world');
  live = await openStore({ databaseUrl: null, dataDir: world, log: () => {} });
  await makeHistory({
    module: await loadCoreModule(),
    store: live,
    bots: 4,
    frames: FRAMES,
    checkpointFrames: 60,
    wallStartMs: BEGAN_MS,
    watch: (room, stateHash) => {
      truth.push(hashText(stateHash));
      if (room.core.frame === 20) crate = movers(room.core.nextEntity(0));
    },
  });
});
afterAll(async () => {
  await live?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The last entity of the landing site: a piece of cargo. Players come after it. */
function movers(nextFree: number): number {
  return nextFree - 1 - 4 * 3;
}

function ops(...words: string[]) {
  const { stdout, stderr, exitCode } = Bun.spawnSync({
    cmd: [process.execPath, 'ops/cli.ts', ...words, '--json'],
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: world },
  });
  const out = stdout.toString();
  const last = out.trim().split('\n').at(-1) ?? '';
  const json = last.startsWith('{') ? JSON.parse(last) : null;
  return { out, err: stderr.toString(), code: exitCode, json };
}

test('verify finds nothing in a world that is served meanwhile', () => {
  const { code, json, err } = ops('verify', '--full');
  expect(err).not.toContain('bad');
  expect(json).toMatchObject({ findings: [], frames: FRAMES, checkpoints: 5 });
  expect(json.framesReplayed).toBe(FRAMES);
  expect(code).toBe(0);
});

test('a tick comes back with its hash; a time is the tick that was reached then', () => {
  const frame = 133;
  const byTick = ops('recover', '--at', String(frame * TICKS_PER_FRAME));
  expect(byTick.json).toMatchObject({ frame, checkpointFrame: 120, stateHash: truth[frame] });
  const time = new Date(BEGAN_MS + frame * 50 + 20).toISOString();
  expect(ops('recover', '--at', time).json).toMatchObject({ frame, stateHash: truth[frame] });
  const end = ops('recover', '--at', '999999');
  expect(end.err).toContain(`ends at tick ${FRAMES * TICKS_PER_FRAME}`);
  expect(end.code).toBe(1);
});

test('a tick is put into a file; a world only where nothing is', async () => {
  const at = ['--at', '232'];
  const file = join(folder, 'moment.strec');
  expect(ops('recover', ...at, '--out', file).code).toBe(0);
  expect((await openRecording(readFileSync(file))).ok).toBe(true);
  expect(ops('recover', ...at, '--out', folder).err).toContain('not empty');
});

test('a fork is a folder of its own that nothing ties to its source', async () => {
  const out = join(folder, 'fork');
  const { json, code } = ops('fork', '--at', '300', '--out', out, '--no-start');
  expect(json).toMatchObject({ folder: out, frame: 100, stateHash: truth[100], accounts: 4 });
  expect(code).toBe(0);
  const fork = await openStore({ databaseUrl: null, dataDir: out, log: () => {} });
  const { lease } = await fork.claimRegion(REGION, 0);
  expect(lease.epoch).toBe(2);
  expect((await fork.createGuest('Newcomer')).account).toBe(5);
  await fork.close();
  const there = ops('recover', '--at', '300', '--data-dir', out);
  expect(there.json).toMatchObject({ frame: 100, stateHash: truth[100] });
  expect(ops('verify').json).toMatchObject({ findings: [], frames: FRAMES });
});

test('the life of a thing and of a player', () => {
  const thing = ops('audit', String(crate));
  expect(thing.json.events[0]).toMatchObject({ what: 'command', tick: 0 });
  expect(thing.out).toContain('spawned by the server');
  expect(thing.out).toContain(`at tick ${FRAMES * TICKS_PER_FRAME} it is at`);
  expect(thing.code).toBe(0);
  const player = ops('audit', String(crate + 1));
  expect(player.out).toContain('spawned as account 1 (bot 0)');
  const nobody = ops('audit', '0xfffffff');
  expect(nobody.err).toContain('No entity');
  expect(nobody.code).toBe(1);
});

test('the world goes on from a tick of before, and what came later is kept aside', async () => {
  const frame = 143;
  const at = ['--at', String(frame * TICKS_PER_FRAME)];
  expect(ops('recover', ...at, '--in-place').err).toContain('--yes');
  const { code, out } = ops('recover', ...at, '--in-place', '--yes');
  expect(out).toContain(`goes on from tick ${frame * TICKS_PER_FRAME}`);
  expect(code).toBe(0);
  const [newest] = [...(await live.checkpointMarks(REGION, 'all'))].reverse();
  expect(newest).toMatchObject({ frame, hasState: true });
  const verified = ops('verify', '--full');
  expect(verified.json).toMatchObject({ findings: [], frames: frame });
  const end = ops('recover', '--at', String((frame + 1) * TICKS_PER_FRAME));
  expect(end.err).toContain('ends at');
});
