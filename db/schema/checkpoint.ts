import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.ts';
import { regions } from './region.ts';

/** Full states of a region, thinned with age. Without a state a row is the mark of one. */
export const checkpoints = pgTable(
  'checkpoints',
  {
    region: integer()
      .notNull()
      .references(() => regions.region),
    /** The frame that comes next after this state. */
    frame: bigint({ mode: 'number' }).notNull(),
    /** When it was taken, microseconds since the Unix epoch; a number, because it is hashed. */
    takenUs: bigint('taken_us', { mode: 'number' }).notNull(),
    /** SHA-256 of the core artifact, hex. */
    coreHash: text('core_hash').notNull(),
    /** SHA-256 of the state's layout, hex. */
    schemaHash: text('schema_hash').notNull(),
    /** u64 as 16 hex digits: Postgres has no unsigned integers, and people read this column. */
    stateHash: text('state_hash').notNull(),
    /** Size of the state before compression, bytes. */
    stateBytes: integer('state_bytes').notNull(),
    /** zlib stream; null once thinning took it. */
    state: bytea(),
    /** SHA-256 over `state` as it stands here. */
    stateDigest: bytea('state_digest').notNull(),
    /** The journal's chain value just before `frame`. */
    chain: bytea().notNull(),
    /** SHA-256 over every other column: see `queries/checkpoint-row.ts`. */
    contentHash: bytea('content_hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.region, table.frame] }),
    check('checkpoints_frame', sql`${table.frame} >= 0`),
    check('checkpoints_state_hash', sql`${table.stateHash} ~ '^[0-9a-f]{16}$'`),
    check('checkpoints_chain', sql`octet_length(${table.chain}) = 32`),
  ],
);

/** Artifacts of the cores that played this world, so that its older history can be played again. */
export const cores = pgTable('cores', {
  /** SHA-256 of `wasm`, hex. */
  coreHash: text('core_hash').primaryKey(),
  wasm: bytea().notNull(),
  keptAt: timestamp('kept_at', { withTimezone: true }).notNull().defaultNow(),
});
