import { expect, test } from 'bun:test';
import type { SecurityEvent, StoreOutcome } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createSecurityLog, SECURITY_EVENTS_MAX, SECURITY_FLUSH_MS } from './security-log.ts';

function newLog() {
  const clock = createVirtualClock(0);
  const written: SecurityEvent[] = [];
  const store = { away: false, writes: 0 };
  const books = {
    async addSecurityEvents(events: readonly SecurityEvent[]): Promise<StoreOutcome> {
      store.writes++;
      if (store.away) return { kind: 'unavailable', cause: 'away' };
      written.push(...events);
      return { kind: 'committed' };
    },
  };
  const log = createSecurityLog(books, clock);
  const turn = async (): Promise<void> => {
    clock.advance(SECURITY_FLUSH_MS);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, written, store, turn };
}

const flood = { kind: 'close', code: '4003', account: 7, address: null } as const;

test('a flood of the same event is one row with a count; silence writes nothing', async () => {
  const { log, written, store, turn } = newLog();
  for (let i = 0; i < 500; i++) log.note(flood);
  log.note({ ...flood, account: 8 });
  expect(written).toEqual([]);
  await turn();
  expect(written).toEqual([
    { ...flood, count: 500 },
    { ...flood, account: 8, count: 1 },
  ]);
  await turn();
  expect(store.writes).toBe(1);
});

test('while the store is away events add up within bounds, and come when it is back', async () => {
  const { log, written, store, turn } = newLog();
  store.away = true;
  log.note(flood);
  await turn();
  log.note(flood);
  for (let i = 0; i < SECURITY_EVENTS_MAX + 5; i++) log.note({ ...flood, account: 100 + i });
  expect(log.lostCount).toBe(6);
  await turn();
  store.away = false;
  await turn();
  expect(written).toHaveLength(SECURITY_EVENTS_MAX);
  expect(written.find(({ account }) => account === 7)?.count).toBe(2);
});

test('closing writes what is left', async () => {
  const { log, written } = newLog();
  log.note(flood);
  await log.close();
  expect(written).toHaveLength(1);
});
