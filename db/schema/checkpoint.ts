import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { regions } from './region.ts';

/** Full states of a region; the newest few are kept. */
export const checkpoints = pgTable(
  'checkpoints',
  {
    region: integer()
      .notNull()
      .references(() => regions.region),
    /** The frame that comes next after this state. */
    frame: bigint({ mode: 'number' }).notNull(),
    /** SHA-256 of the core artifact, hex. */
    coreHash: text('core_hash').notNull(),
    /** u64 as 16 hex digits: Postgres has no unsigned integers, and people read this column. */
    stateHash: text('state_hash').notNull(),
    /** Size of the state before compression, bytes. */
    stateBytes: integer('state_bytes').notNull(),
    /** zlib stream. */
    state: bytea().notNull(),
    /** The journal's chain value just before `frame`. */
    chain: bytea().notNull(),
    savedAt: timestamp('saved_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.region, table.frame] }),
    check('checkpoints_frame', sql`${table.frame} >= 0`),
    check('checkpoints_state_hash', sql`${table.stateHash} ~ '^[0-9a-f]{16}$'`),
    check('checkpoints_chain', sql`octet_length(${table.chain}) = 32`),
  ],
);
