import { gt, lte, sql } from 'drizzle-orm';
import type { MetricAggregate, SecurityEvent } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { metricsAggregates, securityEvents, tokenBlacklist } from '../schema/books.ts';

const SECURITY_EVENTS_KEPT_DAYS = 90;
const MINUTES_KEPT_DAYS = 7;
const HOURS_KEPT_DAYS = 400;

/** A second revocation of the same ticket changes nothing. */
export async function insertRevocation(
  database: Database,
  ticketId: string,
  expiresAtMs: number,
): Promise<void> {
  await database
    .insert(tokenBlacklist)
    .values({ ticketId, expiresAt: new Date(expiresAtMs) })
    .onConflictDoNothing();
}

/** Those that expire after `nowMs`. */
export async function selectRevocations(
  database: Database,
  nowMs: number,
): Promise<{ ticketId: string; expiresAtMs: number }[]> {
  const rows = await database
    .select({ ticketId: tokenBlacklist.ticketId, expiresAt: tokenBlacklist.expiresAt })
    .from(tokenBlacklist)
    .where(gt(tokenBlacklist.expiresAt, new Date(nowMs)));
  return rows.map(({ ticketId, expiresAt }) => ({ ticketId, expiresAtMs: expiresAt.getTime() }));
}

/** Forgets tickets that nobody would accept any more. */
export async function deleteExpiredRevocations(database: Database, nowMs: number): Promise<void> {
  await database.delete(tokenBlacklist).where(lte(tokenBlacklist.expiresAt, new Date(nowMs)));
}

/** All in one statement, which also lets go of what is older than a quarter of a year. */
export async function insertSecurityEvents(
  database: Database,
  events: readonly SecurityEvent[],
): Promise<void> {
  await database.execute(sql`
    with aged as (
      delete from ${securityEvents}
      where at < now() - make_interval(days => ${SECURITY_EVENTS_KEPT_DAYS}::int)
    )
    insert into ${securityEvents} (kind, code, account, address, count)
    select kind, code, account, address, count
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
      as event (kind text, code text, account bigint, address text, count int)`);
}

/**
 * Adds a minute's aggregates to it and to its hour, in one statement: a minute that is told twice
 * counts once, for the hour is made of its minutes. Old minutes and hours go.
 */
export async function upsertMetrics(
  database: Database,
  region: number,
  minuteMs: number,
  aggregates: readonly MetricAggregate[],
): Promise<void> {
  const minute = new Date(minuteMs).toISOString();
  await database.execute(sql`
    with told as (
      select metric, label, samples, sum, min, max
      from jsonb_to_recordset(${JSON.stringify(aggregates)}::jsonb)
        as told (metric text, label text, samples int, sum float8, min float8, max float8)
    ),
    minute as (
      insert into ${metricsAggregates}
      select ${region}::int, metric, label, 60, ${minute}::timestamptz, samples, sum, min, max
      from told
      on conflict (region, metric, label, resolution_seconds, began_at) do update set
        samples = excluded.samples, sum = excluded.sum, min = excluded.min, max = excluded.max
    ),
    hour as (
      insert into ${metricsAggregates}
      select ${region}::int, metric, label, 3600, date_trunc('hour', ${minute}::timestamptz),
        sum(samples), sum(sum), min(min), max(max)
      from (
        select metric, label, samples, sum, min, max from told
        union all
        select metric, label, samples, sum, min, max from ${metricsAggregates}
        where region = ${region}::int and resolution_seconds = 60
          and began_at >= date_trunc('hour', ${minute}::timestamptz)
          and began_at < date_trunc('hour', ${minute}::timestamptz) + interval '1 hour'
          and began_at <> ${minute}::timestamptz
          and (metric, label) in (select metric, label from told)
      ) as minutes group by metric, label
      on conflict (region, metric, label, resolution_seconds, began_at) do update set
        samples = excluded.samples, sum = excluded.sum, min = excluded.min, max = excluded.max
    )
    delete from ${metricsAggregates}
    where (resolution_seconds = 60
        and began_at < ${minute}::timestamptz - make_interval(days => ${MINUTES_KEPT_DAYS}::int))
      or (resolution_seconds = 3600
        and began_at < ${minute}::timestamptz - make_interval(days => ${HOURS_KEPT_DAYS}::int))`);
}
