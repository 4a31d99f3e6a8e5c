import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { connect, type Database } from '../connect.ts';
import { startEmbedded } from '../embedded.ts';

/** Where Debian has the programs of the oldest PostgreSQL that the store works with. */
export const POSTGRES_15_BIN = '/usr/lib/postgresql/15/bin';

/** Names a folder of PostgreSQL's programs that tests use instead of the embedded ones. */
export const TEST_POSTGRES_BIN = 'TEST_POSTGRES_BIN';

/** A PostgreSQL of a test's own: real, empty, gone with its folder when it is closed. */
export interface TestPostgres {
  readonly url: string;
  readonly folder: string;
  /** A new, empty database in it. */
  emptyDatabase(name: string): Promise<string>;
  close(): Promise<void>;
}

export function isPostgres15Installed(): boolean {
  return existsSync(join(POSTGRES_15_BIN, 'postgres'));
}

/** The embedded PostgreSQL, or the one that `TEST_POSTGRES_BIN` names. */
export async function startTestPostgres(
  log: (event: object) => void = () => {},
  binFolder = process.env[TEST_POSTGRES_BIN] ?? null,
): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'spacetime-postgres-'));
  const postgres = await startEmbedded(folder, log, binFolder);
  return {
    url: postgres.url,
    folder,
    async emptyDatabase(name) {
      await query(postgres.url, `create database ${name}`);
      const url = new URL(postgres.url);
      url.pathname = name;
      return url.href;
    },
    async close() {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `text` on a socket of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  return await withDatabase(url, async (database) => [...(await database.execute(sql.raw(text)))]);
}

export async function withDatabase<T>(
  url: string,
  run: (database: Database) => Promise<T>,
): Promise<T> {
  const connection = connect(url, { socketsMax: 1, applicationName: 'test' });
  try {
    return await run(connection.database);
  } finally {
    await connection.close(0);
  }
}
