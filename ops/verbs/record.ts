import { writeFileSync } from 'node:fs';
import type { Checkpoint, Store } from '../../server/ports.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { openWorldStore, REGION, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = "write a stretch of the world's journal as a recording";

export const usage = `bun run ops record FILE [--from FRAME] [--data-dir DIR | --database-url URL]

  FILE                where to write
  --from FRAME        begin at the newest checkpoint at or before this frame (default: the oldest)
${STORE_USAGE}

Writes the journal from there to its last durable frame as one file that "bun run replay" plays.
The world is only read.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { ...STORE_FLAGS, from: 'string' });
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0) throw new UsageError('One file to write, please.');
  const from = Number(flags.from ?? -1);
  if (!Number.isInteger(from)) throw new UsageError(`--from wants a frame, not ${flags.from}`);
  await installPackages();
  await build(['core']);
  const store = await openWorldStore(flags);
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

async function findStart(store: Store, from: number | null): Promise<Checkpoint> {
  let oldest: Checkpoint | null = null;
  for await (const checkpoint of store.checkpoints(REGION)) {
    if (from !== null && checkpoint.frame <= from) return checkpoint;
    oldest = checkpoint;
  }
  if (oldest === null) throw new StepFailed('No world was played here: there is no checkpoint.');
  if (from === null) return oldest;
  throw new StepFailed(`The oldest checkpoint is at frame ${oldest.frame}, after ${from}.`);
}

/** The file's bytes. The frames are played once, which gives the last state's hash. */
async function recordFrom(
  store: Store,
  start: Checkpoint,
): Promise<{ bytes: Uint8Array; frames: number }> {
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  const { GroupReader } = await import('../../server/persist/group.ts');
  const { encodeRecording } = await import('../../server/persist/recording.ts');
  const core = await Core.create(await loadCoreModule());
  if (start.coreHash !== core.module.hash) {
    throw new StepFailed(`The world was played by core ${start.coreHash}: record it with that.`);
  }
  core.restore(start.state);
  const frames: Uint8Array[] = [];
  const reader = new GroupReader(core);
  for await (const group of store.groups(REGION, start.frame)) {
    const read = reader.read(group.payload);
    if (read.kind !== 'frames') {
      throw new StepFailed(`The group of ${group.firstFrame} is ${read.kind}.`);
    }
    for (const bytes of read.frames) {
      if (core.readFrameHeader(bytes)?.frame !== core.frame) continue;
      core.stepFrame(bytes);
      frames.push(bytes);
    }
  }
  const recording = { coreHash: start.coreHash, state: start.state, frames };
  return {
    bytes: encodeRecording({ ...recording, endHash: core.stateHash() }),
    frames: frames.length,
  };
}
