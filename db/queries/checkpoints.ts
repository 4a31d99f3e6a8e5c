import { and, asc, desc, eq, lte, sql } from 'drizzle-orm';
import type { CheckpointMark, CoreSpan, RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { checkpoints } from '../schema/checkpoint.ts';
import { type CheckpointRow, takenMsOf } from './checkpoint-row.ts';
import { heldLease } from './regions.ts';

/** Writes a checkpoint, in place of one that stands at the same frame. False: the lease is lost. */
export async function upsertCheckpoint(
  database: Database,
  lease: RegionLease,
  row: CheckpointRow,
): Promise<boolean> {
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)}),
    saved as (
      insert into ${checkpoints} (region, frame, taken_us, core_hash, schema_hash, state_hash,
        state_bytes, state, state_digest, chain, content_hash)
      select region, ${row.frame}::bigint, ${row.takenUs}::bigint, ${row.coreHash},
        ${row.schemaHash}, ${row.stateHash}, ${row.stateBytes}::int, ${row.state}::bytea,
        ${row.stateDigest}::bytea, ${row.chain}::bytea, ${row.contentHash}::bytea
      from lease
      on conflict (region, frame) do update set
        taken_us = excluded.taken_us, core_hash = excluded.core_hash,
        schema_hash = excluded.schema_hash, state_hash = excluded.state_hash,
        state_bytes = excluded.state_bytes, state = excluded.state,
        state_digest = excluded.state_digest, chain = excluded.chain,
        content_hash = excluded.content_hash
    )
    select from lease`);
  return rows.length > 0;
}

/** Sets the states of these frames to null. False when the lease is lost. */
export async function thinCheckpoints(
  database: Database,
  lease: RegionLease,
  frames: readonly number[],
): Promise<boolean> {
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)}),
    thinned as (
      update ${checkpoints} as old set state = null from lease
      where old.region = lease.region and old.frame in (
        select value::bigint from jsonb_array_elements_text(${JSON.stringify(frames)}::jsonb)
      )
    )
    select from lease`);
  return rows.length > 0;
}

/** Removes checkpoints behind `frame`. False when the lease is lost. */
export async function deleteCheckpointsAfter(
  database: Database,
  lease: RegionLease,
  frame: number,
): Promise<boolean> {
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)}),
    dropped as (
      delete from ${checkpoints} as later using lease
      where later.region = lease.region and later.frame > ${frame}::bigint
    )
    select from lease`);
  return rows.length > 0;
}

/**
 * The newest checkpoint at or before `newestFrame` that has a state; null when there is none. One
 * state is large, so they are read one by one: recovery seldom needs the second.
 */
export async function selectCheckpointUpTo(
  database: Database,
  region: number,
  newestFrame: number,
): Promise<CheckpointRow | null> {
  const [row] = await database
    .select()
    .from(checkpoints)
    .where(
      and(
        eq(checkpoints.region, region),
        lte(checkpoints.frame, newestFrame),
        sql`${checkpoints.state} is not null`,
      ),
    )
    .orderBy(desc(checkpoints.frame))
    .limit(1);
  return row ?? null;
}

export async function selectCheckpoint(
  database: Database,
  region: number,
  frame: number,
): Promise<CheckpointRow | null> {
  const [row] = await database
    .select()
    .from(checkpoints)
    .where(and(eq(checkpoints.region, region), eq(checkpoints.frame, frame)));
  return row ?? null;
}

export async function selectMarks(
  database: Database,
  region: number,
  which: 'all' | 'with-state',
): Promise<CheckpointMark[]> {
  const hasState = sql<boolean>`${checkpoints.state} is not null`;
  const { frame, takenUs, coreHash } = checkpoints;
  const rows = await database
    .select({ frame, takenUs, coreHash, hasState })
    .from(checkpoints)
    .where(and(eq(checkpoints.region, region), which === 'all' ? undefined : hasState))
    .orderBy(asc(frame));
  return rows.map(({ takenUs: us, ...mark }) => ({ ...mark, takenMs: takenMsOf({ takenUs: us }) }));
}

/** Where the core changed from one checkpoint to the next. A month has 43,200 marks, so the
 *  database compares them. */
export async function selectSpans(database: Database, region: number): Promise<CoreSpan[]> {
  const rows = await database.execute<{ frame: string; core: string; schema: string }>(sql`
    select frame, core_hash as core, schema_hash as schema from (
      select frame, core_hash, schema_hash, lag(core_hash) over (order by frame) as before
      from ${checkpoints} where region = ${region}::int
    ) as mark
    where before is distinct from core_hash order by frame`);
  return rows.map(({ frame, core, schema }) => {
    return { fromFrame: Number(frame), coreHash: core, schemaHash: schema };
  });
}
