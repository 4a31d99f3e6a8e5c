import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { Clock, Store } from '../ports.ts';
import type { CoreShelf } from './core-shelf.ts';
import { type CutOff, playTimeline } from './timeline.ts';

export interface ReplayReport {
  /** The checkpoint that the replay began from; null for the beginning of the world. */
  readonly fromFrame: number | null;
  /** The frame after the last one that verified. */
  readonly toFrame: number;
  readonly framesReplayed: number;
  /** The first group that is not what the server wrote; null when all are. */
  readonly damaged: CutOff | null;
  readonly stateHash: string;
  readonly tookMs: number;
}

/**
 * Plays the journal from the oldest checkpoint that is kept, by the cores that played it, and
 * compares the hash of every frame. Changes nothing in the store. Throws when it cannot be read or
 * belongs to a core that was not kept.
 */
export async function replayJournal(
  store: Pick<Store, 'checkpoints' | 'coreSpans' | 'groups'>,
  region: number,
  cores: CoreShelf,
  clock: Pick<Clock, 'nowMs'>,
): Promise<ReplayReport> {
  const beganMs = clock.nowMs();
  const played = await playTimeline({
    store: {
      checkpoints: () => oldestOnly(store, region),
      coreSpans: (of) => store.coreSpans(of),
      groups: (of, fromFrame) => store.groups(of, fromFrame),
    },
    region,
    cores,
    genesis: (core) => core.reset(0),
  });
  if (played.otherCore !== null) {
    throw new Error(`this world was played under another core: ${played.otherCore.coreHash}`);
  }
  if (played.kind === 'no-start') throw new Error('no checkpoint is sound');
  return {
    fromFrame: played.start?.frame ?? null,
    toFrame: played.frame,
    framesReplayed: played.framesReplayed,
    damaged: played.cutOff,
    stateHash: hashText(played.core.stateHash()),
    tookMs: Math.round(clock.nowMs() - beganMs),
  };
}

async function* oldestOnly(store: Pick<Store, 'checkpoints'>, region: number) {
  let oldest = null;
  for await (const checkpoint of store.checkpoints(region)) oldest = checkpoint;
  if (oldest !== null) yield oldest;
}
