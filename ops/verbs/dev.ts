import { watch } from 'node:fs';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { ROOT, StepFailed } from '../setup/shell.ts';
import { expectNone, parseFlags } from './verb.ts';

export const summary = 'start, then rebuild and restart on every change';

export const usage = `bun run dev

Like start. When a source under core-wasm, client, server or db changes, it builds what the change
touches, drains the server and starts it again on the same world; clients come back by themselves.
A change that does not build is reported and the running server stays.`;

const WATCHED = ['core-wasm', 'client', 'server', 'db'] as const;
/** Editors write a file in several steps; one rebuild serves them all. */
const SETTLE_MS = 100;

export async function run(args: readonly string[]): Promise<number> {
  expectNone(parseFlags(args, {}).rest);
  await installPackages();
  const changed = watchSources();
  let server = (await tryBuild()) ? spawnServer() : null;
  let stopping = false;
  const stop = () => {
    stopping = true;
    if (server === null) process.exit(0);
    server.kill('SIGTERM');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  for (;;) {
    const code = await Promise.race([server?.exited ?? never, changed().then(() => null)]);
    if (stopping) return (await server?.exited) ?? 0;
    if (code !== null) {
      console.error(`The server ended with ${code}; waiting for a change.`);
      server = null;
    } else if (await tryBuild()) {
      server?.kill('SIGTERM');
      await server?.exited;
      if (stopping) return 0;
      server = spawnServer();
    }
  }
}

const never = new Promise<never>(() => {});

function spawnServer() {
  return Bun.spawn({
    cmd: [process.execPath, 'server/main.ts'],
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function tryBuild(): Promise<boolean> {
  try {
    await build(['core', 'client']);
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(error.message);
    return false;
  }
}

/** Each call waits for a change since the previous one resolved. */
function watchSources(): () => Promise<void> {
  let isDirty = false;
  let wake = () => {};
  let settle: ReturnType<typeof setTimeout> | undefined;
  const onChange = () => {
    clearTimeout(settle);
    settle = setTimeout(() => {
      isDirty = true;
      wake();
    }, SETTLE_MS);
  };
  for (const folder of WATCHED)
    watch(`${ROOT}/${folder}`, { recursive: true, persistent: false }, onChange);
  return async () => {
    if (!isDirty) await new Promise<void>((resolve) => (wake = resolve));
    isDirty = false;
  };
}
