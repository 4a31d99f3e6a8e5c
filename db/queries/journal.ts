import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { JournalGroup, Projection, RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { accounts, players } from '../schema/account.ts';
import { checkpoints } from '../schema/checkpoint.ts';
import { journalCutGroups, journalGroups } from '../schema/journal.ts';
import { withPieces } from './pieces.ts';
import { heldLease } from './regions.ts';

/** Groups read in one round trip: 16 s of frames. */
const GROUPS_PER_PAGE = 64;

/**
 * `present`: this very group was committed before (a retry whose first answer got lost).
 * `conflict`: other frames stand where it should go, or newer ones.
 */
export type InsertResult = 'written' | 'present' | 'conflict' | 'lease-lost';

/**
 * Appends a group and writes where players were last seen, and what was placed and taken away: in
 * one statement and so in one transaction. The chain value covers the payload: equal chains mean
 * equal payloads. Players come as JSON, which measured faster than `values` rows (`bun run bench
 * store`). Accounts that do not exist are left out, since a foreign key error here would refuse the
 * group itself, for ever.
 */
export async function insertGroup(
  database: Database,
  lease: RegionLease,
  group: JournalGroup,
  projection: Projection,
): Promise<InsertResult> {
  const { firstFrame, lastFrame, payload, chain } = group;
  const pieces = projection.pieces ? sql`, ${withPieces(projection.pieces)}` : sql``;
  const [row] = await database.execute<{ held: boolean; written: boolean; present: boolean }>(sql`
    with lease as materialized (${heldLease(lease)}),
    newest as (
      select first_frame, last_frame, chain from ${journalGroups}
      where region = ${lease.region} order by last_frame desc limit 1
    ),
    written as (
      insert into ${journalGroups} (region, first_frame, last_frame, payload, chain)
      select region, ${firstFrame}::bigint, ${lastFrame}::bigint, ${payload}::bytea, ${chain}::bytea
      from lease
      where not exists (select from newest where last_frame >= ${firstFrame}::bigint)
      returning region, last_frame
    ),
    seen as (
      insert into ${players} (account, region, x, y, z, yaw, seen_frame)
      select distinct on (account) account, written.region, x, y, z, yaw, written.last_frame
      from written
      cross join jsonb_to_recordset(${JSON.stringify(projection.players)}::jsonb)
        as player (account bigint, x float8, y float8, z float8, yaw int)
      join ${accounts} using (account)
      on conflict (account) do update set
        region = excluded.region, x = excluded.x, y = excluded.y, z = excluded.z,
        yaw = excluded.yaw, seen_frame = excluded.seen_frame
    )${pieces}
    select exists (select from lease) as held,
      exists (select from written) as written,
      exists (
        select from newest where first_frame = ${firstFrame}::bigint
          and last_frame = ${lastFrame}::bigint and chain = ${chain}::bytea
      ) as present`);
  if (!row?.held) return 'lease-lost';
  if (row.written) return 'written';
  return row.present ? 'present' : 'conflict';
}

/** The next groups of a region, in order, that end after `afterFrame`; empty at the end. */
export async function selectGroups(
  database: Database,
  region: number,
  afterFrame: number,
): Promise<JournalGroup[]> {
  const { firstFrame, lastFrame, payload, chain } = journalGroups;
  return await database
    .select({ firstFrame, lastFrame, payload, chain })
    .from(journalGroups)
    .where(and(eq(journalGroups.region, region), gt(lastFrame, afterFrame)))
    .orderBy(asc(lastFrame))
    .limit(GROUPS_PER_PAGE);
}

/**
 * Moves groups that hold `fromFrame` or later frames out of the journal, into the cut groups,
 * without passing them through this process. False when the lease is lost.
 */
export async function cutGroups(
  database: Database,
  lease: RegionLease,
  fromFrame: number,
): Promise<boolean> {
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)}),
    cut as (
      delete from ${journalGroups} as journal using lease
      where journal.region = lease.region and last_frame >= ${fromFrame}::bigint
      returning journal.*
    ),
    kept as (
      insert into ${journalCutGroups} (region, first_frame, last_frame, payload, chain, cut_epoch)
      select region, first_frame, last_frame, payload, chain, ${lease.epoch}::bigint from cut
      on conflict do nothing
    )
    select from lease`);
  return rows.length > 0;
}

/**
 * Removes at most `limit` groups that end before `frame`, and as many marks before it whose state
 * was thinned away, oldest first. A short statement each time: the journal's own writes wait for
 * the lease's row meanwhile. The number of groups; null when the lease is lost.
 */
export async function pruneGroups(
  database: Database,
  lease: RegionLease,
  frame: number,
  limit: number,
): Promise<number | null> {
  const [row] = await database.execute<{ pruned: number }>(sql`
    with lease as materialized (${heldLease(lease)}),
    pruned as (
      delete from ${journalGroups} as journal using lease
      where journal.region = lease.region and journal.last_frame in (
        select last_frame from ${journalGroups}
        where region = ${lease.region}::int and last_frame < ${frame}::bigint
        order by last_frame limit ${limit}::int
      )
      returning 1
    ),
    unmarked as (
      delete from ${checkpoints} as mark using lease
      where mark.region = lease.region and mark.frame in (
        select frame from ${checkpoints}
        where region = ${lease.region}::int and frame < ${frame}::bigint and state is null
        order by frame limit ${limit}::int
      )
    )
    select (select count(*)::int from pruned) as pruned from lease`);
  return row?.pruned ?? null;
}
