import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCrashes } from '../bench/crash/crash.ts';
import { run as replay } from '../ops/verbs/replay.ts';
import { startServer } from './probe/server-process.ts';

/** The long form, 20 kills under 50 bots, is `bun run bench crash`. */
test('kill -9 under bots: at most 500 ms of ticks are lost and everybody comes back', async () => {
  const report = await runCrashes({ kills: 4, bots: 8, witnesses: 2, report: () => {} });
  expect(report.lostMs).toHaveLength(4);
  expect(Math.max(...report.lostMs)).toBeLessThanOrEqual(500);
  expect(report.desyncs).toBe(0);
}, 120_000);

test('SIGTERM drains: the last checkpoint is read back, the journal replays to it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-drain-'));
  try {
    const server = await startServer({ dataDir });
    expect(await server.stop()).toBe(0);
    const stopped = server.lines.find(({ event }) => event === 'stopped');
    expect(stopped?.verified).toBe(true);
    expect(await replay(['--data-dir', dataDir])).toBe(0);
    const again = await startServer({ dataDir });
    const opened = again.lines.find(({ event }) => event === 'world-open');
    expect(opened?.tick).toBe(stopped?.tick);
    await again.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 60_000);
