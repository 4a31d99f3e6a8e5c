import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type {
  Checkpoint,
  JournalGroup,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../ports.ts';
import type { ReplayableCore } from './apply-group.ts';
import { nextChain, packFrames } from './chain.ts';
import type { CoreShelf } from './core-shelf.ts';
import { type CutOff, type OtherCore, type Playing, playTimeline } from './timeline.ts';

export interface RestoreOptions {
  readonly store: Pick<Store, 'checkpoints' | 'coreSpans' | 'groups'>;
  readonly region: number;
  readonly cores: CoreShelf;
  readonly genesis: (core: ReplayableCore) => void;
}

export interface Restored {
  readonly kind: 'restored';
  /** The core that played it; it stands at `tick`. */
  readonly core: ReplayableCore;
  readonly tick: number;
  /** State and hashes at the first tick of the tick's frame: where a world can go on from. */
  readonly world: Omit<Checkpoint, 'takenMs'>;
  /** The frames of the group that `world.frame` cuts in two; null when it stands between two. */
  readonly tail: JournalGroup | null;
  /** Null when it was replayed from the beginning of the world. */
  readonly checkpointFrame: number | null;
  readonly framesReplayed: number;
}

export type Restoration =
  | Restored
  /** The journal ends before; `lastTick` is the last that can be had. */
  | { readonly kind: 'not-yet'; readonly lastTick: number }
  /** It was before what the retention keeps. `nearestTick`: of the archive just before it. */
  | { readonly kind: 'not-kept'; readonly nearestTick: number | null }
  | ({ readonly kind: 'damaged' } & CutOff)
  | ({ readonly kind: 'other-core' } & OtherCore);

/** Brings a core to any tick that the store still holds. Only reads; throws as the store does. */
export async function restoreAt(options: RestoreOptions, tick: number): Promise<Restoration> {
  const frame = Math.floor(tick / TICKS_PER_FRAME);
  const isWithin = tick % TICKS_PER_FRAME !== 0;
  let before: Uint8Array | null = null;
  const played = await playTimeline({
    ...options,
    untilFrame: isWithin ? frame + 1 : frame,
    endsWithin: isWithin,
    watch: (core) => {
      if (isWithin && core.frame === frame) before = core.snapshot();
    },
  });
  if (played.otherCore !== null) return { kind: 'other-core', ...played.otherCore };
  if (played.kind === 'no-start') return { kind: 'not-kept', nearestTick: null };
  const { cutOff, core, start, framesReplayed } = played;
  if (cutOff?.why === 'gap' && framesReplayed === 0) {
    return { kind: 'not-kept', nearestTick: played.frame * TICKS_PER_FRAME };
  }
  if (cutOff !== null) return { kind: 'damaged', ...cutOff };
  if (isWithin && before !== null) core.restore(before);
  if (core.frame < frame || (isWithin && before === null)) {
    return { kind: 'not-yet', lastTick: played.frame * TICKS_PER_FRAME };
  }
  const tail = tailOf(played, frame);
  const world = worldAt(played, tail);
  const { lastGroup } = played;
  if (isWithin) core.loadFrame(lastGroup?.frames[frame - lastGroup.firstFrame] as Uint8Array);
  while (core.tick < tick) core.step();
  const checkpointFrame = start?.frame ?? null;
  return { kind: 'restored', core, tick, world, tail, checkpointFrame, framesReplayed };
}

/** The frames before `frame` of the group that it cuts; none when it stands between two. */
function tailOf({ lastGroup }: Playing, frame: number): JournalGroup | null {
  if (lastGroup === null) return null;
  const { firstFrame, frames, chainBefore } = lastGroup;
  if (frame === firstFrame || frame === firstFrame + frames.length) return null;
  const payload = packFrames(frames.slice(0, frame - firstFrame));
  return { firstFrame, lastFrame: frame - 1, payload, chain: nextChain(chainBefore, payload) };
}

/** The core stands at the frame's first tick. */
function worldAt(played: Playing, tail: JournalGroup | null): Omit<Checkpoint, 'takenMs'> {
  const { core, schemaHash, chain, lastGroup } = played;
  const isBefore = lastGroup?.firstFrame === core.frame;
  return {
    frame: core.frame,
    coreHash: core.module.hash,
    schemaHash,
    stateHash: core.stateHash(),
    state: core.snapshot(),
    chain: tail?.chain ?? (isBefore ? lastGroup.chainBefore : chain),
  };
}

/**
 * Makes the world go on from a restored tick. What came later is taken out of the journal, where it
 * waits among the cut groups; checkpoints behind the tick are dropped. After each step what the
 * store holds is a sound world, of before or of after.
 */
export async function goBack(
  store: Pick<Store, 'dropCheckpointsAfter' | 'truncateGroups' | 'appendGroup' | 'saveCheckpoint'>,
  lease: RegionLease,
  { world, tail }: Pick<Restored, 'world' | 'tail'>,
  picture: Projection,
  takenMs: number,
): Promise<StoreOutcome> {
  const steps = [
    () => store.dropCheckpointsAfter(lease, world.frame),
    () => store.truncateGroups(lease, world.frame),
    ...(tail === null ? [] : [() => store.appendGroup(lease, tail, picture)]),
    () => store.saveCheckpoint(lease, { ...world, takenMs }),
  ];
  for (const step of steps) {
    const outcome = await step();
    if (outcome.kind !== 'committed') return outcome;
  }
  return { kind: 'committed' };
}
