import type { PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** What queries run on. */
export type Database = PgDatabase<PostgresJsQueryResultHKT>;

export interface Connection {
  readonly database: Database;
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

/** What a running server's sockets are called. */
export const STORE_APPLICATION_NAME = 'spacetime-vr store';

/**
 * Opens nothing yet: sockets come with the first query.
 * The postgres.js client stays inside, for drizzle replaces its JSON and date serialisers and
 * would corrupt what anybody else sends through it.
 *
 * After a failure for which `isConnectionLost` is true the connection must be closed and another
 * one made, and no query may run in a `transaction`: postgres.js 3.4.9 writes the rollback of
 * a broken transaction to the socket that is gone, which throws where nobody can catch it
 * (porsager/postgres#1208), and the client never reconnects. One statement is atomic without, and
 * so are several that travel as one message, as those of a migration do.
 */
export function connect(url: string, options: ConnectOptions): Connection {
  const client = postgres(url, {
    max: options.socketsMax,
    connect_timeout: CONNECT_TIMEOUT_S,
    // A single socket holds session state, so it must not be recycled by age.
    ...(options.socketsMax === 1 ? { max_lifetime: null } : {}),
    connection: { application_name: options.applicationName },
    fetch_types: false,
    onnotice: () => {},
    ...(options.onClose ? { onclose: options.onClose } : {}),
  });
  prepareEverything(client);
  return {
    database: drizzle({ client }),
    close: (graceS) => client.end({ timeout: graceS }),
  };
}

/**
 * A query that drizzle builds once a socket and not for each question, with `sql.placeholder` for
 * what differs: building takes longer than the way to Postgres and back. For what is asked often.
 */
export function builtOnce<T>(build: (database: Database) => T): (database: Database) => T {
  const built = new WeakMap<Database, T>();
  return (database) => {
    const known = built.get(database);
    if (known !== undefined) return known;
    const query = build(database);
    built.set(database, query);
    return query;
  };
}

/**
 * Each statement with parameters is parsed and planned once a socket, and later takes one round
 * trip instead of two: 2 to 3 times as many a second (`bun run bench store`). Drizzle asks for that
 * only where a query was given a name. The texts are few: values never stand in them. A pooler
 * that cannot have it is told so in the address: `?prepare=false`.
 */
function prepareEverything(client: postgres.Sql): void {
  const { unsafe } = client;
  client.unsafe = (text, parameters, options) =>
    parameters === undefined || parameters.length === 0
      ? unsafe(text, parameters, options)
      : unsafe(text, parameters, { ...options, prepare: true });
}

/** Whether a query failed with its connection, rather than being answered with an error. */
export function isConnectionLost(error: unknown): boolean {
  const cause = rootCause(error);
  return !(cause instanceof postgres.PostgresError) || cause.severity === 'FATAL';
}

/** Drizzle wraps what the driver threw; the innermost error is the one that says something. */
export function rootCause(error: unknown): unknown {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return innermost;
}
