import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { sql } from 'drizzle-orm';
import { connect } from './connect.ts';
import { type EmbeddedPostgres, startEmbedded } from './embedded.ts';
import { migrateDatabase } from './migrate.ts';
import * as account from './schema/account.ts';
import * as checkpoint from './schema/checkpoint.ts';
import * as journal from './schema/journal.ts';
import * as region from './schema/region.ts';

const MIGRATIONS = join(import.meta.dir, 'migrations');

/** Making a cluster takes a second, and many on two cores under load. */
setDefaultTimeout(60_000);

let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spacetime-migrate-'));
  postgres = await startEmbedded(folder, () => {});
});

afterAll(async () => {
  await postgres?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A new, empty database in the cluster. */
async function emptyDatabase(name: string): Promise<string> {
  await query(postgres.url, `create database ${name}`);
  const url = new URL(postgres.url);
  url.pathname = name;
  return url.href;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const connection = connect(url, { socketsMax: 1, applicationName: 'test' });
  try {
    return [...(await connection.database.execute(sql.raw(text)))];
  } finally {
    await connection.close(0);
  }
}

/** The way back of each stands beside it. */
function isUpward(name: string): boolean {
  return name.endsWith('.sql') && !name.endsWith('.down.sql');
}

async function committedMigrations(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter(isUpward).sort();
}

const APPLIED = 'select id from drizzle.__drizzle_migrations';
const TABLES = `select table_name from information_schema.tables where table_schema = 'public'`;

test('an empty database gets every migration once, however often it is migrated', async () => {
  const url = await emptyDatabase('again');
  await migrateDatabase(url);
  await migrateDatabase(url);
  expect(await query(url, APPLIED)).toHaveLength((await committedMigrations()).length);
  expect(await query(url, TABLES)).toHaveLength(7);
});

test('four migrators at once all succeed and apply every migration once', async () => {
  const url = await emptyDatabase('crowded');
  await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(url)));
  expect(await query(url, APPLIED)).toHaveLength((await committedMigrations()).length);
});

test('the committed migrations say what the schema says', async () => {
  const snapshots = (await readdir(join(MIGRATIONS, 'meta'))).filter((name) =>
    name.endsWith('_snapshot.json'),
  );
  expect(snapshots).toHaveLength((await committedMigrations()).length);
  const newest = snapshots.sort().at(-1) ?? '';
  const committed = JSON.parse(await readFile(join(MIGRATIONS, 'meta', newest), 'utf8'));
  const schema = generateDrizzleJson({ ...account, ...checkpoint, ...journal, ...region });
  expect(await generateMigration(committed, schema)).toEqual([]);
});
