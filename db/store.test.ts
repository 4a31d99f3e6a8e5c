import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { eq } from 'drizzle-orm';
import type { Checkpoint, JournalGroup, RegionLease, StoreOutcome } from '../server/ports.ts';
import { connect } from './connect.ts';
import { migrateDatabase } from './migrate.ts';
import { CHECKPOINTS_KEPT, PostgresStore } from './postgres-store.ts';
import { startTestPostgres, type TestPostgres } from './probe/test-postgres.ts';
import { checkpoints } from './schema/checkpoint.ts';
import { journalCutGroups } from './schema/journal.ts';
import { openStore } from './store.ts';

const COMMITTED: StoreOutcome = { kind: 'committed' };
const LEASE_LOST: StoreOutcome = { kind: 'lease-lost' };
const NOBODY = { players: [] };

/** Making a cluster takes a second, and many on two cores under load. */
setDefaultTimeout(60_000);

let postgres: TestPostgres;
let store: PostgresStore;
const events: object[] = [];
const log = (event: object) => events.push(event);

beforeAll(async () => {
  postgres = await startTestPostgres(log);
  await migrateDatabase(postgres.url);
  store = new PostgresStore({ url: postgres.url, log });
});

afterAll(async () => {
  await store?.close();
  await postgres?.close();
});

let regionCount = 0;
/** A region of its own for each test. */
async function freshLease(): Promise<RegionLease> {
  regionCount++;
  return (await store.claimRegion(regionCount, 1)).lease;
}

function group(firstFrame: number, lastFrame: number, filling = 1): JournalGroup {
  const payload = new Uint8Array(40).fill(filling);
  return { firstFrame, lastFrame, payload, chain: new Uint8Array(32).fill(filling) };
}

function checkpoint(frame: number, filling = 7): Checkpoint {
  return {
    frame,
    coreHash: 'c0ffee',
    stateHash: 0xfedc_ba98_7654_3210n,
    state: new Uint8Array(100_000).fill(filling),
    chain: new Uint8Array(32).fill(filling),
  };
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

async function frames(lease: RegionLease, fromFrame: number): Promise<number[][]> {
  const groups = await all(store.groups(lease.region, fromFrame));
  return groups.map((each) => [each.firstFrame, each.lastFrame]);
}

test('a region keeps its first seed, each claim takes the next epoch', async () => {
  const first = await store.claimRegion(9000, 0xffff_ffff);
  expect(first).toEqual({ lease: { region: 9000, epoch: 1 }, seed: 0xffff_ffff });
  const second = await store.claimRegion(9000, 5);
  expect(second).toEqual({ lease: { region: 9000, epoch: 2 }, seed: 0xffff_ffff });
});

test('groups come back byte for byte, from the group that holds the asked frame on', async () => {
  const lease = await freshLease();
  const payload = Uint8Array.from({ length: 256 }, (_, index) => index);
  const first = { ...group(0, 4), payload };
  expect(await store.appendGroup(lease, first, NOBODY)).toEqual(COMMITTED);
  expect(await store.appendGroup(lease, group(5, 9), NOBODY)).toEqual(COMMITTED);
  expect(await store.appendGroup(lease, group(10, 10), NOBODY)).toEqual(COMMITTED);
  const [read] = await all(store.groups(lease.region, 0));
  expect(read?.payload).toEqual(Buffer.from(payload));
  expect(await frames(lease, 4)).toEqual([
    [0, 4],
    [5, 9],
    [10, 10],
  ]);
  expect(await frames(lease, 5)).toEqual([
    [5, 9],
    [10, 10],
  ]);
  expect(await frames(lease, 11)).toEqual([]);
});

test('more groups than one page come in order and once', async () => {
  const lease = await freshLease();
  for (let frame = 0; frame < 150; frame++) {
    expect(await store.appendGroup(lease, group(frame, frame), NOBODY)).toEqual(COMMITTED);
  }
  const read = await frames(lease, 0);
  expect(read.map(([first]) => first)).toEqual(Array.from({ length: 150 }, (_, index) => index));
});

test('a retry of the very same group commits and writes nothing twice', async () => {
  const lease = await freshLease();
  await store.appendGroup(lease, group(0, 4), NOBODY);
  expect(await store.appendGroup(lease, group(0, 4), NOBODY)).toEqual(COMMITTED);
  expect(await frames(lease, 0)).toEqual([[0, 4]]);
});

test.each([
  ['other bytes at the same frames', group(5, 9, 2)],
  ['a frame that is there already', group(9, 12)],
  ['older frames', group(0, 0)],
])('%s are refused', async (_, rival) => {
  const lease = await freshLease();
  await store.appendGroup(lease, group(5, 9), NOBODY);
  expect(await store.appendGroup(lease, rival, NOBODY)).toMatchObject({ kind: 'unavailable' });
  expect(await frames(lease, 0)).toEqual([[5, 9]]);
});

test('a lost lease writes nothing at all', async () => {
  const old = await freshLease();
  const { account } = await store.createGuest('Ada');
  const seen = { players: [{ account, x: 1, y: 2, z: 3, yaw: 4 }] };
  await store.appendGroup(old, group(0, 4), NOBODY);
  await store.claimRegion(old.region, 1);
  expect(await store.appendGroup(old, group(5, 9), seen)).toEqual(LEASE_LOST);
  expect(await store.appendGroup(old, group(0, 4), seen)).toEqual(LEASE_LOST);
  expect(await store.truncateGroups(old, 0)).toEqual(LEASE_LOST);
  expect(await store.saveCheckpoint(old, checkpoint(5))).toEqual(LEASE_LOST);
  expect(await frames(old, 0)).toEqual([[0, 4]]);
  expect(await all(store.checkpoints(old.region))).toEqual([]);
  expect((await store.account(account))?.lastSeen).toBeNull();
});

test('no write of the old holder lands after a claim has returned', async () => {
  const old = await freshLease();
  let claimed = false;
  const claim = store.claimRegion(old.region, 1).then(() => {
    claimed = true;
  });
  for (let frame = 0; ; frame++) {
    const lateAlready = claimed;
    const outcome = await store.appendGroup(old, group(frame, frame), NOBODY);
    if (lateAlready) expect(outcome).toEqual(LEASE_LOST);
    if (outcome.kind !== 'committed') {
      expect(outcome).toEqual(LEASE_LOST);
      expect((await frames(old, 0)).length).toBe(frame);
      break;
    }
  }
  await claim;
});

test('players are seen where the group left them; unknown accounts hold nothing up', async () => {
  const lease = await freshLease();
  const ada = await store.createGuest('Ada');
  const bob = await store.createGuest('Bob "; drop table accounts; -- ☃');
  expect(bob.account).toBeGreaterThan(ada.account);
  expect(await store.account(bob.account)).toEqual(bob);
  expect(await store.account(4_294_967_295)).toBeNull();
  const place = { account: ada.account, x: 1.1, y: -0.30000001192092896, z: 1e-7, yaw: 65_535 };
  const players = [place, { ...place, account: 4_294_967_295 }];
  expect(await store.appendGroup(lease, group(0, 4), { players })).toEqual(COMMITTED);
  expect((await store.account(ada.account))?.lastSeen).toEqual(place);
  const moved = { ...place, x: 900, yaw: 0 };
  await store.appendGroup(lease, group(5, 9), { players: [moved] });
  expect((await store.account(ada.account))?.lastSeen).toEqual(moved);
});

test('checkpoints come newest first, the newest few are kept, one frame holds one', async () => {
  const lease = await freshLease();
  for (let index = 0; index < CHECKPOINTS_KEPT + 3; index++) {
    expect(await store.saveCheckpoint(lease, checkpoint(index * 1200))).toEqual(COMMITTED);
  }
  const newest = (CHECKPOINTS_KEPT + 2) * 1200;
  expect(await store.saveCheckpoint(lease, checkpoint(newest, 8))).toEqual(COMMITTED);
  const read = await all(store.checkpoints(lease.region));
  expect(read.map((each) => each.frame)).toEqual(
    Array.from({ length: CHECKPOINTS_KEPT }, (_, index) => newest - index * 1200),
  );
  const saved = checkpoint(newest, 8);
  const buffers = { state: Buffer.from(saved.state), chain: Buffer.from(saved.chain) };
  expect(read[0]).toEqual({ ...saved, ...buffers });
});

test('a checkpoint whose state does not decompress is named and left out', async () => {
  const lease = await freshLease();
  await store.saveCheckpoint(lease, checkpoint(10));
  await store.saveCheckpoint(lease, checkpoint(20));
  const direct = connect(postgres.url, { socketsMax: 1, applicationName: 'test' });
  const torn = { state: new Uint8Array([1, 2, 3]) };
  await direct.database.update(checkpoints).set(torn).where(eq(checkpoints.frame, 20));
  await direct.close(0);
  expect((await all(store.checkpoints(lease.region))).map((each) => each.frame)).toEqual([10]);
  expect(events).toContainEqual({ event: 'checkpoint-damaged', region: lease.region, frame: 20 });
});

test('what is cut off leaves the journal but not the database', async () => {
  const lease = await freshLease();
  for (const first of [0, 5, 10]) {
    await store.appendGroup(lease, group(first, first + 4), NOBODY);
  }
  expect(await store.truncateGroups(lease, 5)).toEqual(COMMITTED);
  expect(await frames(lease, 0)).toEqual([[0, 4]]);
  expect(await store.appendGroup(lease, group(5, 9, 3), NOBODY)).toEqual(COMMITTED);
  const direct = connect(postgres.url, { socketsMax: 1, applicationName: 'test' });
  const cut = await direct.database.select().from(journalCutGroups);
  await direct.close(0);
  const mine = cut.filter((row) => row.region === lease.region);
  expect(mine.map((row) => row.firstFrame).sort()).toEqual([10, 5]);
});

test('a database of somebody else is brought up to date, used, and left running', async () => {
  const guest = await openStore({ databaseUrl: postgres.url, dataDir: '/nowhere', log });
  const account = await guest.createGuest('Ada');
  await guest.close();
  expect(await store.account(account.account)).toEqual(account);
});

test('a database that cannot be reached refuses to open', async () => {
  const url = new URL(postgres.url);
  url.password = 'wrong';
  const opening = openStore({ databaseUrl: url.href, dataDir: '/nowhere', log });
  await expect(opening).rejects.toThrow();
});

test('a network that swallows answers is a value, and over once it heals', async () => {
  const lease = await freshLease();
  const network = await swallowingProxy(Number(new URL(postgres.url).port));
  const url = new URL(postgres.url);
  url.port = `${network.port}`;
  const far = new PostgresStore({ url: url.href, log, answerTimeoutMs: 300 });
  expect(await far.appendGroup(lease, group(0, 4), NOBODY)).toEqual(COMMITTED);
  network.swallows = true;
  expect(await far.appendGroup(lease, group(5, 9), NOBODY)).toEqual({
    kind: 'unavailable',
    cause: 'no answer within 300 ms',
  });
  expect(await far.ping()).toBe(false);
  network.swallows = false;
  expect(await far.appendGroup(lease, group(5, 9), NOBODY)).toEqual(COMMITTED);
  expect(await far.ping()).toBe(true);
  expect(await frames(lease, 0)).toEqual([
    [0, 4],
    [5, 9],
  ]);
  await far.close();
  network.close();
});

/** A loopback TCP proxy; while it `swallows`, bytes vanish but sockets stay open. */
async function swallowingProxy(target: number) {
  const sockets = new Set<Socket>();
  const network = { port: 0, swallows: false, close: () => {} };
  const server = createServer((near) => {
    const far = connectSocket(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => network.swallows || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address === 'object' && address !== null) network.port = address.port;
  network.close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return network;
}
