import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../server/ports.ts';
import { openCluster } from './cluster.ts';
import { connect } from './connect.ts';
import { PostgresStore } from './postgres-store.ts';
import { clusterUrl, runningPort } from './postmaster.ts';
import { dataFolderOwner } from './queries/locks.ts';

/** What may be asked of a store whose world somebody else writes. */
export type ReadableStore = Pick<Store, 'checkpoints' | 'groups' | 'close'>;

/**
 * The store of the server that runs on `dataDir`, beside that server; null when none does. Starts,
 * locks and migrates nothing.
 */
export async function openBeside(
  dataDir: string,
  log: (event: object) => void,
): Promise<ReadableStore | null> {
  if (!existsSync(join(dataDir, 'postgres'))) return null;
  const cluster = await openCluster(dataDir);
  const port = await runningPort(cluster);
  if (port === null) return null;
  const url = clusterUrl(cluster, port);
  const session = connect(url, { socketsMax: 1, applicationName: 'spacetime-vr reader' });
  try {
    if ((await dataFolderOwner(session.database)) === null) return null;
  } finally {
    await session.close(0);
  }
  return new PostgresStore({ url, log });
}
