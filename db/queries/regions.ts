import { type SQL, sql } from 'drizzle-orm';
import type { RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
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
