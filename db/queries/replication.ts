import { sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';

/** How far the primary has written its log, bytes from the log's beginning. */
export async function selectWrittenBytes(primary: Database): Promise<number> {
  const [row] = await primary.execute<{ bytes: string }>(
    sql`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as bytes`,
  );
  return Number(row?.bytes);
}

/** How far a replica has replayed it; null when it is no replica, or not any more. */
export async function selectReplayedBytes(replica: Database): Promise<number | null> {
  const [row] = await replica.execute<{ bytes: string | null }>(
    sql`select case when pg_is_in_recovery()
      then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text end as bytes`,
  );
  return row?.bytes == null ? null : Number(row.bytes);
}
