import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import type { Checkpoint, JournalGroup, RegionLease, StoreOutcome } from '../server/ports.ts';
import { connect } from './connect.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresStore } from './postgres-store.ts';
import { startTestPostgres, type TestPostgres } from './probe/test-postgres.ts';
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
    takenMs: 1_795_254_880_214 + frame,
    coreHash: 'c0ffee',
    schemaHash: 'ad0be',
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

test('a group whose last frame was damaged beyond 2^53 comes once, and reading ends', async () => {
  const lease = await freshLease();
  await store.appendGroup(lease, group(0, 4), NOBODY);
  // 2^60 + 250 is rounded to a number that is written with a smaller one than itself.
  await store.appendGroup(lease, group(5, 250), NOBODY);
  await corrupt(
    `update journal_groups set last_frame = last_frame # (1::bigint << 60)
     where region = ${lease.region} and first_frame = 5`,
  );
  const read: number[] = [];
  for await (const { firstFrame } of store.groups(lease.region, 0)) {
    read.push(firstFrame);
    if (read.length > 9) break;
  }
  expect(read).toEqual([0, 5]);
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

test('checkpoints come newest first, from a frame on if asked; one frame holds one', async () => {
  const lease = await freshLease();
  for (const frame of [0, 1200, 2400]) {
    expect(await store.saveCheckpoint(lease, checkpoint(frame))).toEqual(COMMITTED);
  }
  expect(await store.saveCheckpoint(lease, checkpoint(2400, 8))).toEqual(COMMITTED);
  const read = await all(store.checkpoints(lease.region));
  expect(read.map((each) => each.frame)).toEqual([2400, 1200, 0]);
  const saved = checkpoint(2400, 8);
  const buffers = { state: Buffer.from(saved.state), chain: Buffer.from(saved.chain) };
  expect(read[0]).toEqual({ ...saved, ...buffers });
  const older = await all(store.checkpoints(lease.region, 2399));
  expect(older.map((each) => each.frame)).toEqual([1200, 0]);
});

test('a thinned checkpoint leaves a mark, until the journal begins behind it', async () => {
  const lease = await freshLease();
  for (const frame of [0, 5, 10]) {
    await store.appendGroup(lease, group(frame, frame + 4), NOBODY);
    await store.saveCheckpoint(lease, checkpoint(frame));
  }
  expect(await store.thinCheckpoints(lease, [0, 5])).toEqual(COMMITTED);
  const marks = async (which: 'all' | 'with-state') =>
    (await store.checkpointMarks(lease.region, which)).map(({ frame }) => frame);
  expect(await marks('all')).toEqual([0, 5, 10]);
  expect(await marks('with-state')).toEqual([10]);
  expect(await store.readCheckpoint(lease.region, 5)).toEqual({ kind: 'absent' });
  expect(await store.pruneJournal(lease, 10)).toEqual(COMMITTED);
  expect(await marks('all')).toEqual([10]);
  expect(await frames(lease, 0)).toEqual([[10, 14]]);
  expect(await store.dropCheckpointsAfter(lease, 9)).toEqual(COMMITTED);
  expect(await marks('all')).toEqual([]);
});

test('a core is kept once, by its hash, and never given back altered', async () => {
  const wasm = new Uint8Array([0, 97, 115, 109]);
  const hash = 'cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f';
  expect(await store.keptCore(hash)).toBeNull();
  await store.keepCore(hash, wasm);
  await store.keepCore(hash, wasm);
  expect(await store.keptCore(hash)).toEqual(Buffer.from(wasm));
  await store.keepCore('beef', wasm);
  expect(await store.keptCore('beef')).toBeNull();
});

test('a checkpoint whose frame was damaged beyond 2^53 is told as damaged', async () => {
  const lease = await freshLease();
  for (const frame of [0, 20]) await store.saveCheckpoint(lease, checkpoint(frame));
  await corrupt(
    `update checkpoints set frame = frame # (1::bigint << 60)
     where region = ${lease.region} and frame = 20`,
  );
  const marks = await store.checkpointMarks(lease.region, 'all');
  const [sound, damaged] = marks.map(({ frame }) => frame) as [number, number];
  expect(sound).toBe(0);
  expect(await store.readCheckpoint(lease.region, damaged)).toMatchObject({ kind: 'damaged' });
  expect((await all(store.checkpoints(lease.region))).map(({ frame }) => frame)).toEqual([0]);
});

/** Writes around the port. */
async function corrupt(text: string): Promise<void> {
  const direct = connect(postgres.url, { socketsMax: 1, applicationName: 'test' });
  await direct.database.execute(sql.raw(text));
  await direct.close(0);
}

test.each([
  ['state', 'set_bit(state, 17, 1 - get_bit(state, 17))', 'state-digest'],
  ['state_digest', 'set_bit(state_digest, 3, 1 - get_bit(state_digest, 3))', 'content-hash'],
  ['content_hash', 'set_bit(content_hash, 9, 1 - get_bit(content_hash, 9))', 'content-hash'],
  ['chain', 'set_bit(chain, 255, 1 - get_bit(chain, 255))', 'content-hash'],
  ['taken_us', 'taken_us # 1', 'content-hash'],
  ['state_bytes', 'state_bytes # 64', 'content-hash'],
  ['state_hash', "translate(state_hash, 'f', 'e')", 'content-hash'],
  ['core_hash', "translate(core_hash, 'c', 'd')", 'content-hash'],
  ['schema_hash', "translate(schema_hash, 'a', 'b')", 'content-hash'],
])('a checkpoint whose %s was altered is named and left out', async (column, value, why) => {
  const lease = await freshLease();
  await store.saveCheckpoint(lease, checkpoint(10));
  await store.saveCheckpoint(lease, checkpoint(20));
  const row = `where region = ${lease.region} and frame = 20`;
  await corrupt(`update checkpoints set ${column} = ${value} ${row}`);
  expect((await all(store.checkpoints(lease.region))).map((each) => each.frame)).toEqual([10]);
  const damaged = { region: lease.region, frame: 20, why };
  expect(events).toContainEqual({ event: 'checkpoint-damaged', ...damaged });
  const read = await store.readCheckpoint(lease.region, 20);
  expect(read).toEqual({ kind: 'damaged', frame: 20, why });
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
