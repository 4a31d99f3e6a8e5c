import type { Store } from '../server/ports.ts';
import { connect } from './connect.ts';
import { startEmbedded } from './embedded.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresStore } from './postgres-store.ts';
import { selectSettings } from './queries/settings.ts';

const VERSION_NUMBER_MIN = 150_000;

/**
 * Opens the store: `databaseUrl`, or the embedded PostgreSQL in `dataDir` when it is null.
 * Brings the schema up to date. Throws when the database cannot be had, is too old, or
 * (`DataFolderBusyError`) when another server runs on `dataDir`.
 */
export async function openStore(options: {
  databaseUrl: string | null;
  dataDir: string;
  log: (event: object) => void;
}): Promise<Store> {
  const { databaseUrl, dataDir, log } = options;
  if (databaseUrl !== null) {
    await prepareDatabase(databaseUrl, log);
    return new PostgresStore({ url: databaseUrl, log });
  }
  const embedded = await startEmbedded(dataDir, log);
  try {
    await prepareDatabase(embedded.url, log);
  } catch (error) {
    await embedded.close();
    throw error;
  }
  return new PostgresStore({ url: embedded.url, log, onClosed: () => embedded.close() });
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
  await migrateDatabase(url);
}
