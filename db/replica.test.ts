import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { RegionLease } from '../server/ports.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresStore } from './postgres-store.ts';
import {
  isPostgres15Installed,
  POSTGRES_15_BIN,
  startTestPostgres,
  type TestPostgres,
} from './probe/test-postgres.ts';
import { startReplica, type TestReplica } from './probe/test-replica.ts';

/** A cluster, its copy, and two starts; two cores under load need their time. */
setDefaultTimeout(60_000);

const POLL_MS = 20;
const DEADLINE_MS = 30_000;

let primary: TestPostgres;
let replica: TestReplica | null;
let store: PostgresStore;
let lease: RegionLease;
const events: object[] = [];

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const usage = () => {
  const { replica: used } = store.usage();
  if (used === null) throw new Error('no replica');
  return used;
};

/** The replica's picture, or the primary's when that is asked. */
const frames = async () => (await store.books.sceneHistory(1, 10)).map(({ frame }) => frame);
const note = (frame: number) => store.noteScene(lease, { kind: 'recovered', frame, detail: {} });

describe.skipIf(!isPostgres15Installed())('a streaming replica (needs PostgreSQL 15)', () => {
  beforeAll(async () => {
    primary = await startTestPostgres(() => {}, POSTGRES_15_BIN);
    await migrateDatabase(primary.url);
    replica = await startReplica(primary, POSTGRES_15_BIN);
    store = new PostgresStore({
      url: primary.url,
      replicaUrl: replica.url,
      replicaLagMaxMs: 400,
      log: (event) => events.push(event),
    });
    lease = (await store.claimRegion(1, 7)).lease;
  });
  afterAll(async () => {
    await store?.close();
    await replica?.close();
    await primary?.close();
  });

  test('answers reads, a moment late at most', async () => {
    await until(() => usage().lagMs === 0);
    const { answered } = usage();
    expect(await note(1)).toEqual({ kind: 'committed' });
    await until(async () => (await frames()).includes(1));
    expect(usage().answered).toBeGreaterThan(answered);
    expect(usage().fellBack).toBe(0);
  });

  test('is passed over while it lags, and asked again when it has caught up', async () => {
    await replica?.pauseReplay();
    await note(2);
    expect(await frames()).toEqual([1]);
    await until(() => (usage().lagMs ?? 0) > 400);
    expect(await frames()).toEqual([2, 1]);
    expect(usage().fellBack).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ event: 'replica-unused', cause: null });
    await replica?.resumeReplay();
    await until(() => usage().lagMs === 0);
    expect(events.at(-1)).toMatchObject({ event: 'replica-used' });
    const { answered } = usage();
    expect(await frames()).toEqual([2, 1]);
    expect(usage().answered).toBe(answered + 1);
  });

  test('is done without when it goes away', async () => {
    await replica?.close();
    replica = null;
    expect(await frames()).toEqual([2, 1]);
    await until(() => usage().lagMs === null);
    const { fellBack } = usage();
    expect(await frames()).toEqual([2, 1]);
    expect(usage().fellBack).toBe(fellBack + 1);
  });

  test('is none when it takes writes', async () => {
    const log: object[] = [];
    const mistaken = new PostgresStore({
      url: primary.url,
      replicaUrl: primary.url,
      log: (event) => log.push(event),
    });
    expect(await mistaken.books.sceneHistory(1, 10)).toHaveLength(2);
    await until(() => mistaken.usage().replica?.open === 1);
    expect(mistaken.usage().replica).toMatchObject({ lagMs: null, answered: 0, fellBack: 1 });
    await mistaken.close();
  });
});
