import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../probe/server-process.ts';
import { fuzzSockets } from './hostile.fuzz.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-hostile-'));
let server: ServerProcess;

beforeAll(async () => {
  const preload = new URL('../probe/collect-on-signal.ts', import.meta.url).pathname;
  server = await startServer({ dataDir, env: { BUN_OPTIONS: `--preload ${preload}` } });
});
afterAll(async () => {
  await server.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

/** 250 bytes for each of the 4,700 connections of a round; 60 to 80 are measured. */
const GROWTH_KIB_MAX = 1200;

test('10,000 hostile messages: numbered closes, no growth, nobody else notices', async () => {
  const collect = () => process.kill(server.pid, 'SIGUSR2');
  const options = { port: server.port, report: () => {}, collect };
  const first = await fuzzSockets({ ...options, messages: 5000, seed: 1 });
  const second = await fuzzSockets({ ...options, messages: 5000, seed: 2 });
  for (const report of [first, second]) {
    expect(report.unnumbered).toEqual([]);
    expect(report.bystanderCloses).toBe(0);
    expect(report.bystanderDesyncs).toBe(0);
    expect(report.bystanderFrames).toBeGreaterThan(10);
    expect(Object.keys(report.closes)).toContain('4000');
  }
  const [before, after] = second.heapKib;
  expect(after - before).toBeLessThan(GROWTH_KIB_MAX);
  expect((await fetch(`http://127.0.0.1:${server.port}/health/ready`)).status).toBe(200);
});
