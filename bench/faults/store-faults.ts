import { strict as assert } from 'node:assert';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import type { Figures } from '../bench.ts';
import type { Reading } from '../watch/journal-watch.ts';
import { until } from '../watch/until.ts';
import type { DatabaseServer } from './database.ts';
import { type PlayedWorld, replayWorld, startPlayedWorld, stoppedAt } from './played-world.ts';
import { type StoreProxy, startStoreProxy } from './store-proxy.ts';

/** What a fault is done to, and for how long. */
export interface FaultOptions {
  readonly database: DatabaseServer;
  readonly bots: number;
  /** How long the fault lasts at least, ms; 0: until its effects were seen. */
  readonly lengthMs: number;
}

/** Frames that must be played, or must not, before an effect counts as seen. */
const FRAMES_SEEN = 20;

/**
 * Every write takes some seconds: `packetDelayMs` once its statement is prepared, twice the first
 * time. The world is played on at its rate, the journal says that it is behind and goes
 * on writing, and catches up when the store is fast again.
 */
export async function slowStore(
  options: FaultOptions & { readonly packetDelayMs: number },
): Promise<Figures> {
  return withProxy(options, {}, async (world, proxy) => {
    proxy.delayMs = options.packetDelayMs;
    const behind = await untilBehind(world);
    const { framesHz, last } = await playOn(world, behind, options.lengthMs);
    await world.watch.until('a group that a slow store kept', ({ durableFrame }) => {
      return durableFrame > behind.durableFrame;
    });
    proxy.delayMs = 0;
    return { framesHz, ...(await catchUp(world, last)) };
  });
}

/**
 * The store refuses and its connections break. The world is played on at its rate, frames wait in
 * memory, and are written when the store is back.
 */
export async function storeAway(options: FaultOptions, undurableSeconds: number): Promise<Figures> {
  const env = { SPACETIME_UNDURABLE_SECONDS: `${undurableSeconds}` };
  return withProxy(options, env, async (world, proxy) => {
    proxy.close();
    const behind = await untilBehind(world);
    const { framesHz, last } = await playOn(world, behind, options.lengthMs);
    assert.equal(last.durableFrame, behind.durableFrame, 'an absent store kept something');
    proxy.open();
    return { framesHz, ...(await catchUp(world, last)) };
  });
}

/**
 * The store stays away until the queue is full: the world stands still with everybody in it, and
 * goes on where it stood when the store is back.
 */
export async function storeAwayTooLong(
  options: FaultOptions & { readonly undurableSeconds: number },
): Promise<Figures> {
  const env = { SPACETIME_UNDURABLE_SECONDS: `${options.undurableSeconds}` };
  return withProxy(options, env, async (world, proxy) => {
    const { watch } = world;
    proxy.close();
    await untilBehind(world);
    const full = await watch.until('a full journal', ({ state }) => state === 'full');
    const framesMax = (options.undurableSeconds * 1000) / FRAME_DURATION_MS;
    assert.equal(full.queueFrames, Math.round(framesMax), 'frames that wait');
    assert.ok(names(full, 'stands still'), `readiness says ${full.unready.join('; ')}`);
    const standsMs = Math.max(options.lengthMs, FRAMES_SEEN * FRAME_DURATION_MS);
    const last = await watch.until('a while', ({ atMs }) => atMs > full.atMs + standsMs);
    assert.equal(last.framesSealed, full.framesSealed, 'a full journal went on');
    assert.equal(world.herd.counts().alive, options.bots, 'a world that stands still lost bots');
    proxy.open();
    const caughtUp = await catchUp(world, last);
    const again = await watch.until('frames behind the pause', ({ framesSealed }) => {
      return framesSealed > full.framesSealed + FRAMES_SEEN;
    });
    return { ...caughtUp, stoodMs: Math.round(again.atMs - full.atMs) };
  });
}

/** A server of a new database behind a proxy. In the end it must have kept all that it played. */
async function withProxy(
  { database, bots }: FaultOptions,
  env: Readonly<Record<string, string>>,
  run: (world: PlayedWorld, proxy: StoreProxy) => Promise<Figures>,
): Promise<Figures> {
  const url = await database.create();
  const proxy = await startStoreProxy(url);
  try {
    const world = await startPlayedWorld({ databaseUrl: proxy.url, bots, env });
    try {
      const figures = await run(world, proxy);
      await expectAllKept(world, url);
      return figures;
    } finally {
      await world.end();
    }
  } finally {
    await proxy.stop();
  }
}

/** SIGTERM keeps the last frame, and the journal is whole from the first to it. */
export async function expectAllKept(world: PlayedWorld, url: string | null, dataDir = '') {
  assert.equal(await world.server.stop(), 0, 'the drain kept not everything');
  const end = stoppedAt(world.server);
  const { damaged, toFrame } = await replayWorld(url, dataDir);
  assert.deepEqual({ damaged, toFrame }, { damaged: null, toFrame: end?.frame });
}

/** The metrics say so, and readiness with them. */
export async function untilBehind({ watch }: PlayedWorld): Promise<Reading> {
  return watch.until('a journal that says it is behind', (reading) => {
    return reading.state === 'behind' && names(reading, 'frames wait');
  });
}

/** While the fault lasts everybody plays on, and the journal does not pretend to be well. */
export async function playOn(
  world: PlayedWorld,
  since: Reading,
  lengthMs: number,
): Promise<{ framesHz: number; last: Reading }> {
  const last = await world.watch.until('frames during the fault', (reading) => {
    const isLong = reading.atMs - since.atMs >= lengthMs;
    return isLong && reading.framesSealed >= since.framesSealed + FRAMES_SEEN;
  });
  assert.equal(last.state, 'behind');
  await expectEverybody(world);
  const seconds = (last.atMs - since.atMs) / 1000;
  return { framesHz: (last.framesSealed - since.framesSealed) / seconds, last };
}

/** The fault is over: all that was played by then gets durable, and everything is well. */
export async function catchUp(world: PlayedWorld, last: Reading): Promise<Figures> {
  const beganMs = performance.now();
  const durable = last.durableFrame + 1;
  const well = await world.watch.until('a journal that caught up', (reading) => {
    return reading.state === 'ok' && reading.durableFrame > durable && reading.unready.length === 0;
  });
  await expectEverybody(world);
  return {
    caughtUpMs: Math.round(well.atMs - beganMs),
    queueBytesMax: world.watch.queueBytesMax,
  };
}

/** Nobody was ever cut off, and what everybody does counts. */
async function expectEverybody({ herd, everybodyPlays }: PlayedWorld): Promise<void> {
  const said = () => `${herd.counts().alive} bots left: ${herd.counts().reasons.join(', ')}`;
  await until(() => everybodyPlays() || herd.counts().reasons.length > 0, said);
  assert.ok(everybodyPlays(), said());
}

function names({ unready }: Reading, words: string): boolean {
  return unready.some((reason) => reason.includes(words));
}
