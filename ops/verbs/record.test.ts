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

const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '');

test('what was recorded from a journal plays to the same state as the journal', () => {
  const file = join(folder, 'a.recording');
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
  const file = join(folder, 'b.recording');
  cli('record', file, '--data-dir', folder);
  const bytes = readFileSync(file);
  // The last byte of the last frame belongs to the last player's intent.
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  expect(cli('replay', file).code).toBe(1);

  const text = bytes.toString('latin1').replace(/"coreHash":"[0-9a-f]{8}/, '"coreHash":"00000000');
  writeFileSync(file, text, 'latin1');
  expect(cli('replay', file).err).toContain('was made by core 00000000');
});

test('a checkpoint before the asked frame must exist', () => {
  const { err, code } = cli('record', join(folder, 'c'), '--data-dir', folder, '--from', '0');
  expect(err).toContain('oldest checkpoint is at frame 1');
  expect(code).toBe(1);
});
