import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisClient } from 'bun';
import { startHerd } from '../bench/swarm/herd.ts';
import { artifactPath } from './artifacts.ts';
import { startRedis } from './probe/redis-process.ts';
import { startServer } from './probe/server-process.ts';

/** The same server in its other dress: Node, uWebSockets.js, Redis. */
test('under Node with uWebSockets.js and Redis full clients agree, and it drains', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-node-'));
  const redis = await startRedis();
  const keys = new RedisClient(redis.url);
  try {
    const server = await startServer({ dataDir, runtime: 'node', env: { REDIS_URL: redis.url } });
    expect(server.lines.find(({ event }) => event === 'listening')?.transport).toBe('uws');
    const wasm = new Uint8Array(await readFile(artifactPath('core.wasm')));
    const herd = await startHerd(
      {
        url: `ws://127.0.0.1:${server.port}`,
        first: 0,
        count: 3,
        kind: 'full',
        readers: 0,
        mode: 'roam',
        spreadM: 0,
        headsets: 0.5,
        joinsPerSecond: 20,
        returning: false,
        staySeconds: 0,
      },
      wasm,
    );
    while (herd.counts().acked < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await keys.send('KEYS', ['*session*'])) as string[]).toHaveLength(3);
    const { desyncs, alive } = await herd.finish();
    expect([desyncs, alive]).toEqual([0, 3]);
    expect(await server.stop()).toBe(0);
  } finally {
    keys.close();
    await redis.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 60_000);
