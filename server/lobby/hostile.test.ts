import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../probe/server-process.ts';
import { fuzzSockets } from './hostile.fuzz.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-hostile-'));
let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The growth of the second half: the first fills caches and the collector's young space. */
const GROWTH_MIB_MAX = 60;

test('10,000 hostile messages: numbered closes, no growth, nobody else notices', async () => {
  const options = { port: server.port, report: () => {} };
  const first = await fuzzSockets({ ...options, messages: 5000, seed: 1 });
  const second = await fuzzSockets({ ...options, messages: 5000, seed: 2 });
  for (const report of [first, second]) {
    expect(report.unnumbered).toEqual([]);
    expect(report.bystanderCloses).toBe(0);
    expect(report.bystanderDesyncs).toBe(0);
    expect(report.bystanderFrames).toBeGreaterThan(10);
    expect(Object.keys(report.closes)).toContain('4000');
  }
  const [before, after] = second.rssMib;
  expect(after - before).toBeLessThan(GROWTH_MIB_MAX);
  expect((await fetch(`http://127.0.0.1:${server.port}/health/ready`)).status).toBe(200);
});
