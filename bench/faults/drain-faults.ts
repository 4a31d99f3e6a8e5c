import { strict as assert } from 'node:assert';
import { EXIT_BROKEN } from '../../server/exit-code.ts';
import type { Figures } from '../bench.ts';
import { until } from '../watch/until.ts';
import { replayWorld, startPlayedWorld, stoppedAt } from './played-world.ts';
import { expectAllKept, type FaultOptions, untilBehind } from './store-faults.ts';
import { type StoreProxy, startStoreProxy } from './store-proxy.ts';

/** The store is away when the end comes, and back before its deadline: nothing is lost. */
export async function drainWhileAway({ database, bots }: FaultOptions): Promise<Figures> {
  const url = await database.create();
  const proxy = await startStoreProxy(url);
  const world = await startPlayedWorld({ databaseUrl: proxy.url, bots });
  try {
    proxy.close();
    await untilBehind(world);
    const kept = expectAllKept(world, url);
    const { lines } = world.server;
    await until(
      () => lines.some(({ event }) => event === 'drain-unsaved'),
      'the drain did not meet the fault',
    );
    proxy.open();
    await kept;
    return {};
  } finally {
    await world.end();
    await proxy.stop();
  }
}

/** How a store that does not come back behaves. */
const SPOILERS = {
  refuses: (proxy: StoreProxy) => proxy.close(),
  /** As a network that swallows packets. */
  hangs: (proxy: StoreProxy) => {
    proxy.delayMs = 3_600_000;
  },
} as const;

/** The store does not come back: the drain gives up in time, by its number, and cuts nothing. */
export async function drainDeadline(
  { database, bots }: FaultOptions,
  how: keyof typeof SPOILERS,
): Promise<Figures> {
  const url = await database.create();
  const proxy = await startStoreProxy(url);
  const env = { SPACETIME_DRAIN_SECONDS: '1' };
  const world = await startPlayedWorld({ databaseUrl: proxy.url, bots, env });
  try {
    SPOILERS[how](proxy);
    const { durableFrame } = await untilBehind(world);
    const beganMs = performance.now();
    assert.equal(await world.server.stop(), EXIT_BROKEN);
    const endedMs = Math.round(performance.now() - beganMs);
    assert.equal(stoppedAt(world.server)?.verified, false);
    const { damaged, toFrame } = await replayWorld(url);
    assert.equal(damaged, null);
    assert.ok(toFrame > durableFrame, `frame ${durableFrame} was durable, ${toFrame} is next`);
    return { endedMs };
  } finally {
    await world.end();
    await proxy.stop();
  }
}
