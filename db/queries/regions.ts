import { eq, sql } from 'drizzle-orm';
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
 * Whether `lease` is the current one, and if so keeps it current until the transaction ends:
 * the row lock makes a rival claim wait, so no write can slip in after it.
 * The settings hold for this transaction only. They are sent here and not when connecting,
 * because connection poolers refuse unknown start-up parameters.
 */
export async function holdLease(transaction: Database, lease: RegionLease): Promise<boolean> {
  const [row] = await transaction
    .select({
      epoch: regions.leaseEpoch,
      durable: sql`set_config('synchronous_commit', 'on', true)`,
      // A server that vanished in mid transaction must not hold the lock for hours.
      bounded: sql`set_config('idle_in_transaction_session_timeout', '10s', true)`,
    })
    .from(regions)
    .where(eq(regions.region, lease.region))
    .for('update');
  return row?.epoch === lease.epoch;
}
