import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Blow, runCrashes } from '../bench/crash/crash.ts';
import { run as replay } from '../ops/verbs/replay.ts';
import { startServer } from './probe/server-process.ts';

/** Under a few bots; the long form, 100 blows under 200, is `bun run bench crash`. */
test('kill -9 of server and Postgres: the world is the one that clients had', async () => {
  const victims = ['server', 'postgres', 'drain', 'both'] as const;
  const canaryBlow = victims.length - 1;
  const blows: Blow[] = [];
  const onBlow = (blow: Blow) => void blows.push(blow);
  await runCrashes({ victims, bots: 8, witnesses: 2, playMs: 400, canaryBlow, onBlow });
  const honest = blows.slice(0, canaryBlow);
  expect(honest.flatMap(({ wrong }) => wrong)).toEqual([]);
  for (const { agreements, desyncs, lostMs } of blows) {
    expect(agreements).toBeGreaterThan(5);
    expect(desyncs).toBe(0);
    // The 250 ms of a group, and a machine that has other things to do.
    expect(lostMs ?? 0).toBeLessThanOrEqual(1000);
  }
  // Who loses only his database loses no player, and who drains no frame.
  expect(honest.map(({ lostMs }) => lostMs)).toEqual([expect.any(Number), null, 0]);
  expect(blows[canaryBlow]?.wrong).toEqual([
    expect.stringMatching(/^witness 1 at frame \d+: differs in one of \d+ bodies$/),
  ]);
}, 300_000);

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
