import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startEmbedded } from '../../db/embedded.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { PostgresStore } from '../../db/postgres-store.ts';
import type { Store } from '../../server/ports.ts';

/** The embedded PostgreSQL in a folder of its own, as a server has it, and beside it its floor. */
export interface BenchDatabase {
  readonly store: Store;
  /** A bare insert of such bytes by a prepared statement, committed; ms. */
  floor(payload: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

export async function openDatabase(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-journal-'));
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true });
  try {
    const embedded = await startEmbedded(dataDir, () => {});
    await migrateDatabase(embedded.url);
    const onClosed = () => embedded.close();
    const store = new PostgresStore({ url: embedded.url, log: () => {}, onClosed });
    const sql = postgres(embedded.url, { max: 1, onnotice: () => {} });
    await sql`create table journal_floor (id bigserial primary key, payload bytea not null)`;
    return {
      store,
      async floor(payload) {
        const beganMs = performance.now();
        await sql`insert into journal_floor (payload) values (${payload})`;
        return performance.now() - beganMs;
      },
      async close() {
        await sql.end({ timeout: 1 });
        await store.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
