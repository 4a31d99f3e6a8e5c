import { eq, type SQL, sql } from 'drizzle-orm';
import type { RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { checkpoints } from '../schema/checkpoint.ts';
import { journalGroups } from '../schema/journal.ts';
import { regions } from '../schema/region.ts';

/** Takes the next epoch of a region; creates the region with `seed` when it is new. */
export async function claimRegion(
  database: Database,
  region: number,
  seed: number,
): Promise<{ lease: RegionLease; seed: number }> {
  const [row] = await database
    .insert(regions)
    .values({ region, seed, leaseEpoch: 1 })
    .onConflictDoUpdate({
      target: regions.region,
      set: { leaseEpoch: sql`${regions.leaseEpoch} + 1`, claimedAt: sql`now()` },
    })
    .returning({ epoch: regions.leaseEpoch, seed: regions.seed });
  if (!row) throw new Error(`claim of region ${region} returned no row`);
  return { lease: { region, epoch: row.epoch }, seed: row.seed };
}

export async function selectSeed(database: Database, region: number): Promise<number | null> {
  const [row] = await database
    .select({ seed: regions.seed })
    .from(regions)
    .where(eq(regions.region, region));
  return row?.seed ?? null;
}

/** A row that belongs to no region that there is. */
export interface Stray {
  readonly what: 'group' | 'checkpoint';
  readonly frame: number;
  readonly lastFrame: number;
  readonly check: 'region';
}

export async function selectStrays(database: Database): Promise<Stray[]> {
  const rows = await database.execute<{ what: Stray['what']; first: string; last: string }>(sql`
    select 'group' as what, first_frame as first, last_frame as last
    from ${journalGroups} where region not in (select region from ${regions})
    union all
    select 'checkpoint', frame, frame
    from ${checkpoints} where region not in (select region from ${regions})`);
  return rows.map(({ what, first, last }) => {
    return { what, frame: Number(first), lastFrame: Number(last), check: 'region' };
  });
}

/**
 * For a `with lease as materialized (…)` that every write of a region selects from: one row while
 * `lease` is the current one, none otherwise. The row lock makes a rival claim wait until
 * the write is committed, so none can slip in after it.
 * The commit is made to wait for the disk here and not by a setting of the connection, because
 * connection poolers refuse unknown start-up parameters.
 */
export function heldLease({ region, epoch }: RegionLease): SQL {
  return sql`
    select region, set_config('synchronous_commit', 'on', true) from ${regions}
    where region = ${region}::int and lease_epoch = ${epoch}::bigint for update`;
}
