import { execFile } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Postgres refuses to run as root; this user runs it then, and is made when missing. */
const POSTGRES_USER = 'postgres';

/** Runs Postgres's programs as a user that they accept. */
export interface PostgresUser {
  /** Resolves with what the program printed; rejects with it when the program fails. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Gives a file or an empty folder to that user. */
  giveFile(path: string): Promise<void>;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** `folders` are the places that the user must reach: the binaries and the data folder. */
export async function postgresUser(folders: readonly string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) {
    return { run: (program, args) => run(program, args), giveFile: async () => {} };
  }
  const identity = await findOrCreateUser();
  const prefix = setprivArguments(identity, await mayReachAll(identity, folders));
  return {
    run: (program, args) => run('setpriv', [...prefix, program, ...args]),
    giveFile: (path) => chown(path, identity.uid, identity.gid),
  };
}

async function run(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await exec(program, args, {
      // Not ours: the other user may be unable to stand there.
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout + stderr;
  } catch (error) {
    const failure = error as Error & { stdout?: string; stderr?: string };
    const printed = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim();
    throw new Error(printed === '' ? failure.message : printed, { cause: error });
  }
}

async function findOrCreateUser(): Promise<Identity> {
  const known = await lookUpUser();
  if (known) return known;
  await exec('useradd', ['--system', '--user-group', '--no-create-home', POSTGRES_USER]);
  const created = await lookUpUser();
  if (!created) throw new Error(`useradd did not create the user "${POSTGRES_USER}"`);
  return created;
}

async function lookUpUser(): Promise<Identity | null> {
  try {
    const [uid, gid] = await Promise.all([
      exec('id', ['-u', POSTGRES_USER]),
      exec('id', ['-g', POSTGRES_USER]),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/**
 * A checkout under /root cannot be entered by any other user, neither for the binaries nor for
 * the data. Rather than opening somebody's home, the program keeps the one capability that
 * walks through closed folders. `no_setuid_fixup` makes access(2) honour it, which `initdb` asks.
 */
function setprivArguments({ uid, gid }: Identity, reachable: boolean): string[] {
  const user = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups'];
  if (reachable) return [...user, '--inh-caps', '-all', '--'];
  const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return [...user, ...capability, '--securebits', '+no_setuid_fixup', '--'];
}

async function mayReachAll(identity: Identity, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    for (let path = folder; ; path = dirname(path)) {
      const { uid, gid, mode } = await stat(path);
      const enter = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
      if ((mode & enter) === 0) return false;
      if (path === dirname(path)) break;
    }
  }
  return true;
}
