import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable, timestamp } from 'drizzle-orm/pg-core';

/** One row a region: who may write it, and what its terrain grows from. */
export const regions = pgTable(
  'regions',
  {
    region: integer().primaryKey(),
    /** u32; never changes once the region exists. */
    seed: bigint({ mode: 'number' }).notNull(),
    /** The fencing token: each claim adds one, each write is conditioned on it. */
    leaseEpoch: bigint('lease_epoch', { mode: 'number' }).notNull(),
    claimedAt: timestamp('claimed_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    check('regions_seed', sql`${table.seed} between 0 and 4294967295`),
    check('regions_lease_epoch', sql`${table.leaseEpoch} > 0`),
  ],
);
