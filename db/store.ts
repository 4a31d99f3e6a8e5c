import type { Store } from '../server/ports.ts';
import { connect } from './connect.ts';
import { startEmbedded } from './embedded.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresStore, type PostgresStoreOptions } from './postgres-store.ts';
import { selectSettings } from './queries/settings.ts';

const VERSION_NUMBER_MIN = 150_000;

export interface DatabaseOptions {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly log: (event: object) => void;
}

export type OpenStoreOptions = DatabaseOptions &
  Pick<PostgresStoreOptions, 'socketsMax' | 'replicaUrl' | 'replicaLagMaxMs' | 'onAnswered'>;

/** The store, the books beside it, and what its sockets do. */
export type OpenStore = Store & Pick<PostgresStore, 'books' | 'usage'>;

/**
 * Opens the store: `databaseUrl`, or the embedded PostgreSQL in `dataDir` when it is null.
 * Brings the schema up to date. Throws when the database cannot be had, is too old, or
 * (`DataFolderBusyError`) when another server runs on `dataDir`.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenStore> {
  const { databaseUrl, dataDir, log, ...sockets } = options;
  const { url, close } = await openDatabase({ databaseUrl, dataDir, log });
  try {
    await prepareDatabase(url, log);
  } catch (error) {
    await close();
    throw error;
  }
  return new PostgresStore({ ...sockets, url, log, onClosed: close });
}

/** A database that nobody has looked into yet. */
export interface OpenDatabase {
  /** Holds the password: never to be logged. */
  readonly url: string;
  /** Stops it, if it is ours. */
  close(): Promise<void>;
}

/** `databaseUrl`, or the embedded PostgreSQL in `dataDir`, which is started when it is null. */
export async function openDatabase({
  databaseUrl,
  dataDir,
  log,
}: DatabaseOptions): Promise<OpenDatabase> {
  if (databaseUrl !== null) return { url: databaseUrl, close: async () => {} };
  const embedded = await startEmbedded(dataDir, log);
  return { url: embedded.url, close: () => embedded.close() };
}

async function prepareDatabase(url: string, log: (event: object) => void): Promise<void> {
  const connection = connect(url, { socketsMax: 1, applicationName: 'spacetime-vr start' });
  try {
    const { versionNumber, syncsToDisk } = await selectSettings(connection.database);
    if (versionNumber < VERSION_NUMBER_MIN) {
      throw new Error(`PostgreSQL 15 or newer is needed, this one is ${versionNumber}`);
    }
    if (!syncsToDisk) log({ event: 'store-not-durable', setting: 'fsync', value: 'off' });
  } finally {
    await connection.close(0);
  }
  const applied = await migrateDatabase(url);
  if (applied.length > 0) log({ event: 'store-migrated', to: applied.at(-1)?.name });
}
