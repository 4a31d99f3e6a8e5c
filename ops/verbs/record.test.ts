import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crowd } from '../../bench/scenes/crowd.ts';
import { Core } from '../../core-wasm/host/core.ts';
import { openStore } from '../../db/store.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { GENESIS_CHAIN, nextChain, packFrames } from '../../server/persist/chain.ts';
import { STATE_SCHEMA_HASH } from '../../server/persist/state-layout.ts';
import { ROOT } from '../setup/shell.ts';
import { REGION } from '../setup/world-store.ts';

const GROUPS = 4;
const FRAMES_PER_GROUP = 5;

/** A folder whose world has a checkpoint, and a journal of four groups behind it. */
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
  const store = await openStore({ databaseUrl: null, dataDir: folder, log: () => {} });
  const { lease } = await store.claimRegion(REGION, 1);
  const core = await Core.create(await loadCoreModule());
  crowd.build(core);
  let chain = GENESIS_CHAIN;
  const stateHash = core.stateHash();
  const { frame } = core;
  const coreHash = core.module.hash;
  const hashes = { coreHash, schemaHash: STATE_SCHEMA_HASH, stateHash };
  const state = core.snapshot();
  await store.saveCheckpoint(lease, { frame, takenMs: Date.now(), ...hashes, state, chain });
  for (let group = 0; group < GROUPS; group++) {
    const firstFrame = core.frame;
    const frames = Array.from({ length: FRAMES_PER_GROUP }, () => {
      const bytes = crowd.nextFrame(core);
      core.stepFrame(bytes);
      return bytes;
    });
    const payload = packFrames(frames);
    chain = nextChain(chain, payload);
    const lastFrame = core.frame - 1;
    await store.appendGroup(lease, { firstFrame, lastFrame, payload, chain }, { players: [] });
  }
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function cli(...words: string[]) {
  const { stdout, stderr, exitCode } = Bun.spawnSync({
    cmd: [process.execPath, 'ops/cli.ts', ...words],
    cwd: ROOT,
  });
  return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
}

/** `cli` while this process goes on: it holds the world open. */
async function cliBeside(...words: string[]) {
  const child = Bun.spawn({
    cmd: [process.execPath, 'ops/cli.ts', ...words],
    cwd: ROOT,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { out, err, code: await child.exited };
}

const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '');

test('what was recorded from a journal plays to the same state as the journal', () => {
  const file = join(folder, 'a.strec');
  const recorded = cli('record', file, '--data-dir', folder);
  expect(recorded.out).toContain(`${GROUPS * FRAMES_PER_GROUP} frames`);
  expect(recorded.code).toBe(0);

  const fromFile = cli('replay', file, '--json');
  const fromWorld = cli('replay', '--data-dir', folder, '--json');
  expect(lastLine(fromFile.out)).toMatchObject({ kind: 'held' });
  expect(lastLine(fromFile.out).stateHash).toBe(lastLine(fromWorld.out).stateHash);
  expect([fromFile.code, fromWorld.code]).toEqual([0, 0]);
});

test('an altered recording is told from a sound one, and from one of another core', () => {
  const file = join(folder, 'b.strec');
  cli('record', file, '--data-dir', folder);
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const altered = cli('replay', file, '--json');
  expect(altered.out).toContain('altered: the ');
  expect([lastLine(altered.out).kind, altered.code]).toEqual(['unreadable', 1]);

  const old = join(folder, 'old.recording');
  const line = {
    format: 'spacetime-recording',
    version: 1,
    coreHash: '0'.repeat(64),
    endHash: '1',
  };
  const state = Buffer.alloc(84);
  const head = Buffer.from(`${JSON.stringify(line)}\n`);
  writeFileSync(old, Buffer.concat([head, Buffer.from([84, 0, 0, 0]), state]));
  expect(cli('replay', old).err).toContain('was made by core 00000000');
});

test('any stretch is recorded: from a frame to a frame, or the last seconds', () => {
  const file = join(folder, 'd.strec');
  const some = cli('record', file, '--data-dir', folder, '--from', '4', '--to', '11');
  expect(some.out).toContain('7 frames from frame 4, 0.3 s');
  expect(lastLine(cli('replay', file, '--json').out)).toMatchObject({ kind: 'held' });

  const last = cli('record', file, '--data-dir', folder, '--last', '1s');
  expect(last.out).toContain('20 frames from frame 1,');
  const wrong = cli('record', file, '--data-dir', folder, '--last', '1 day');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('90s, 10m or 2h')]);
});

test('a world in play is recorded beside its server', async () => {
  const store = await openStore({ databaseUrl: null, dataDir: folder, log: () => {} });
  try {
    const file = join(folder, 'live.strec');
    const live = await cliBeside('record', file, '--data-dir', folder);
    expect(live).toMatchObject({ code: 0, out: expect.stringContaining('20 frames') });
    expect(await store.ping()).toBe(true);
  } finally {
    await store.close();
  }
});

test('a checkpoint before the asked frame, and a journal up to it, must exist', () => {
  const { err, code } = cli('record', join(folder, 'c'), '--data-dir', folder, '--from', '0');
  expect(err).toContain('oldest checkpoint is at frame 1');
  expect(code).toBe(1);
  const later = cli('record', join(folder, 'c'), '--data-dir', folder, '--from', '500');
  expect(later.err).toContain('ends before frame 21');
});
