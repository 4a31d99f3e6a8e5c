import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { regions } from './region.ts';

/** Columns of a group of frames: 250 ms of one region, as `server/persist/group.ts` has them. */
const group = {
  region: integer()
    .notNull()
    .references(() => regions.region),
  firstFrame: bigint('first_frame', { mode: 'number' }).notNull(),
  lastFrame: bigint('last_frame', { mode: 'number' }).notNull(),
  payload: bytea().notNull(),
  /** SHA-256 over the previous group's chain value and the payload. */
  chain: bytea().notNull(),
};

/**
 * The journal. The key is the last frame, not the first: the one range that is ever asked for
 * is "groups that hold this frame or later ones".
 */
export const journalGroups = pgTable('journal_groups', group, (table) => [
  primaryKey({ columns: [table.region, table.lastFrame] }),
  check('journal_groups_frames', sql`${table.firstFrame} between 0 and ${table.lastFrame}`),
  check('journal_groups_chain', sql`octet_length(${table.chain}) = 32`),
]);

/**
 * What recovery cut off because it did not verify. Nothing that was once committed is
 * destroyed by a machine: the rows wait here for a person.
 */
export const journalCutGroups = pgTable(
  'journal_cut_groups',
  {
    ...group,
    /** The lease under which the cut was made; a frame may be cut once an epoch. */
    cutEpoch: bigint('cut_epoch', { mode: 'number' }).notNull(),
    cutAt: timestamp('cut_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.region, table.cutEpoch, table.lastFrame] })],
);
