import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { regions } from './region.ts';

/** Who may enter. The number travels in tickets and in the core's state as a u32. */
export const accounts = pgTable('accounts', {
  account: bigint({ mode: 'number' })
    .primaryKey()
    .generatedAlwaysAsIdentity({ minValue: 1, maxValue: 4_294_967_295 }),
  name: text().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** Where each player was last seen: written with the journal group that moved him there. */
export const players = pgTable(
  'players',
  {
    account: bigint({ mode: 'number' })
      .primaryKey()
      .references(() => accounts.account, { onDelete: 'cascade' }),
    region: integer()
      .notNull()
      .references(() => regions.region),
    /** Metres in region coordinates. */
    x: doublePrecision().notNull(),
    y: doublePrecision().notNull(),
    z: doublePrecision().notNull(),
    /** Turns of 1/65536. */
    yaw: integer().notNull(),
    /** The journal's last frame when this row was written. */
    seenFrame: bigint('seen_frame', { mode: 'number' }).notNull(),
  },
  (table) => [
    index('players_region').on(table.region),
    check('players_yaw', sql`${table.yaw} between 0 and 65535`),
  ],
);
