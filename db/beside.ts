import { hasCluster, openCluster } from './cluster.ts';
import { connect } from './connect.ts';
import { PostgresStore } from './postgres-store.ts';
import { clusterUrl, runningPort } from './postmaster.ts';
import { insertAccountsAs, selectAccountsAfter } from './queries/accounts.ts';
import { openStore } from './store.ts';

/** A world's store while its server may be running on it. */
export interface StoreBeside {
  readonly store: PostgresStore;
  /** Holds the password: never to be logged. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens the store of a world that exists, be its server running or not. A running Postgres is used
 * as it is: nothing is migrated, no lock is taken, and it is not stopped. Otherwise the data
 * folder's own is started as for a server. Throws when there is none or it cannot be had.
 */
export async function openBeside(options: {
  databaseUrl: string | null;
  dataDir: string;
}): Promise<StoreBeside> {
  const log = () => {};
  const url = options.databaseUrl ?? (await runningUrl(options.dataDir));
  if (url !== null) {
    const store = new PostgresStore({ url, log });
    return { store, url, close: () => store.close() };
  }
  if (!(await hasCluster(options.dataDir))) {
    throw new Error(`${options.dataDir} holds no database`);
  }
  const store = await openStore({ ...options, log });
  const started = await runningUrl(options.dataDir);
  if (!(store instanceof PostgresStore) || started === null) {
    throw new Error('the database ended as soon as it was started');
  }
  return { store, url: started, close: () => store.close() };
}

async function runningUrl(dataDir: string): Promise<string | null> {
  if (!(await hasCluster(dataDir))) return null;
  const cluster = await openCluster(dataDir, null);
  const port = await runningPort(cluster);
  return port === null ? null : clusterUrl(cluster, port);
}

const ACCOUNTS_PER_PAGE = 1000;

/** Copies who may enter from one database to another, under the same numbers. */
export async function copyAccounts(fromUrl: string, toUrl: string): Promise<number> {
  const from = connect(fromUrl, { socketsMax: 1, applicationName: 'spacetime-vr copy' });
  const to = connect(toUrl, { socketsMax: 1, applicationName: 'spacetime-vr copy' });
  try {
    let copied = 0;
    for (let after = 0; ; ) {
      const page = await selectAccountsAfter(from.database, after, ACCOUNTS_PER_PAGE);
      const last = page.at(-1);
      if (last === undefined) return copied;
      await insertAccountsAs(to.database, page);
      copied += page.length;
      after = last.account;
    }
  } finally {
    await Promise.all([from.close(0), to.close(0)]);
  }
}
