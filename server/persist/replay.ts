import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { Clock, Store } from '../ports.ts';
import { type CutOff, type ReplayableCore, recover } from './recover.ts';

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
 * Plays the journal from the oldest checkpoint that is kept and compares the hash of every frame.
 * Changes nothing in the store. Throws when it cannot be read or belongs to another core.
 */
export async function replayJournal(
  store: Pick<Store, 'checkpoints' | 'groups'>,
  region: number,
  core: ReplayableCore & { reset(seed: number): void },
  clock: Pick<Clock, 'nowMs'>,
): Promise<ReplayReport> {
  const beganMs = clock.nowMs();
  const outcome = await recover({
    store: {
      checkpoints: () => oldestOnly(store, region),
      groups: (_region, fromFrame) => store.groups(region, fromFrame),
      truncateGroups: async () => ({ kind: 'committed' }),
    },
    lease: { region, epoch: 0 },
    core,
    genesis: () => core.reset(0),
  });
  if (outcome.kind === 'other-core') {
    throw new Error(`this world was played under another core: ${outcome.coreHash}`);
  }
  if (outcome.kind !== 'recovered') throw new Error(`the journal cannot be read: ${outcome.kind}`);
  return {
    fromFrame: outcome.checkpointFrame,
    toFrame: outcome.frame,
    framesReplayed: outcome.framesReplayed,
    damaged: outcome.cutOff,
    stateHash: hashText(core.stateHash()),
    tookMs: Math.round(clock.nowMs() - beganMs),
  };
}

async function* oldestOnly(store: Pick<Store, 'checkpoints'>, region: number) {
  let oldest = null;
  for await (const checkpoint of store.checkpoints(region)) oldest = checkpoint;
  if (oldest !== null) yield oldest;
}
