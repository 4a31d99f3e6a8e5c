import { writeFileSync } from 'node:fs';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { EXIT_LEASE_LOST } from '../../server/exit-code.ts';
import type { Restored } from '../../server/persist/restore.ts';
import type { SceneEvent } from '../../server/ports.ts';
import { AT_USAGE, type History, openHistory, restoreTick, tickOf } from '../setup/history.ts';
import { expectEmpty, makeWorld } from '../setup/new-world.ts';
import { StepFailed } from '../setup/shell.ts';
import {
  openWorldBeside,
  REGION,
  STORE_FLAGS,
  STORE_USAGE,
  type StoreFlags,
} from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'bring back any tick of the world: as a folder, a file, or in place';

export const usage = `bun run ops recover --at TICK|TIME [--out DIR|FILE | --in-place --yes] […]

${AT_USAGE}
  --out DIR           make a data folder whose world goes on from there
  --out FILE.strec    write the state at that tick as a recording without frames
  --in-place --yes    make this world go on from there: a running server loses its lease,
                      ends with ${EXIT_LEASE_LOST} and is to be started anew; what was
                      written of later stays in the database, among the cut groups
${STORE_USAGE}
  --json              end with one JSON line

Without --out and --in-place nothing is written: the tick is restored and its hash printed. A world
goes on from the first tick of the frame; three ticks are one. Any tick is there for as long as
SPACETIME_JOURNAL_DAYS says; older ones where a monthly archive is.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    at: 'string',
    out: 'string',
    'in-place': 'boolean',
    yes: 'boolean',
    json: 'boolean',
  });
  expectNone(rest);
  if (flags.at === undefined) throw new UsageError('--at says which tick or time.');
  if (flags.out !== undefined && flags['in-place']) {
    throw new UsageError('--out or --in-place, not both.');
  }
  if (flags['in-place'] && !flags.yes) {
    throw new UsageError('--in-place changes this very world: say --yes as well.');
  }
  if (flags.out !== undefined && !isFile(flags.out)) expectEmpty(flags.out);
  const history = await openHistory(flags);
  try {
    const restored = await restoreTick(history, await tickOf(flags.at, history));
    const stateHash = hashText(restored.core.stateHash());
    const { tick, checkpointFrame, framesReplayed } = restored;
    console.log(`tick ${tick} (frame ${restored.world.frame}): hash ${stateHash}`);
    const did = await place(history, restored, flags);
    if (did !== null) console.log(did);
    const report = {
      tick,
      frame: restored.world.frame,
      stateHash,
      checkpointFrame,
      framesReplayed,
    };
    if (flags.json) console.log(JSON.stringify({ ...report, out: flags.out ?? null }));
    return 0;
  } finally {
    await history.close();
  }
}

function isFile(path: string): boolean {
  return path.endsWith('.strec');
}

/** Puts the restored world where it was asked for, and says so; null when nowhere. */
async function place(
  history: History,
  restored: Restored,
  flags: StoreFlags & { readonly out: string | undefined; readonly 'in-place': boolean },
): Promise<string | null> {
  const { out } = flags;
  if (flags['in-place']) {
    await goBackInPlace(history, restored, flags);
    return (
      `the world goes on from tick ${restored.world.frame * TICKS_PER_FRAME}; a server that was ` +
      `running ends with ${EXIT_LEASE_LOST}: start it anew`
    );
  }
  if (out === undefined) return null;
  if (isFile(out)) {
    await writeState(restored, out);
    return `${out}: the state at tick ${restored.tick}`;
  }
  const { accounts } = await makeWorld(history, restored, out);
  return `${out}: a world that goes on from there, with ${accounts} accounts`;
}

async function writeState({ core }: Restored, path: string): Promise<void> {
  const { encodeRecording } = await import('../../core-wasm/host/recording/writer.ts');
  const { layoutOf } = await import('../../core-wasm/host/recording/recording.ts');
  const { hash: coreHash } = core.module;
  const state = core.snapshot();
  const moment = { frame: core.frame, hash: core.stateHash() };
  const head = { coreHash, layout: layoutOf(state), world: 'whole', entity: 0 } as const;
  const stretch = { ...moment, isAnew: true, state, frames: [] };
  writeFileSync(path, await encodeRecording(head, [stretch], () => moment));
}

/** Ending, a server on the same folder takes its Postgres down; then it is started anew. */
const ATTEMPTS_MAX = 5;
const RETRY_DELAY_MS = 1000;

async function goBackInPlace(
  { seed, cores }: History,
  restored: Restored,
  flags: StoreFlags,
): Promise<void> {
  const { goBack } = await import('../../server/persist/restore.ts');
  const { projectEverybody } = await import('../../server/room/room.ts');
  const isCurrent = restored.core === cores.current;
  cores.current.restore(restored.world.state);
  const picture = isCurrent ? projectEverybody(cores.current) : { players: [] };
  const scene: SceneEvent = {
    kind: 'cut',
    frame: restored.world.frame,
    detail: { by: 'recover --in-place' },
  };
  let cause = '';
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    if (attempt > 1) await Bun.sleep(RETRY_DELAY_MS);
    try {
      const { store, close } = await openWorldBeside(flags);
      try {
        const { lease } = await store.claimRegion(REGION, seed);
        const went = await goBack(store, lease, restored, picture, Date.now());
        // Going back once more changes nothing, so a note that failed is reason enough.
        const noted = went.kind === 'committed' ? await store.noteScene(lease, scene) : went;
        if (noted.kind === 'committed') return;
        cause = noted.kind === 'unavailable' ? noted.cause : noted.kind;
      } finally {
        await close();
      }
    } catch (error) {
      cause = String(error);
    }
  }
  throw new StepFailed(
    `The world could not be brought back: ${cause}. What is kept is sound, of before or of ` +
      `after; a server that was running may have ended with ${EXIT_LEASE_LOST}. Say it again.`,
  );
}
