import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

export type LogLine = Readonly<Record<string, unknown>> & { readonly event?: string };

/** A real server in a process of its own, on a port of its own, for tests and benches. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Its log so far, parsed. */
  readonly lines: readonly LogLine[];
  /** How it ended, with its last words; null while it runs. */
  readonly end: string | null;
  /** Ends it as a power cut does; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to drain; resolves with its exit code. */
  stop(): Promise<number>;
}

export interface ServerOptions {
  readonly dataDir: string;
  /** 0 takes any. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Bun runs the source; Node runs `build/server-node/`. */
  readonly runtime?: 'bun' | 'node';
  /** Becomes the server, instead of a runtime that starts it. */
  readonly command?: readonly string[];
  /**
   * Pins the process to one core once it listens. Not so its embedded PostgreSQL, which has a
   * machine of its own elsewhere, and starves on a core that is full.
   */
  readonly core?: number;
}

/** Starts a server and waits until it listens. Rejects with its last words when it does not. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = launch(options);
  const lines: LogLine[] = [];
  let words = '';
  let end: string | null = null;
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => {
      end = `ended with ${signal ?? code}:\n${words.slice(-2000)}`;
      resolve(code ?? -1);
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => fail('did not listen in time'), READY_TIMEOUT_MS);
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`the server ${why}:\n${words.slice(-2000)}`));
    };
    const hear = (line: string): void => {
      const parsed = parse(line);
      if (parsed === null) return;
      lines.push(parsed);
      if (parsed.event !== 'listening') return;
      clearTimeout(timer);
      resolve(Number(parsed.port));
    };
    eachLine(child, (line) => {
      words = `${words}${line}\n`.slice(-8000);
      hear(line);
    });
    void exited.then((code) => fail(`ended with ${code}`));
  });
  if (options.core !== undefined) pin(child.pid as number, options.core);
  return {
    port,
    pid: child.pid as number,
    lines,
    get end() {
      return end;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

const STARTS = {
  bun: [process.execPath, 'server/main.ts'],
  node: ['node', 'build/server-node/main.js'],
} as const;

function launch(options: ServerOptions): ChildProcess {
  const { dataDir, port = 0, env, runtime = 'bun', command = STARTS[runtime] } = options;
  const [program, ...args] = command;
  return spawn(program as string, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      ...env,
    },
  });
}

/** All threads that it has by now; later ones inherit it. */
function pin(pid: number, core: number): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', `${core}`, `${pid}`]);
  if (status !== 0) throw new Error(`cannot pin the server: ${stderr}`);
}

function eachLine(child: ChildProcess, hear: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) hear(line);
    });
  }
}

function parse(line: string): LogLine | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return null;
  }
}
