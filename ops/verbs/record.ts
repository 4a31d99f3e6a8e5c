import { writeFileSync } from 'node:fs';
import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Recorded, RecordRange } from '../../server/persist/record.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { openWorldStore, REGION, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = "write a stretch of the world's journal as a recording";

export const usage = `bun run ops record FILE [--last TIME | --from FRAME] [--to FRAME]
                    [--data-dir DIR | --database-url URL]

  FILE                where to write; .strec is what the client takes
  --last TIME         the last 90s, 10m or 2h that are durable
  --from FRAME        begin at this frame (default: the oldest checkpoint that is kept)
  --to FRAME          end before this frame (default: the last durable one)
${STORE_USAGE}

The world may be in play: its database is read beside the server, and only read. What is written can
be played by "bun run replay FILE", in a page opened with ?replay=ADDRESS, and by bots of
"bun run swarm --replay FILE".`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    from: 'string',
    to: 'string',
    last: 'string',
  });
  const [path, ...more] = rest;
  if (path === undefined || more.length > 0) throw new UsageError('One file to write, please.');
  const range = rangeOf(flags);
  await installPackages();
  await build(['core']);
  const store = await openWorldStore(flags);
  try {
    const { Core } = await import('../../core-wasm/host/core.ts');
    const { loadCoreModule } = await import('../../server/artifacts.ts');
    const { recordJournal } = await import('../../server/persist/record.ts');
    const core = await Core.create(await loadCoreModule());
    const recorded = await recordJournal(store, REGION, core, range);
    if (recorded.kind !== 'recorded') throw new StepFailed(refusalOf(recorded));
    const { file, frames, fromFrame } = recorded;
    writeFileSync(path, file);
    const seconds = (frames * TICKS_PER_FRAME) / TICK_RATE_HZ;
    const size = `${(file.length / 1000).toFixed(0)} kB`;
    console.log(
      `${path}: ${frames} frames from frame ${fromFrame}, ${seconds.toFixed(1)} s, ${size}`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

function rangeOf(flags: Partial<Record<'from' | 'to' | 'last', string | undefined>>): RecordRange {
  const { from, to, last } = flags;
  if (from !== undefined && last !== undefined) throw new UsageError('--last or --from, not both.');
  const range = {
    from: from === undefined ? null : frameIn('--from', from),
    to: to === undefined ? null : frameIn('--to', to),
    last: last === undefined ? null : framesIn(last),
  };
  const isEmpty = range.from !== null && range.to !== null && range.to <= range.from;
  if (isEmpty) throw new UsageError('--to wants a frame after --from.');
  return range;
}

function frameIn(name: string, text: string): number {
  const frame = Number(text);
  if (!Number.isInteger(frame) || frame < 0) throw new UsageError(`${name} wants a frame: ${text}`);
  return frame;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function framesIn(text: string): number {
  const [, count, unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS[unit] ?? 0);
  if (!(seconds > 0)) throw new UsageError(`--last wants a time such as 90s, 10m or 2h: ${text}`);
  return (seconds * TICK_RATE_HZ) / TICKS_PER_FRAME;
}

function refusalOf(recorded: Exclude<Recorded, { kind: 'recorded' }>): string {
  switch (recorded.kind) {
    case 'no-world':
      return 'No world was played here: there is no checkpoint.';
    case 'too-old':
      return `The oldest checkpoint is at frame ${recorded.oldestFrame}, after ${recorded.from}.`;
    case 'not-yet':
      return `The journal ends before frame ${recorded.endFrame}, and so before ${recorded.from}.`;
    case 'other-core':
      return `The world was played by core ${recorded.coreHash}: record it with that.`;
    case 'damaged':
      return `The journal is damaged from frame ${recorded.frame} on: end before it with --to.`;
  }
}
