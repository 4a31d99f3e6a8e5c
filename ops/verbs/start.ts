import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { become, StepFailed } from '../setup/shell.ts';
import { NODE_MAJOR_MIN, nodeMajor } from '../setup/system.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'install, build what changed, start the server';

export const usage = `bun start [--runtime bun|node]

  --runtime bun    the default: Bun with its own sockets
  --runtime node   the same server under Node ${NODE_MAJOR_MIN}+ with uWebSockets.js

The server prints its address when it is ready. SIGTERM and SIGINT drain it. Everything else is
configured by environment variables; README.md lists them.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { runtime: 'string' });
  expectNone(rest);
  const runtime = flags.runtime ?? 'bun';
  if (runtime !== 'bun' && runtime !== 'node') {
    throw new UsageError(`--runtime is bun or node, not ${runtime}`);
  }
  await installPackages();
  await build(runtime === 'node' ? ['core', 'client', 'server-node'] : ['core', 'client']);
  // The server takes this process over, so that a signal or a kill hits it and nothing in between.
  if (runtime === 'node') become([nodePath(), 'build/server-node/main.js']);
  become([process.execPath, 'server/main.ts']);
}

function nodePath(): string {
  const path = Bun.which('node');
  if (path !== null && nodeMajor() >= NODE_MAJOR_MIN) return path;
  throw new StepFailed(`--runtime node needs Node ${NODE_MAJOR_MIN} or newer on PATH.`);
}
