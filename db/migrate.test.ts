import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { EMPTY_SCHEMA, migrateDatabase, migrateDown, migrationStates } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import { dumpSchema } from './probe/schema-dump.ts';
import {
  query,
  startTestPostgres,
  type TestPostgres,
  withDatabase,
} from './probe/test-postgres.ts';
import * as account from './schema/account.ts';
import * as books from './schema/books.ts';
import * as checkpoint from './schema/checkpoint.ts';
import * as journal from './schema/journal.ts';
import * as piece from './schema/piece.ts';
import * as region from './schema/region.ts';
import { openStore } from './store.ts';

const META = join(import.meta.dir, 'migrations', 'meta');
const LEDGER = 'select version, name, checksum from schema_migrations order by version';

/** Making a cluster takes a second, and many on two cores under load. */
setDefaultTimeout(60_000);

let postgres: TestPostgres;
const known = await readMigrations();
const ledger = known.map(({ version, name, checksum }) => ({ version, name, checksum }));

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres?.close());

const dump = (url: string) => withDatabase(url, dumpSchema);

/** Every row of every table but the ledger, as text. */
async function rowsOf(url: string): Promise<Record<string, unknown>[]> {
  const tables = await query(
    url,
    `select table_name from information_schema.tables
    where table_schema = 'public' and table_name <> 'schema_migrations' order by 1`,
  );
  const found: Record<string, unknown>[] = [];
  for (const { table_name: table } of tables) {
    const rows = await query(url, `select t::text as row from "${table}" t order by 1`);
    found.push(...rows.map(({ row }) => ({ table, row })));
  }
  return found;
}

/** A row in each table that the first release had. */
const FIRST_ROWS = `
  insert into regions (region, seed, lease_epoch) values (1, 4294967295, 3);
  insert into accounts (name) values ('Ada'), ('Bob');
  insert into players values (1, 1, 1.5, -2, 3, 65535, 9);
  insert into checkpoints (region, frame, core_hash, state_hash, state_bytes, state, chain)
    values (1, 5, 'ab', '00112233445566ff', 9, '\\x01', decode(repeat('07', 32), 'hex'));
  insert into journal_groups values (1, 5, 9, '\\x0102', decode(repeat('08', 32), 'hex'));
  insert into journal_cut_groups values (1, 10, 14, '\\x03', decode(repeat('09', 32), 'hex'), 2)`;

test('an empty database gets every migration once, however often it is migrated', async () => {
  const url = await postgres.emptyDatabase('again');
  expect(await migrateDatabase(url)).toEqual(known);
  expect(await migrateDatabase(url)).toEqual([]);
  expect(await query(url, LEDGER)).toEqual(ledger);
});

test('each migration, taken back, leaves all as it was, and goes up again', async () => {
  const url = await postgres.emptyDatabase('back');
  await migrateDatabase(url, known.slice(0, 1));
  await query(url, FIRST_ROWS);
  const picture = async () => ({ schema: await dump(url), rows: await rowsOf(url) });
  for (const { version } of known.slice(1)) {
    const before = await picture();
    await migrateDatabase(url, known.slice(0, version + 1));
    const after = await picture();
    expect(after.schema).not.toEqual(before.schema);
    await migrateDown(url, version - 1);
    expect(await picture()).toEqual(before);
    await migrateDatabase(url, known.slice(0, version + 1));
    expect(await picture()).toEqual(after);
  }
});

test('all the way down nothing is left, and up again it is the same schema', async () => {
  const url = await postgres.emptyDatabase('ground');
  await migrateDatabase(url);
  const full = await dump(url);
  const undone = await migrateDown(url, EMPTY_SCHEMA);
  expect(undone.map(({ version }) => version)).toEqual(known.map((_, i) => known.length - 1 - i));
  expect(await dump(url)).toEqual([]);
  await migrateDatabase(url);
  expect(await dump(url)).toEqual(full);
});

test('two migrators in processes of their own both succeed and apply everything once', async () => {
  const url = await postgres.emptyDatabase('crowded');
  const code = `
    import { migrateDatabase } from ${JSON.stringify(join(import.meta.dir, 'migrate.ts'))};
    console.log((await migrateDatabase(process.argv[1])).length);`;
  const printed = await Promise.all(
    [0, 1].map(async () => {
      const child = spawn(process.execPath, ['-e', code, url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      for await (const chunk of child.stdout) text += chunk;
      return Number(text);
    }),
  );
  expect(printed.sort()).toEqual([0, known.length]);
  expect(await query(url, LEDGER)).toEqual(ledger);
});

test('a database of the first release, by drizzle’s own ledger, is carried over', async () => {
  const url = await postgres.emptyDatabase('carried');
  const [first] = known;
  await query(
    url,
    `${first?.up}; create schema drizzle;
    create table drizzle.__drizzle_migrations (id serial primary key, hash text, created_at bigint);
    insert into drizzle.__drizzle_migrations (hash, created_at) values ('${first?.checksum}', 1);
    ${FIRST_ROWS}`,
  );
  expect((await migrationStates(url)).map(({ isApplied }) => isApplied)).toEqual(
    known.map(({ version }) => version === 0),
  );
  const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', log: () => {} });
  expect((await store.account(1))?.lastSeen).toMatchObject({ x: 1.5, yaw: 65_535 });
  await store.close();
  expect(await query(url, LEDGER)).toEqual(ledger);
});

test('a database of a newer release is refused, and taken back by what that one left', async () => {
  const url = await postgres.emptyDatabase('newer');
  await migrateDatabase(url);
  const ours = await dump(url);
  const version = known.length;
  const newer = {
    version,
    name: `${String(version).padStart(4, '0')}_quotes'-and-\\`,
    up: `create table "later" (it int default 1); insert into later values (2)`,
    down: `drop table "later"; -- '' \\ '`,
    checksum: 'ff',
  };
  await migrateDatabase(url, [...known, newer]);
  const opening = openStore({ databaseUrl: url, dataDir: '/nowhere', log: () => {} });
  await expect(opening).rejects.toThrow(`--down-to ${version - 1}`);
  expect((await migrationStates(url)).at(-1)).toEqual({
    version,
    name: newer.name,
    isApplied: true,
    isKnown: false,
  });
  expect(await migrateDown(url, version - 1)).toHaveLength(1);
  expect(await dump(url)).toEqual(ours);
  expect(await migrateDatabase(url)).toEqual([]);
});

test('a migration that was edited after it was applied is refused', async () => {
  const url = await postgres.emptyDatabase('edited');
  const [first, ...rest] = known;
  if (!first) throw new Error('no migrations');
  await migrateDatabase(url, [{ ...first, checksum: 'ff' }, ...rest]);
  await expect(migrateDatabase(url)).rejects.toThrow(`another ${first.name}`);
});

test('a migration that fails leaves no trace', async () => {
  const url = await postgres.emptyDatabase('failing');
  await migrateDatabase(url);
  const before = await dump(url);
  const version = known.length;
  const failing = {
    version,
    name: 'failing',
    up: 'create table half (it int); select 1 / 0',
    down: '',
    checksum: '',
  };
  await expect(migrateDatabase(url, [...known, failing])).rejects.toThrow();
  expect(await dump(url)).toEqual(before);
  expect(await query(url, LEDGER)).toEqual(ledger);
});

test('nothing is taken back under a running server, nor to where nobody was', async () => {
  const url = await postgres.emptyDatabase('served');
  const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', log: () => {} });
  expect(await store.ping()).toBe(true);
  await expect(migrateDown(url, 0)).rejects.toThrow('stop it first');
  await store.close();
  await expect(migrateDown(url, 4000)).rejects.toThrow('not at version 4000');
});

test('the committed migrations say what the schema says', async () => {
  const snapshots = (await readdir(META)).filter((name) => name.endsWith('_snapshot.json'));
  expect(snapshots).toHaveLength(known.length);
  const newest = snapshots.sort().at(-1) ?? '';
  const committed = JSON.parse(await readFile(join(META, newest), 'utf8'));
  const schema = { ...account, ...books, ...checkpoint, ...journal, ...piece, ...region };
  expect(await generateMigration(committed, generateDrizzleJson(schema))).toEqual([]);
});
