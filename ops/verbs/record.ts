import { writeFileSync } from 'node:fs';
import type { Checkpoint, Store } from '../../server/ports.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = "write a stretch of the world's journal as a recording";

export const usage = `bun run ops record FILE [--from FRAME]

  FILE           where to write
  --from FRAME   begin at the newest checkpoint at or before this frame; without it at the oldest

Reads the world that DATABASE_URL or DATA_DIR names, to its last durable frame, and writes nothing
to it. A server that runs on the same DATA_DIR has to be stopped first.`;

const REGION = 1;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { from: 'string' });
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0) throw new UsageError('One file to write, please.');
  const from = Number(flags.from ?? -1);
  if (!Number.isInteger(from)) throw new UsageError(`--from wants a frame, not ${flags.from}`);
  await installPackages();
  await build(['core']);
  const store = await openWorldStore();
  try {
    const start = await findStart(store, flags.from === undefined ? null : from);
    const file = await recordFrom(store, start);
    writeFileSync(path, file.bytes);
    console.log(`${path}: ${file.frames} frames from frame ${start.frame}`);
    return 0;
  } finally {
    await store.close();
  }
}
