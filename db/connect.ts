import type { PgDatabase } from 'drizzle-orm/pg-core';
import {
  drizzle,
  type PostgresJsDatabase,
  type PostgresJsQueryResultHKT,
} from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** What queries run on: the pool of a connection, or one transaction of it. */
export type Database = PgDatabase<PostgresJsQueryResultHKT>;

export interface Connection {
  readonly database: PostgresJsDatabase;
  /** Lets running queries end for `graceS` seconds, then drops them. */
  close(graceS: number): Promise<void>;
}

export interface ConnectOptions {
  /** Sockets at most. One socket makes session state (advisory locks) dependable. */
  readonly socketsMax: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Called each time an open socket closes, whoever closed it. */
  readonly onClose?: () => void;
}

const CONNECT_TIMEOUT_S = 5;
/** Between attempts on one socket. The driver's own back-off grows to 20 s, and whoever calls us
 *  backs off already. */
const RECONNECT_DELAY_S = 0.2;

/**
 * Opens nothing yet: sockets come with the first query and again after each loss.
 * The postgres.js client stays inside, for drizzle replaces its JSON and date serialisers and
 * would corrupt what anybody else sends through it.
 */
export function connect(url: string, options: ConnectOptions): Connection {
  const client = postgres(url, {
    max: options.socketsMax,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: () => RECONNECT_DELAY_S,
    // A single socket holds session state, so it must not be recycled by age.
    ...(options.socketsMax === 1 ? { max_lifetime: null } : {}),
    connection: { application_name: options.applicationName },
    fetch_types: false,
    onnotice: () => {},
    ...(options.onClose ? { onclose: options.onClose } : {}),
  });
  return {
    database: drizzle({ client }),
    close: (graceS) => client.end({ timeout: graceS }),
  };
}
