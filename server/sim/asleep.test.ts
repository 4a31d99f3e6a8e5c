import { expect, test } from 'bun:test';
import { Core } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { PERFECT_NETWORK } from '../net/memory-pipe.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createJudge, judge } from './agreement.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient, type SimClient } from './sim-client.ts';
import { SIM_LIMITS, startSimServer } from './sim-server.ts';
import { createVirtualClock } from './virtual-clock.ts';

const AWAY_MS = 10 * 60_000;
/** Nobody looks, so that the step may be a frame long; then display frames of 90 Hz. */
const AWAY_STEP_MS = 50;
const DISPLAY_MS = 11;
const LIVE_WITHIN_MS = 2_000;
const NETWORK = { ...PERFECT_NETWORK, delayMs: 40, jitterMs: 10 };
/** As browsers slow a hidden page's timers: at first, and after some minutes. */
const HIDDEN_MS = 1_000;
const LONG_HIDDEN_MS = 60_000;

/** P21 of the failures that others had: sleep stops timers, and nobody notices for minutes. */
test('after 10 minutes of sleep or in a hidden page everybody is live in 2 s', async () => {
  const module = await loadCoreModule();
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  const server = await startSimServer(module, clock, store, 1);
  const { room } = server;
  const clients: SimClient[] = [];
  for (let index = 0; index < 4; index++) {
    const { account } = await store.createGuestAt(index, 0);
    const core = await Core.create(module);
    const random = createSeededRandom(account);
    const door = () => server.listener;
    clients.push(createSimClient({ account, core, clock, random, conditions: NETWORK, door }));
  }
  const [awake, asleep, hidden, longHidden] = clients as [
    SimClient,
    SimClient,
    SimClient,
    SimClient,
  ];
  const away = [asleep, hidden, longHidden];
  let bufferedMax = 0;
  let waitingMax = 0;

  async function pass(durationMs: number, stepMs: number, looking: readonly SimClient[]) {
    const endMs = clock.nowMs() + durationMs;
    while (clock.nowMs() < endMs) {
      clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
      for (const client of looking) client.update();
      for (const { waiting } of clients) waitingMax = Math.max(waitingMax, waiting);
      for (const { link } of room.sessions.values()) {
        bufferedMax = Math.max(bufferedMax, link.bufferedBytes());
      }
    }
  }

  const isLive = ({ session: { status } }: SimClient) =>
    status.connection === 'live' && room.nextFrame - status.confirmedFrame <= 5;

  await pass(3_000, DISPLAY_MS, clients);
  expect(clients.map(isLive)).toEqual([true, true, true, true]);
  asleep.sleep();
  hidden.throttle(HIDDEN_MS);
  longHidden.throttle(LONG_HIDDEN_MS);
  await pass(AWAY_MS, AWAY_STEP_MS, [awake]);
  expect(room.speakers.size).toBeLessThan(4);
  expect(room.observers.sessions.filter((session) => session !== null).length).toBeLessThan(4);

  asleep.wake();
  for (const client of away) client.throttle(0);
  const wokeMs = clock.nowMs();
  const backMs = away.map(() => Number.POSITIVE_INFINITY);
  while (clock.nowMs() - wokeMs < LIVE_WITHIN_MS) {
    await pass(DISPLAY_MS, DISPLAY_MS, clients);
    away.forEach((client, i) => {
      if (isLive(client)) backMs[i] = Math.min(backMs[i] as number, clock.nowMs() - wokeMs);
    });
  }
  expect(Math.max(...backMs)).toBeLessThan(LIVE_WITHIN_MS);
  await pass(3_000, DISPLAY_MS, clients);

  const judgment = createJudge(await Core.create(module));
  for (const [index, { session }] of clients.entries()) {
    const confirmed = session.confirmedState();
    const truth = server.states.get(confirmed?.frame ?? -1);
    if (confirmed === null || truth === undefined) throw new Error(`client ${index} has no state`);
    expect(judge(judgment, index, confirmed, truth, session.status.entity)).toBeNull();
    expect(session.status.desyncs).toBe(0);
    expect(room.nextFrame - session.status.provenFrame).toBeLessThan(30);
  }
  expect(room.core.playerCount).toBe(4);
  expect(room.sessions.size).toBe(4);
  expect(bufferedMax).toBeLessThan(2 * SIM_LIMITS.softBufferBytes);
  expect(waitingMax).toBeLessThanOrEqual(256);
  server.crash();
});
