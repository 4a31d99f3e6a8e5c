import { readFileSync } from 'node:fs';
import type { CoreModule } from '../../core-wasm/host/core.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { Playback } from '../../core-wasm/host/recording/play.ts';
import type { RecordingReader } from '../../core-wasm/host/recording/recording.ts';
import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { openWorldStore, REGION, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = "play a recording, or a world's journal, and compare every hash";

export const usage = `bun run replay FILE [--core FILE] [--json]
bun run replay FILE --view [--port N]
bun run replay [--data-dir DIR | --database-url URL] [--json]

  FILE                a recording, as "bun run ops record" or a client's bug report writes it
${STORE_USAGE}
  --json              end with one JSON line
  --core FILE         the core.wasm that made the recording (default: the built one)
  --view              serve a page that plays it, until Ctrl-C: with a slider and a free camera
  --port N            of that page (default: any free one)

A journal is played from the oldest checkpoint that is kept. Exits with 1 at the first state that is
not what was recorded, and names its frame.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    json: 'boolean',
    core: 'string',
    view: 'boolean',
    port: 'string',
  });
  const [path, ...more] = rest;
  expectNone(more);
  if (path !== undefined && (flags['data-dir'] ?? flags['database-url']) !== undefined) {
    throw new UsageError('A recording or a world, not both.');
  }
  await installPackages();
  if (flags.view) return viewFile(path, flags.port);
  await build(['core']);
  const { ok, report } =
    path === undefined ? await playWorld(flags) : await playFile(path, flags.core);
  if (flags.json) console.log(JSON.stringify(report));
  return ok ? 0 : 1;
}

async function viewFile(path: string | undefined, portText: string | undefined): Promise<number> {
  const port = Number(portText ?? 0);
  if (path === undefined) throw new UsageError('One recording to view, please.');
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError('No such port.');
  await build(['core', 'client']);
  await openFile(path);
  const { serveRecording } = await import('../setup/serve-recording.ts');
  const served = await serveRecording(path, port);
  console.log(`Open ${served.url.href}`);
  await new Promise<void>((stopped) => process.once('SIGINT', () => stopped()));
  await served.stop();
  return 0;
}

interface Outcome {
  readonly ok: boolean;
  readonly report: object;
}

async function playWorld(flags: Parameters<typeof openWorldStore>[0]): Promise<Outcome> {
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  const { createClock } = await import('../../server/clock.ts');
  const { replayJournal } = await import('../../server/persist/replay.ts');
  const store = await openWorldStore(flags);
  try {
    const core = await Core.create(await loadCoreModule());
    const { createCoreShelf } = await import('../../server/persist/core-shelf.ts');
    const cores = createCoreShelf(core, store);
    const report = await replayJournal(store, REGION, cores, createClock());
    printSpeed(report.framesReplayed, report.tookMs);
    console.log(`hash ${report.stateHash} at frame ${report.toFrame}`);
    if (report.damaged !== null) {
      console.error(`Damaged from frame ${report.damaged.frame}: ${report.damaged.why}`);
    }
    return { ok: report.damaged === null, report };
  } finally {
    await store.close();
  }
}

async function playFile(path: string, corePath: string | undefined): Promise<Outcome> {
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { playRecording } = await import('../../core-wasm/host/recording/play.ts');
  const reader = await openFile(path);
  const module = await loadModule(corePath);
  const { coreHash, world } = reader.head;
  if (coreHash !== module.hash) {
    const made = `${path} was made by core ${coreHash}, this is ${module.hash}`;
    throw new StepFailed(`${made}: name that core.wasm with --core`);
  }
  const core = await Core.create(module);
  const startedMs = performance.now();
  const result = await playRecording(core, reader);
  const tookMs = Math.round(performance.now() - startedMs);
  printSpeed(
    reader.keys.reduce((sum, { count }) => sum + count, 0),
    tookMs,
  );
  console.log(describe(result));
  const stateHash = hashText(core.stateHash());
  const fault = result.kind === 'held' ? {} : { frame: result.frame };
  const report = { kind: result.kind, world, ...fault, stateHash, tookMs };
  return { ok: result.kind === 'held', report };
}

async function loadModule(path: string | undefined): Promise<CoreModule> {
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  if (path === undefined) return loadCoreModule();
  const { compileCore } = await import('../../core-wasm/host/core.ts');
  return compileCore(new Uint8Array(readBytes(path)));
}

async function openFile(path: string): Promise<RecordingReader> {
  const { openRecording } = await import('../../core-wasm/host/recording/reader.ts');
  const { refusalText } = await import('../../core-wasm/host/recording/recording.ts');
  const opened = await openRecording(readBytes(path));
  if (!opened.ok) throw new StepFailed(`${path}: ${refusalText(opened.refusal)}`);
  return opened.value;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StepFailed(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function printSpeed(frames: number, tookMs: number): void {
  const seconds = (frames * TICKS_PER_FRAME) / TICK_RATE_HZ;
  const speed = Math.round((seconds * 1000) / Math.max(1, tookMs));
  const played = `${frames} frames (${seconds.toFixed(1)} s of play)`;
  console.log(`${played} in ${tookMs} ms, ${speed} times real time`);
}

function describe(result: Playback): string {
  switch (result.kind) {
    case 'held': {
      const { disputed } = result;
      const but = disputed === 0 ? '' : `, ${disputed} times not as its server proved it`;
      return `every state is as recorded${but}`;
    }
    case 'refused':
      return `the core refuses frame ${result.frame} (${result.wire})`;
    case 'trapped':
      return `the core stops in frame ${result.frame}`;
    case 'unreadable':
      return `the file goes bad, ${result.refusal.kind}: ${result.refusal.where}`;
    case 'diverged': {
      const { frame, expected, got } = result;
      return `frame ${frame} begins in state ${hashText(got)}, recorded ${hashText(expected)}`;
    }
  }
}
