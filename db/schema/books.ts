import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { regions } from './region.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });
const identity = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

/** What happened to a region as a whole: recovered, cut, forked. Rows are only ever added. */
export const sceneHistory = pgTable(
  'scene_history',
  {
    id: identity(),
    region: integer()
      .notNull()
      .references(() => regions.region),
    /** The lease under which it happened. */
    epoch: bigint({ mode: 'number' }).notNull(),
    at: moment('at').notNull().defaultNow(),
    kind: text().notNull(),
    /** The frame that came next. */
    frame: bigint({ mode: 'number' }).notNull(),
    detail: jsonb().notNull().default({}),
  },
  (table) => [
    index('scene_history_region').on(table.region, table.id.desc()),
    check('scene_history_kind', sql`${table.kind} in ('genesis', 'recovered', 'cut', 'forked')`),
    check('scene_history_frame', sql`${table.frame} >= 0`),
  ],
);

/** Tickets that are refused although they have not expired: the truth behind the bus. */
export const tokenBlacklist = pgTable(
  'token_blacklist',
  {
    ticketId: text('ticket_id').primaryKey(),
    revokedAt: moment('revoked_at').notNull().defaultNow(),
    /** From then on nobody would accept the ticket anyway, and the row goes. */
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('token_blacklist_expiry').on(table.expiresAt)],
);

/** Who was refused or thrown out, equal events of a few seconds as one row with a count. */
export const securityEvents = pgTable(
  'security_events',
  {
    id: identity(),
    at: moment('at').notNull().defaultNow(),
    kind: text().notNull(),
    code: text().notNull(),
    /** No foreign key: the record outlives the account. */
    account: bigint({ mode: 'number' }),
    address: text(),
    count: integer().notNull(),
  },
  (table) => [
    index('security_events_at').on(table.at),
    index('security_events_account')
      .on(table.account, table.at)
      .where(sql`${table.account} is not null`),
    check(
      'security_events_kind',
      sql`${table.kind} in ('refusal', 'close', 'limit', 'revocation')`,
    ),
    check('security_events_count', sql`${table.count} > 0`),
  ],
);

/** Metrics by minute and by hour, for months: Prometheus keeps days. */
export const metricsAggregates = pgTable(
  'metrics_aggregates',
  {
    region: integer()
      .notNull()
      .references(() => regions.region),
    metric: text().notNull(),
    /** Value of the metric's one label, empty without. */
    label: text().notNull(),
    resolutionSeconds: integer('resolution_seconds').notNull(),
    /** When the minute or the hour began. */
    beganAt: moment('began_at').notNull(),
    samples: integer().notNull(),
    sum: doublePrecision().notNull(),
    min: doublePrecision().notNull(),
    max: doublePrecision().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'metrics_aggregates_pk',
      columns: [table.region, table.metric, table.label, table.resolutionSeconds, table.beganAt],
    }),
    index('metrics_aggregates_age').on(table.resolutionSeconds, table.beganAt),
    check('metrics_aggregates_resolution', sql`${table.resolutionSeconds} in (60, 3600)`),
    check('metrics_aggregates_samples', sql`${table.samples} > 0 and ${table.min} <= ${table.max}`),
  ],
);

/** Who is told what over HTTP. They are kept here; the issue of the HTTP API sends. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: identity(),
    url: text().notNull(),
    /** Names of the events that it wants. */
    events: text().array().notNull(),
    /** Signs what is sent, so that the receiver knows it is ours. */
    secret: text().notNull(),
    isEnabled: boolean('is_enabled').notNull().default(true),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    unique('webhooks_url').on(table.url),
    check('webhooks_scheme', sql`${table.url} ~ '^https?://'`),
    check('webhooks_events', sql`cardinality(${table.events}) > 0`),
  ],
);

/** Backups as they were begun, ended and proven; the issue of backups makes them. */
export const backupHistory = pgTable(
  'backup_history',
  {
    id: identity(),
    kind: text().notNull(),
    state: text().notNull().default('running'),
    /** Where it lies, without secrets. */
    location: text().notNull(),
    startedAt: moment('started_at').notNull().defaultNow(),
    endedAt: moment('ended_at'),
    /** Null until it is done. */
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    /** SHA-256, hex. */
    checksum: text(),
    /** When it was last restored for a test and found whole. */
    verifiedAt: moment('verified_at'),
    /** Why it failed. */
    cause: text(),
  },
  (table) => [
    index('backup_history_started').on(table.startedAt.desc()),
    check('backup_history_kind', sql`${table.kind} in ('full', 'incremental', 'logical')`),
    check(
      'backup_history_state',
      sql`(${table.state} = 'running' and ${table.endedAt} is null)
        or (${table.state} in ('done', 'failed') and ${table.endedAt} is not null)`,
    ),
    check(
      'backup_history_done',
      sql`${table.state} <> 'done' or (${table.sizeBytes} >= 0 and ${table.checksum} is not null)`,
    ),
  ],
);
