import { expect, test } from 'bun:test';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { BLACKLIST_RELOAD_MS, createBlacklist } from './blacklist.ts';

/** The durable list of a world, with as many servers as the test opens. */
function newWorld() {
  const clock = createVirtualClock(1_700_000_000_000);
  const rows = new Map<string, number>();
  const store = { away: false };
  const faults: unknown[] = [];
  const revocations = { count: 0 };
  const books = {
    async revokeTicket(ticketId: string, expiresAtMs: number) {
      if (store.away) throw new Error('away');
      rows.set(ticketId, expiresAtMs);
    },
    async revokedTickets(nowMs: number) {
      if (store.away) throw new Error('away');
      return [...rows]
        .filter(([, expiresAtMs]) => expiresAtMs > nowMs)
        .map(([ticketId, expiresAtMs]) => ({ ticketId, expiresAtMs }));
    },
  };
  const open = async (bus = createLocalBus(clock)) => {
    const onFault = (error: unknown) => faults.push(error);
    const onRevoked = () => void revocations.count++;
    const blacklist = createBlacklist({ books, bus, clock, onRevoked, onFault });
    await blacklist.start();
    return blacklist;
  };
  return { clock, store, faults, revocations, open };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a revoked ticket stays revoked in a server that starts later, until it expires', async () => {
  const { clock, open } = newWorld();
  const first = await open();
  await first.revokeTicket('t1', 60);
  expect(await first.isRevoked('t1')).toBe(true);
  expect(await first.isRevoked('t2')).toBe(false);
  expect(await (await open()).isRevoked('t1')).toBe(true);
  clock.advance(61_000);
  expect(await (await open()).isRevoked('t1')).toBe(false);
});

test('what the bus did not tell is read within a minute', async () => {
  const { clock, open } = newWorld();
  const [here, there] = [await open(), await open()];
  await here.revokeTicket('t1', 3600);
  expect(await there.isRevoked('t1')).toBe(false);
  clock.advance(BLACKLIST_RELOAD_MS);
  await settle();
  expect(await there.isRevoked('t1')).toBe(true);
});

test('without the store nothing is revoked, and what is known stays known', async () => {
  const { clock, store, faults, revocations, open } = newWorld();
  const blacklist = await open();
  await blacklist.revokeTicket('t1', 3600);
  store.away = true;
  await expect(blacklist.revokeTicket('t2', 3600)).rejects.toThrow('away');
  expect(await blacklist.isRevoked('t2')).toBe(false);
  clock.advance(BLACKLIST_RELOAD_MS);
  await settle();
  expect(faults).toHaveLength(1);
  expect(revocations.count).toBe(1);
  expect(await blacklist.isRevoked('t1')).toBe(true);
});
