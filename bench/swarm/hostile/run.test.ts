import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactPath } from '../../../server/artifacts.ts';
import { type ServerProcess, startServer } from '../../../server/probe/server-process.ts';
import { CHEATS } from './catalogue.ts';
import { cheatTable, tryCheats } from './run.ts';
import { SLOW_CHEATS } from './slow-cheats.ts';

const TIMEOUT_MS = 60_000;
/** They wait for a server's patience to end; `bench swarm --scenes hostile` has them. */
const LONG = ['half a request', ...SLOW_CHEATS.map(({ name }) => name)];

const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-cheats-'));
let server: ServerProcess;
let options: { readonly url: string; readonly wasm: Uint8Array<ArrayBuffer> };

beforeAll(async () => {
  const env = { SPACETIME_GUESTS_PER_MINUTE: '1000', SPACETIME_ARRIVAL_SPREAD_M: '40' };
  server = await startServer({ dataDir, env });
  const wasm = await Bun.file(artifactPath('core.wasm')).bytes();
  options = { url: `ws://127.0.0.1:${server.port}`, wasm };
}, TIMEOUT_MS);

afterAll(async () => {
  await server.kill();
  rmSync(dataDir, { recursive: true, force: true });
}, TIMEOUT_MS);

test('the catalogue has no two of a name, and more than twenty', () => {
  expect(CHEATS.length).toBeGreaterThan(20);
  expect(new Set(CHEATS.map(({ name }) => name)).size).toBe(CHEATS.length);
});

test(
  'every cheat ends as it should',
  async () => {
    const cheats = CHEATS.filter(({ name }) => !LONG.includes(name));
    const reports = await tryCheats({ ...options, times: 1, cheats });
    expect(cheatTable(reports).filter((line) => line.startsWith('WRONG'))).toEqual([]);
    expect(reports.map(({ tried }) => tried)).toEqual(cheats.map(() => 1));
  },
  TIMEOUT_MS,
);

test('an outcome that is not the expected one is wrong; so is a broken tester', async () => {
  const reports = await tryCheats({
    ...options,
    times: 2,
    cheats: [
      { name: 'as expected', expected: ['cut', 'harmless'], run: async () => 'harmless' },
      { name: 'otherwise', expected: 'closed 4000', run: async () => 'closed 1000' },
      { name: 'broken', expected: 'harmless', run: () => Promise.reject(new Error('no door')) },
    ],
  });
  expect(reports.map(({ isRight }) => isRight)).toEqual([true, false, false]);
  expect(reports[1]?.outcomes).toEqual({ 'closed 1000': 2 });
  expect(cheatTable(reports).join('\n')).toContain('no door');
});
