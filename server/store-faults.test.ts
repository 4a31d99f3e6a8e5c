import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { type DatabaseServer, startDatabaseServer } from '../bench/faults/database.ts';
import { drainDeadline, drainWhileAway } from '../bench/faults/drain-faults.ts';
import { fullDisk, mountSmallDisk } from '../bench/faults/full-disk.ts';
import { lostLease } from '../bench/faults/lease-faults.ts';
import { slowStore, storeAway, storeAwayTooLong } from '../bench/faults/store-faults.ts';

/** The same at their real lengths: `bun run bench faults`. */
setDefaultTimeout(300_000);

let database: DatabaseServer;
beforeAll(async () => {
  database = await startDatabaseServer();
});
afterAll(() => database?.stop());

const SHORT = { bots: 4, lengthMs: 0 };

test('a slow store: the world is played on, the journal says so and catches up', async () => {
  const { queueBytesMax } = await slowStore({ database, ...SHORT, packetDelayMs: 1300 });
  expect(queueBytesMax).toBeGreaterThan(0);
});

test('a store away: the world is played on, and all of it is kept in the end', async () => {
  const { queueBytesMax } = await storeAway({ database, ...SHORT }, 60);
  expect(queueBytesMax).toBeGreaterThan(0);
});

test('away for longer than frames may wait: the world stands still, and goes on', async () => {
  const { stoodMs } = await storeAwayTooLong({ database, ...SHORT, undurableSeconds: 3 });
  expect(stoodMs).toBeGreaterThanOrEqual(1000);
});

test('a lost lease: the first server ends by its number, the journal is one chain', async () => {
  const { lostMs } = await lostLease({ database, ...SHORT });
  expect(lostMs).toBeLessThanOrEqual(1000);
});

test('a store that is back before the deadline of a drain gets everything', async () => {
  await drainWhileAway({ database, ...SHORT });
});

test('a store that is not: the drain ends in time with 70', async () => {
  const { endedMs } = await drainDeadline({ database, ...SHORT }, 'refuses');
  expect(endedMs).toBeGreaterThanOrEqual(500);
});

const disk = mountSmallDisk();
afterAll(() => disk?.unmount());

test.skipIf(disk === null)('a full disk (needs the right to mount one)', async () => {
  const { queueBytesMax } = await fullDisk(SHORT, disk as NonNullable<typeof disk>);
  expect(queueBytesMax).toBeGreaterThan(0);
});
