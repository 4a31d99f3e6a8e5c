import { sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';

/** First key of all our advisory locks: "STVR". */
const NAMESPACE = 0x53545652;

/** Second key: what the lock guards. */
const Guard = { DATA_FOLDER: 1, MIGRATIONS: 2 } as const;

/**
 * Tries to become the owner of the embedded cluster. The lock belongs to the socket, so the
 * kernel gives it back when the owner dies, however it dies: no lock file can go stale.
 */
export async function tryLockDataFolder(session: Database): Promise<boolean> {
  const [row] = await session.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_lock(${NAMESPACE}::int, ${Guard.DATA_FOLDER}::int) as locked`,
  );
  return row?.locked === true;
}

/** The application name of whoever owns the embedded cluster; null when nobody does. */
export async function dataFolderOwner(session: Database): Promise<string | null> {
  const [row] = await session.execute<{ name: string }>(sql`
    select application_name as name from pg_stat_activity join pg_locks using (pid)
    where locktype = 'advisory' and granted
      and classid = ${NAMESPACE}::int::oid and objid = ${Guard.DATA_FOLDER}::int::oid`);
  return row?.name ?? null;
}

/** Waits until no other migrator runs. `session` must have a single socket. */
export async function lockMigrations(session: Database): Promise<void> {
  await session.execute(sql`select pg_advisory_lock(${NAMESPACE}::int, ${Guard.MIGRATIONS}::int)`);
}
