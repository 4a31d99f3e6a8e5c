import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { checkpoints } from '../schema/checkpoint.ts';
import { heldLease } from './regions.ts';

/** A row as it is stored: the state still compressed. */
export type CheckpointRow = Omit<typeof checkpoints.$inferSelect, 'region' | 'savedAt'>;

/**
 * Writes a checkpoint, in place of one that stands at the same frame, and deletes all but the
 * newest `keepCount`. False when the lease is lost.
 */
export async function upsertCheckpoint(
  database: Database,
  lease: RegionLease,
  row: CheckpointRow,
  keepCount: number,
): Promise<boolean> {
  // The statement sees the table as it was: the new row is not among those counted.
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)}),
    saved as (
      insert into ${checkpoints}
        (region, frame, core_hash, state_hash, state_bytes, state, chain)
      select region, ${row.frame}::bigint, ${row.coreHash}, ${row.stateHash},
        ${row.stateBytes}::int, ${row.state}::bytea, ${row.chain}::bytea
      from lease
      on conflict (region, frame) do update set
        core_hash = excluded.core_hash, state_hash = excluded.state_hash,
        state_bytes = excluded.state_bytes, state = excluded.state,
        chain = excluded.chain, saved_at = now()
    ),
    pruned as (
      delete from ${checkpoints} as old using lease
      where old.region = lease.region and old.frame <= (
        select frame from ${checkpoints}
        where region = ${lease.region} and frame <> ${row.frame}::bigint
        order by frame desc offset ${keepCount - 1} limit 1
      )
    )
    select from lease`);
  return rows.length > 0;
}

/** The newest checkpoint before `beforeFrame`; null when there is none. One state is large, so
 *  they are read one by one: recovery seldom needs the second. */
export async function selectCheckpointBefore(
  database: Database,
  region: number,
  beforeFrame: number,
): Promise<CheckpointRow | null> {
  const [row] = await database
    .select()
    .from(checkpoints)
    .where(and(eq(checkpoints.region, region), lt(checkpoints.frame, beforeFrame)))
    .orderBy(desc(checkpoints.frame))
    .limit(1);
  return row ?? null;
}
