import { expect, test } from 'bun:test';
import { Core } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient } from './sim-client.ts';
import { type SimServer, startSimServer } from './sim-server.ts';
import { createVirtualClock } from './virtual-clock.ts';

const DISPLAY_MS = 11;

/** A player who comes back over another way while the old one still holds what it was given. */
test('the close of an old socket that comes late leaves the new session alone', async () => {
  const module = await loadCoreModule();
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  const { account } = await store.createGuestAt(0, 0);
  const server: SimServer = await startSimServer(module, clock, store, 1);
  const random = createSeededRandom(3);
  const conditions = { delayMs: 20, jitterMs: 0, lossRate: 0, lossBurst: 1 };
  const door = () => server.listener;
  const open = async () => {
    const core = await Core.create(module);
    return createSimClient({ account, core, clock, random, conditions, door });
  };
  const old = await open();
  const clients = [old];
  const pass = async (seconds: number) => {
    for (const endMs = clock.nowMs() + seconds * 1000; clock.nowMs() < endMs; ) {
      clock.advance(DISPLAY_MS);
      await new Promise((resolve) => setImmediate(resolve));
      for (const client of clients) client.update();
    }
  };
  await pass(3);
  const { entity } = old.session.status;
  expect(old.session.status.connection).toBe('live');
  old.partition({ up: true, down: true });
  await pass(1);
  old.session.close();
  const fresh = await open();
  clients.splice(0, 1, fresh);
  await pass(3);
  expect(fresh.session.status.connection).toBe('live');
  expect(server.room.sessions.size).toBe(1);
  old.partition({ up: false, down: false });
  await pass(20);
  expect(fresh.session.status.connection).toBe('live');
  expect(fresh.session.status.entity).toBe(entity);
  expect(server.room.absences.size).toBe(0);
  expect(server.room.core.playerCount).toBe(1);
  expect(fresh.session.status.closeCode).toBe(0);
  server.crash();
});
