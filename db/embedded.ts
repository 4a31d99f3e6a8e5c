import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, openCluster, removeDrafts } from './cluster.ts';
import { type Connection, connect, rootCause } from './connect.ts';
import { clusterUrl, ensureRunning, stop } from './postmaster.ts';
import { dataFolderOwner, tryLockDataFolder } from './queries/locks.ts';

/** A real PostgreSQL in the data folder, owned by this process alone. */
export interface EmbeddedPostgres {
  /** Holds the password: never to be logged. */
  readonly url: string;
  /** Stops Postgres, unless another server took the folder over meanwhile. Never throws. */
  close(): Promise<void>;
}

/** Another server runs on the same data folder. */
export class DataFolderBusyError extends Error {
  override readonly name = 'DataFolderBusyError';
}

/** A killed owner's socket is closed by the kernel; its backend needs this long at most. */
const HANDOVER_TIMEOUT_MS = 2000;
const HANDOVER_POLL_MS = 50;
const RETRY_INTERVAL_MS = 500;
/** Another server may be stopping Postgres while we adopt it. */
const START_ATTEMPTS_MAX = 5;

/**
 * Starts or adopts the Postgres in `<dataDir>/postgres` and becomes its owner.
 * Should Postgres die while we live, it is started again on the same port. `binFolder` holds the
 * programs to use; null: those of the packages.
 * Throws `DataFolderBusyError` when another server owns it.
 */
export async function startEmbedded(
  dataDir: string,
  log: (event: object) => void,
  binFolder: string | null = null,
): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(dataDir, binFolder);
  for (let attempt = 1; ; attempt++) {
    const postmaster = await ensureRunning(cluster, null);
    const owner = new Owner(cluster, postmaster.port, log);
    try {
      await owner.take(postmaster.port);
      await removeDrafts(cluster);
      log({ event: 'postgres-running', ...postmaster });
      return owner;
    } catch (error) {
      if (error instanceof DataFolderBusyError || attempt === START_ATTEMPTS_MAX) throw error;
      await sleep(RETRY_INTERVAL_MS);
    }
  }
}

/** Holds the lock on the cluster through one socket, which is also the watch on Postgres's life. */
class Owner implements EmbeddedPostgres {
  readonly url: string;
  private readonly cluster: Cluster;
  private readonly port: number;
  private readonly log: (event: object) => void;
  private session: Connection | null = null;
  private closing = false;
  private regaining: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, port: number, log: (event: object) => void) {
    this.cluster = cluster;
    this.port = port;
    this.url = clusterUrl(cluster, port);
    this.log = log;
  }

  async take(port: number): Promise<void> {
    const session = connect(clusterUrl(this.cluster, port), {
      socketsMax: 1,
      applicationName: `spacetime-vr server ${process.pid}`,
      onClose: () => this.lost(session),
    });
    try {
      await waitForLock(session, this.cluster.folder);
    } catch (error) {
      await session.close(0);
      throw error;
    }
    this.session = session;
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.regaining;
    if (this.session === null) return;
    // The lock is held until Postgres is down, so nobody adopts it half stopped.
    try {
      await stop(this.cluster);
      this.log({ event: 'postgres-stopped' });
    } catch (error) {
      this.log({ event: 'postgres-not-stopped', cause: String(rootCause(error)) });
    }
    await this.session.close(0);
    this.session = null;
  }

  private lost(session: Connection): void {
    if (this.session !== session || this.closing) return;
    this.session = null;
    this.log({ event: 'postgres-lost' });
    this.regaining = this.regain(session);
  }

  private async regain(dead: Connection): Promise<void> {
    await dead.close(0);
    while (!this.closing) {
      try {
        const postmaster = await ensureRunning(this.cluster, this.port);
        await this.take(postmaster.port);
        if (postmaster.port === this.port) {
          this.log({ event: 'postgres-regained', ...postmaster });
          return;
        }
        // Somebody started it on another port and left; everybody here knows only ours.
        await stop(this.cluster);
      } catch (error) {
        this.log({ event: 'postgres-not-regained', cause: String(rootCause(error)) });
        if (error instanceof DataFolderBusyError) return;
      }
      await sleep(RETRY_INTERVAL_MS);
    }
  }
}

async function waitForLock(session: Connection, folder: string): Promise<void> {
  const deadlineMs = performance.now() + HANDOVER_TIMEOUT_MS;
  while (!(await tryLockDataFolder(session.database))) {
    if (performance.now() > deadlineMs) {
      const owner = (await dataFolderOwner(session.database)) ?? 'another server';
      throw new DataFolderBusyError(`${folder} is in use by "${owner}"`);
    }
    await sleep(HANDOVER_POLL_MS);
  }
}
