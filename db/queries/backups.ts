import { and, desc, eq, sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';
import { backupHistory } from '../schema/books.ts';

export type BackupRecord = typeof backupHistory.$inferSelect;

/** Enters a backup that begins now; returns its number. */
export async function beginBackup(
  database: Database,
  kind: 'full' | 'incremental' | 'logical',
  location: string,
): Promise<number> {
  const [row] = await database
    .insert(backupHistory)
    .values({ kind, location })
    .returning({ id: backupHistory.id });
  if (!row) throw new Error('insert of a backup returned no row');
  return row.id;
}

export type BackupEnd =
  | { readonly state: 'done'; readonly sizeBytes: number; readonly checksum: string }
  | { readonly state: 'failed'; readonly cause: string };

/** False when it is not running: an end is entered once. */
export async function endBackup(database: Database, id: number, end: BackupEnd): Promise<boolean> {
  const rows = await database
    .update(backupHistory)
    .set({ ...end, endedAt: sql`now()` })
    .where(and(eq(backupHistory.id, id), eq(backupHistory.state, 'running')))
    .returning();
  return rows.length > 0;
}

/** A test restored it and found it whole. False when it was never done. */
export async function markBackupVerified(database: Database, id: number): Promise<boolean> {
  const rows = await database
    .update(backupHistory)
    .set({ verifiedAt: sql`now()` })
    .where(and(eq(backupHistory.id, id), eq(backupHistory.state, 'done')))
    .returning();
  return rows.length > 0;
}

/** Newest first. */
export async function selectBackups(database: Database, limit: number): Promise<BackupRecord[]> {
  return await database
    .select()
    .from(backupHistory)
    .orderBy(desc(backupHistory.startedAt), desc(backupHistory.id))
    .limit(limit);
}
