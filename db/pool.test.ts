import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { Pool } from './pool.ts';
import { query, startTestPostgres, type TestPostgres } from './probe/test-postgres.ts';

/** Making a cluster takes a second, and many on two cores under load. */
setDefaultTimeout(60_000);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres?.close());

let poolCount = 0;
function newPool(socketsMax: number, answerTimeoutMs = 20_000) {
  const applicationName = `pool ${++poolCount}`;
  const pool = new Pool({ url: postgres.url, socketsMax, applicationName, answerTimeoutMs });
  const sessions = () =>
    query(
      postgres.url,
      `select pid from pg_stat_activity where application_name = '${applicationName}'`,
    );
  return { pool, sessions };
}

/** A question that is answered when a gate opens, so that nobody has to guess times. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, question: () => opened };
}

const backend = async (database: Database): Promise<number> =>
  Number((await database.execute(sql`select pg_backend_pid() as pid`))[0]?.pid);

test('opens as many sockets as it may; the rest wait and are all answered', async () => {
  const { pool, sessions } = newPool(3);
  const pids = await Promise.all(Array.from({ length: 40 }, () => pool.ask(backend)));
  expect(new Set(pids).size).toBe(3);
  expect(await sessions()).toHaveLength(3);
  expect(pool.usage()).toMatchObject({ socketsMax: 3, open: 3, busy: 0, waiting: 0 });
  expect(pool.usage().busyMs).toBeGreaterThan(0);
  await pool.close(1);
  expect(await sessions()).toEqual([]);
});

test('says how many sockets are busy and how many questions wait', async () => {
  const { pool } = newPool(2);
  const { open, question } = gate();
  const held = [pool.ask(question), pool.ask(question), pool.ask(question)];
  expect(pool.usage()).toMatchObject({ open: 2, busy: 2, waiting: 1 });
  open();
  await Promise.all(held);
  expect(pool.usage()).toMatchObject({ open: 2, busy: 0, waiting: 0 });
  await pool.close(1);
});

test('one question at a time uses one socket', async () => {
  const { pool } = newPool(5);
  const first = await pool.ask(backend);
  for (let i = 0; i < 5; i++) expect(await pool.ask(backend)).toBe(first);
  expect(pool.usage().open).toBe(1);
  await pool.close(1);
});

test('a lost socket costs its own question only and is replaced', async () => {
  const { pool } = newPool(2);
  const { open, question } = gate();
  const [other] = [pool.ask(question)];
  const pid = await pool.ask(backend);
  // Heard from the beginning: it may break before the next statement here has its answer.
  const broken = Promise.allSettled([
    pool.ask((database) => database.execute(sql`select pg_sleep(60)`)),
  ]);
  await query(postgres.url, `select pg_terminate_backend(${pid})`);
  expect(await broken).toMatchObject([{ status: 'rejected' }]);
  expect(await pool.ask(backend)).not.toBe(pid);
  open();
  await other;
  expect(pool.usage()).toMatchObject({ open: 2, busy: 0 });
  await pool.close(1);
});

test('an error of a statement is told and costs no socket', async () => {
  const { pool } = newPool(1);
  const pid = await pool.ask(backend);
  await expect(pool.ask((db) => db.execute(sql`select 1 / 0`))).rejects.toThrow();
  expect(await pool.ask(backend)).toBe(pid);
  await pool.close(1);
});

test('who waits too long for a socket gives up and takes none away', async () => {
  const { pool } = newPool(1, 300);
  const stuck = pool.ask(() => new Promise(() => {}));
  const late = pool.ask(backend);
  const reasons = (await Promise.allSettled([stuck, late])).map(
    (end) => 'reason' in end && end.reason,
  );
  expect(reasons.map(String)).toEqual(Array(2).fill('Error: no answer within 300 ms'));
  expect(pool.usage()).toMatchObject({ open: 0, busy: 0, waiting: 0 });
  // A socket is not always opened within so short a time.
  let pid = 0;
  while (pid === 0) pid = await pool.ask(backend).catch(() => 0);
  expect(pool.usage()).toMatchObject({ open: 1, busy: 0, waiting: 0 });
  await pool.close(1);
});

test('a statement with parameters is prepared, unless the address forbids it', async () => {
  const prepared = async (url: string): Promise<number> => {
    const options = { socketsMax: 1, applicationName: 'prepared', answerTimeoutMs: 20_000 };
    const pool = new Pool({ ...options, url });
    const count = await pool.ask(async (database) => {
      for (let i = 0; i < 3; i++) await database.execute(sql`select ${i}::int as number`);
      return Number(
        (await database.execute(sql`select count(*) from pg_prepared_statements`))[0]?.count,
      );
    });
    await pool.close(1);
    return count;
  };
  expect(await prepared(postgres.url)).toBe(1);
  expect(await prepared(`${postgres.url}?prepare=false`)).toBe(0);
});
