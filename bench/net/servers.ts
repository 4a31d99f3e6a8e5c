import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../server/probe/server-process.ts';
import type { CrowdOptions } from './crowd.ts';
import type { ServerName } from './load.ts';

/** A server in a process of its own. */
export interface Running {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const SERVER_CORE = 0;
const START_TIMEOUT_MS = 30_000;
/** Of what a server says, its last words are kept. */
const WORDS_MAX = 4_000;
/** Room beside the bots for whoever is just leaving. */
const SPARE_PLAYERS = 8;
const PLAYERS_MAX_DEFAULT = 256;
const INSTALL = 'npm install --no-save --no-audit --no-fund --ignore-scripts';

/** The words before a command that pin it to `core`; none where there is no taskset. */
export function pinned(core: number): string[] {
  return Bun.which('taskset') === null ? [] : ['taskset', '-c', String(core)];
}

/** What is to be done before `server` can run here; null when nothing is. */
export function missingFor(server: ServerName): string | null {
  if (server !== 'colyseus') return null;
  if (Bun.which('node') === null)
    return 'Colyseus needs Node 20: its sockets do not load into Bun.';
  if (existsSync(join(import.meta.dir, 'node_modules/@colyseus/core'))) return null;
  return `Colyseus is not installed: (cd bench/net && ${INSTALL})`;
}

/** Puts Colyseus where only this bench finds it. Whether it worked, `missingFor` says. */
export async function installColyseus(): Promise<void> {
  if (Bun.which('npm') === null) return;
  await Bun.spawn({ cmd: INSTALL.split(' '), cwd: import.meta.dir, stdio: ['ignore', 2, 2] })
    .exited;
}

/** Starts a fresh server on the first core. Rejects with its last words when it does not listen. */
export function startContestant(
  server: ServerName,
  { players, spreadM, downBytes }: Omit<CrowdOptions, 'url'>,
): Promise<Running> {
  switch (server) {
    case 'ours':
      return startOurs(players, spreadM);
    case 'colyseus':
      return startColyseus(spreadM);
    case 'floor': {
      const program = join(import.meta.dir, 'floor/server.ts');
      return startChild([process.execPath, program, String(downBytes)], () => {});
    }
  }
}

async function startOurs(players: number, spreadM: number): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-net-'));
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const playersMax = Math.max(PLAYERS_MAX_DEFAULT, players + SPARE_PLAYERS);
    const server = await startServer({
      dataDir,
      ...(Bun.which('taskset') === null ? {} : { core: SERVER_CORE }),
      env: {
        SPACETIME_GUESTS_PER_MINUTE: '100000',
        SPACETIME_PLAYERS_MAX: String(playersMax),
        SPACETIME_ARRIVAL_SPREAD_M: String(spreadM),
      },
    });
    return {
      url: `ws://127.0.0.1:${server.port}`,
      pid: server.pid,
      async stop() {
        // Asked, not killed: its database must not outlive it.
        await server.stop();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** Node runs no TypeScript: it gets a bundle, beside the packages that it leaves outside. */
async function startColyseus(spreadM: number): Promise<Running> {
  const builds = join(import.meta.dir, 'build');
  mkdirSync(builds, { recursive: true });
  const folder = mkdtempSync(join(builds, 'colyseus-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const result = await Bun.build({
      entrypoints: [join(import.meta.dir, 'colyseus/server.ts')],
      outdir: folder,
      target: 'node',
      format: 'esm',
      packages: 'external',
      throw: false,
    });
    if (!result.success) throw new Error(result.logs.map(String).join('\n'));
    return await startChild(['node', join(folder, 'server.js'), String(spreadM)], removeFolder);
  } catch (error) {
    removeFolder();
    throw error;
  }
}

function startChild(cmd: readonly string[], onStopped: () => void): Promise<Running> {
  const [program = '', ...words] = [...pinned(SERVER_CORE), ...cmd];
  // It ends when its input closes, so it cannot outlive us.
  const child = spawn(program, words, { env: { ...process.env, NODE_ENV: 'production' } });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    onStopped();
  };
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    const hear = (text: string) => {
      said = `${said}${text}`.slice(-WORDS_MAX);
      const port = said.match(/"event":"listening","port":(\d+)/)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve({ url: `ws://127.0.0.1:${port}`, pid: child.pid as number, stop });
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    void ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`${cmd.join(' ')} ended before it listened:\n${said}`));
    });
  });
}
