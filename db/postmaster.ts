import { readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, SUPERUSER } from './cluster.ts';
import { connect } from './connect.ts';
import { selectSettings } from './queries/settings.ts';

/** A running Postgres of a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** True when it was running before us: its server was killed and left it behind. */
  readonly adopted: boolean;
}

const LOOPBACK = '127.0.0.1';
/** Crash recovery after a `kill -9` replays at most a few WAL segments; a minute is plenty. */
const START_TIMEOUT_S = 60;
const STOP_TIMEOUT_S = 60;
const POLL_INTERVAL_MS = 50;
const LOG_FILE = 'server.log';
const LOG_TAIL_LINES = 12;

/** Durability is the point of the store, so it is stated and not left to a default. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: '20',
  log_checkpoints: 'off',
  // After a crash everything must be on the disk before the log is played. File by file that took
  // 1.5 s of the 5 s in which a world must be back, the kernel's call for all 1 to 60 ms; since
  // Linux 5.8 it reports errors as well.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
};

export function clusterUrl(cluster: Cluster, port: number): string {
  return `postgres://${SUPERUSER}:${cluster.password}@${LOOPBACK}:${port}/postgres`;
}

/**
 * The cluster's running Postgres: an orphan is adopted, otherwise one is started, on `port` or,
 * when that is null, on a free one. Throws when it neither runs nor starts.
 */
export async function ensureRunning(cluster: Cluster, port: number | null): Promise<Postmaster> {
  const deadlineMs = performance.now() + START_TIMEOUT_S * 1000;
  for (;;) {
    const found = await readPidFile(cluster);
    const holder = found === null ? 'nobody' : await pidHolder(found.pid, cluster);
    if (found !== null && holder === 'postmaster') {
      if (await answers(cluster, found.port)) return { ...identity(found), adopted: true };
    } else if (found !== null && holder === 'stranger') {
      await removeStalePidFile(cluster, found);
    } else {
      const failure = await start(cluster, port ?? (await freePort()));
      const started = await readPidFile(cluster);
      if (failure === null && started) return { ...identity(started), adopted: false };
      // Two starters at once: the loser sees the winner's pid file and adopts.
      if (failure !== null && !started) throw new Error(await withLogTail(cluster, failure));
    }
    if (performance.now() > deadlineMs) {
      const message = `Postgres (pid ${found?.pid}) of ${cluster.folder} does not come up`;
      throw new Error(await withLogTail(cluster, message));
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Port of the cluster's Postgres when it runs and answers; null otherwise. Starts nothing. */
export async function runningPort(cluster: Cluster): Promise<number | null> {
  const found = await readPidFile(cluster);
  if (found === null || (await pidHolder(found.pid, cluster)) !== 'postmaster') return null;
  return (await answers(cluster, found.port)) ? found.port : null;
}

/** Stops the cluster's Postgres in good order, whoever started it. */
export async function stop(cluster: Cluster): Promise<void> {
  const args = ['stop', '-w', '-m', 'fast', '-t', `${STOP_TIMEOUT_S}`, '-D', cluster.folder];
  await cluster.user.run(cluster.programs.pg_ctl, args);
}

/** Null when it accepts connections, otherwise what `pg_ctl` said. */
async function start(cluster: Cluster, port: number): Promise<string | null> {
  const log = join(cluster.folder, LOG_FILE);
  await rename(log, `${log}.1`).catch(() => {});
  const settings = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  // pg_ctl puts Postgres into a session of its own: Ctrl-C in a terminal reaches only the
  // server, which then drains and stops Postgres last.
  try {
    await cluster.user.run(cluster.programs.pg_ctl, [
      ...['start', '-w', '-t', `${START_TIMEOUT_S}`, '-D', cluster.folder, '-l', log],
      ...['-o', [`-p ${port}`, ...settings].join(' ')],
    ]);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What `postmaster.pid` says. */
interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** System V shared memory that the postmaster and its backends are attached to. */
  readonly sharedMemoryId: number;
}

function identity({ pid, port }: PidFile): { pid: number; port: number } {
  return { pid, port };
}

function pidFilePath(cluster: Cluster): string {
  return join(cluster.folder, 'postmaster.pid');
}

/** Lines 1, 4 and 7 of `postmaster.pid`; null while there is none or it is being written. */
async function readPidFile(cluster: Cluster): Promise<PidFile | null> {
  const text = await readFile(pidFilePath(cluster), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  const sharedMemoryId = Number(lines[6]?.trim().split(/\s+/)[1] ?? Number.NaN);
  return pid > 0 && port > 0 ? { pid, port, sharedMemoryId } : null;
}

/**
 * Who has `pid` now. A stranger may have got a dead postmaster's number, as happens after each
 * restart of a container, and where nobody reaps orphans its zombie keeps it for ever.
 * Elsewhere than on Linux whoever lives is taken for the postmaster.
 */
async function pidHolder(
  pid: number,
  cluster: Cluster,
): Promise<'postmaster' | 'stranger' | 'nobody'> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'nobody';
  }
  if (process.platform !== 'linux') return 'postmaster';
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(cluster.folder) ? 'postmaster' : 'stranger';
}

/**
 * Postgres will not start while a stranger lives under the pid in its file. Removing the file
 * also removes Postgres's own guard against backends that outlived their postmaster, so that
 * guard is kept here: the file stays while anybody is attached to its shared memory.
 */
async function removeStalePidFile(cluster: Cluster, stale: PidFile): Promise<void> {
  const table = await readFile('/proc/sysvipc/shm', 'utf8').catch(() => '');
  const [columns, ...rows] = table.split('\n').map((line) => line.trim().split(/\s+/));
  const idColumn = columns?.indexOf('shmid') ?? -1;
  const row = rows.find((each) => Number(each[idColumn]) === stale.sharedMemoryId);
  if (Number(row?.[columns?.indexOf('nattch') ?? -1] ?? 0) > 0) return;
  await rm(pidFilePath(cluster), { force: true });
}

async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const connection = connect(clusterUrl(cluster, port), {
    socketsMax: 1,
    applicationName: 'spacetime-vr probe',
  });
  try {
    return (await selectSettings(connection.database)).dataDirectory === cluster.folder;
  } catch {
    return false;
  } finally {
    await connection.close(0);
  }
}

async function withLogTail(cluster: Cluster, message: string): Promise<string> {
  const text = await readFile(join(cluster.folder, LOG_FILE), 'utf8').catch(() => '');
  const tail = text.trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return [message, ...tail].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, LOOPBACK, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
