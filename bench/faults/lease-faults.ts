import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import { EXIT_LEASE_LOST } from '../../server/exit-code.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import type { Figures } from '../bench.ts';
import { until } from '../watch/until.ts';
import { openedFrame, replayWorld, startPlayedWorld, stoppedAt } from './played-world.ts';
import type { FaultOptions } from './store-faults.ts';

/**
 * Another server claims the region. The first writes nothing any more, sends its players away and
 * ends by its number; the second goes on behind the last durable frame, in one unbroken journal.
 */
export async function lostLease({ database, bots }: FaultOptions): Promise<Figures> {
  const url = await database.create();
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-rival-'));
  const first = await startPlayedWorld({ databaseUrl: url, bots });
  let second: ServerProcess | null = null;
  try {
    await first.watch.until('durable frames', ({ durableFrame }) => durableFrame > 0);
    second = await startServer({ dataDir, env: { DATABASE_URL: url } });
    await until(() => first.server.end !== null, 'the first server runs on');
    assert.match(String(first.server.end), new RegExp(`^ended with ${EXIT_LEASE_LOST}:`));
    const stopped = stoppedAt(first.server);
    assert.equal(stopped?.verified, false);
    await until(() => first.herd.counts().alive === 0, 'who was sent away is still there');
    const goesOn = openedFrame(second);
    const { timeMs: openMs } = lineOf(second, 'world-open');
    const { timeMs: sentAwayMs } = lineOf(first.server, 'drain');
    assert.equal(await second.stop(), 0);
    const { damaged, toFrame } = await replayWorld(url);
    assert.deepEqual({ damaged, toFrame }, { damaged: null, toFrame: stoppedAt(second)?.frame });
    const lost = Math.max(0, (stopped?.frame ?? Number.NaN) - goesOn);
    return {
      /** Play that the first server showed and nobody kept. */
      lostMs: Math.round(lost * FRAME_DURATION_MS),
      servedBesideMs: Number(sentAwayMs) - Number(openMs),
    };
  } finally {
    await first.end();
    if (second?.end === null) await second.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function lineOf({ lines }: ServerProcess, event: string): Readonly<Record<string, unknown>> {
  const line = lines.find((one) => one.event === event);
  if (line === undefined) throw new Error(`the server never said "${event}"`);
  return line;
}
