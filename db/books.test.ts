import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { MetricAggregate, PlacedPiece, StoreOutcome } from '../server/ports.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresStore } from './postgres-store.ts';
import {
  query,
  startTestPostgres,
  type TestPostgres,
  withDatabase,
} from './probe/test-postgres.ts';
import { beginBackup, endBackup, markBackupVerified, selectBackups } from './queries/backups.ts';
import { deleteWebhook, selectWebhooksFor, upsertWebhook } from './queries/webhooks.ts';

const COMMITTED: StoreOutcome = { kind: 'committed' };
const LEASE_LOST: StoreOutcome = { kind: 'lease-lost' };

/** Making a cluster takes a second, and many on two cores under load. */
setDefaultTimeout(60_000);

let postgres: TestPostgres;
let store: PostgresStore;

beforeAll(async () => {
  postgres = await startTestPostgres();
  await migrateDatabase(postgres.url);
  store = new PostgresStore({ url: postgres.url, log: () => {} });
});
afterAll(async () => {
  await store?.close();
  await postgres?.close();
});

function group(frame: number) {
  const chain = new Uint8Array(32).fill(frame);
  return { firstFrame: frame, lastFrame: frame, payload: new Uint8Array(8), chain };
}

function piece(entity: number, x = 1): PlacedPiece {
  return {
    entity,
    shape: 1,
    definition: 0,
    size: [0.1, 2, 3].map(Math.fround) as [number, number, number],
    position: [x, -0.30000001192092896, 1e-7].map(Math.fround) as [number, number, number],
    rotation: [0, 0, 0.6, 0.8].map(Math.fround) as [number, number, number, number],
  };
}

const byEntity = (a: PlacedPiece, b: PlacedPiece) => a.entity - b.entity;

test('pieces come and go with their group, bit for bit, and not without the lease', async () => {
  const { lease } = await store.claimRegion(1, 7);
  const [wall, floor, roof] = [piece(0x1_0001), piece(2, 250), piece(4_294_967_295)];
  const first = { players: [], pieces: { placed: [wall, floor, roof], removed: [] } };
  expect(await store.appendGroup(lease, group(0), first)).toEqual(COMMITTED);
  expect((await store.pieces(1)).sort(byEntity)).toEqual([wall, floor, roof].sort(byEntity));
  const moved = { ...floor, position: [9, 9, 9] } as const;
  const second = { players: [], pieces: { placed: [moved], removed: [roof.entity, 77] } };
  expect(await store.appendGroup(lease, group(1), second)).toEqual(COMMITTED);
  // A retry whose first answer got lost.
  expect(await store.appendGroup(lease, group(1), second)).toEqual(COMMITTED);
  const standing = [wall, moved].sort(byEntity);
  expect((await store.pieces(1)).sort(byEntity)).toEqual(standing);
  await store.claimRegion(1, 7);
  expect(await store.appendGroup(lease, group(2), first)).toEqual(LEASE_LOST);
  expect((await store.pieces(1)).sort(byEntity)).toEqual(standing);
  expect(await store.pieces(2)).toEqual([]);
});

test('a region’s history is newest first and closed to who lost the lease', async () => {
  const { lease } = await store.claimRegion(2, 7);
  const detail = { why: 'chain "☃"', lastFrame: 9, checkpointFrame: null };
  expect(await store.noteScene(lease, { kind: 'genesis', frame: 0, detail: {} })).toEqual(
    COMMITTED,
  );
  expect(await store.noteScene(lease, { kind: 'cut', frame: 5, detail })).toEqual(COMMITTED);
  await store.claimRegion(2, 7);
  expect(await store.noteScene(lease, { kind: 'forked', frame: 5, detail })).toEqual(LEASE_LOST);
  const history = await store.books.sceneHistory(2, 10);
  expect(history).toMatchObject([
    { kind: 'cut', frame: 5, epoch: 1, detail },
    { kind: 'genesis', frame: 0, epoch: 1, detail: {} },
  ]);
  expect(Math.abs((history[0]?.atMs ?? 0) - Date.now())).toBeLessThan(600_000);
  expect(await store.books.sceneHistory(2, 1)).toHaveLength(1);
});

test('revoked tickets are kept until they would have expired', async () => {
  const { books } = store;
  await books.revokeTicket('t1', 2000);
  await books.revokeTicket('t2', 9000);
  await books.revokeTicket('t2', 9999);
  const both = await books.revokedTickets(1000);
  expect(both.map(({ ticketId }) => ticketId).sort()).toEqual(['t1', 't2']);
  expect(await books.revokedTickets(2000)).toEqual([{ ticketId: 't2', expiresAtMs: 9000 }]);
  expect(await query(postgres.url, 'select ticket_id from token_blacklist')).toHaveLength(1);
});

test('security events are written by the batch, and the old ones go', async () => {
  const { books } = store;
  const event = { kind: 'close', code: '4003', account: 7, address: null, count: 500 } as const;
  const stranger = { ...event, kind: 'refusal', account: null, address: '::1', count: 1 } as const;
  expect(await books.addSecurityEvents([event, stranger])).toEqual(COMMITTED);
  await query(postgres.url, `update security_events set at = now() - interval '91 days'`);
  expect(await books.addSecurityEvents([stranger])).toEqual(COMMITTED);
  expect(
    await query(postgres.url, 'select kind, code, account, address, count from security_events'),
  ).toEqual([stranger]);
});

test('an hour is made of its minutes, each counted once, and old ones go', async () => {
  const { books } = store;
  await store.claimRegion(3, 7);
  const hourMs = Date.UTC(2026, 0, 2, 3);
  const minute = (sum: number): MetricAggregate[] => [
    { metric: 'players', label: '', samples: 2, sum, min: sum / 2 - 1, max: sum / 2 + 1 },
  ];
  expect(await books.addMetrics(3, hourMs, minute(10))).toEqual(COMMITTED);
  expect(await books.addMetrics(3, hourMs + 60_000, minute(30))).toEqual(COMMITTED);
  expect(await books.addMetrics(3, hourMs + 60_000, minute(20))).toEqual(COMMITTED);
  expect(await books.addMetrics(3, hourMs + 3_600_000, minute(40))).toEqual(COMMITTED);
  const hours = `select samples, sum, min, max from metrics_aggregates
    where resolution_seconds = 3600 order by began_at`;
  expect(await query(postgres.url, hours)).toEqual([
    { samples: 4, sum: 30, min: 4, max: 11 },
    { samples: 2, sum: 40, min: 19, max: 21 },
  ]);
  await books.addMetrics(3, hourMs + 8 * 86_400_000, minute(2));
  const minutes = 'select from metrics_aggregates where resolution_seconds = 60';
  expect(await query(postgres.url, minutes)).toHaveLength(1);
  expect(await query(postgres.url, hours)).toHaveLength(3);
});

test('a webhook is one an address, and is asked for by event', async () => {
  await withDatabase(postgres.url, async (database) => {
    const url = 'https://example.org/hook';
    const id = await upsertWebhook(database, { url, events: ['cut'], secret: 'a' });
    expect(await upsertWebhook(database, { url, events: ['cut', 'join'], secret: 'b' })).toBe(id);
    const [hook, ...more] = await selectWebhooksFor(database, 'join');
    expect(more).toEqual([]);
    expect(hook).toMatchObject({ id, url, events: ['cut', 'join'], secret: 'b' });
    expect(await selectWebhooksFor(database, 'leave')).toEqual([]);
    const scheme = upsertWebhook(database, { url: 'file:///etc', events: ['cut'], secret: 'a' });
    await expect(scheme).rejects.toThrow();
    expect(await deleteWebhook(database, id)).toBe(true);
    expect(await deleteWebhook(database, id)).toBe(false);
  });
});

test('a backup ends once, and only one that was done is verified', async () => {
  await withDatabase(postgres.url, async (database) => {
    const good = await beginBackup(database, 'full', 'folder/a');
    const bad = await beginBackup(database, 'incremental', 'folder/b');
    const done = { state: 'done', sizeBytes: 5_000_000_000, checksum: 'ff' } as const;
    const failed = { state: 'failed', cause: 'disk full' } as const;
    expect(await markBackupVerified(database, good)).toBe(false);
    expect(await endBackup(database, good, done)).toBe(true);
    expect(await endBackup(database, good, failed)).toBe(false);
    expect(await endBackup(database, bad, failed)).toBe(true);
    expect(await markBackupVerified(database, good)).toBe(true);
    expect(await markBackupVerified(database, bad)).toBe(false);
    expect(await selectBackups(database, 10)).toMatchObject([
      { id: bad, state: 'failed', cause: 'disk full' },
      { id: good, state: 'done', sizeBytes: 5_000_000_000, verifiedAt: expect.any(Date) },
    ]);
  });
});
