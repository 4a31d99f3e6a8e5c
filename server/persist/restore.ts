import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import type {
  Checkpoint,
  JournalGroup,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../ports.ts';
import { openGroup, type ReplayableCore } from './apply-group.ts';
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

/** Brings a core to any tick that the store still holds. Changes nothing; throws as the store does. */
export async function restoreAt(options: RestoreOptions, tick: number): Promise<Restoration> {
  const frame = Math.floor(tick / TICKS_PER_FRAME);
  const played = await playTimeline({ ...options, untilFrame: frame });
  if (played.otherCore !== null) return { kind: 'other-core', ...played.otherCore };
  if (played.kind === 'no-start') return { kind: 'not-kept', nearestTick: null };
  const { cutOff, core, start, framesReplayed } = played;
  if (cutOff?.why === 'gap' && framesReplayed === 0) {
    return { kind: 'not-kept', nearestTick: played.frame * TICKS_PER_FRAME };
  }
  if (cutOff !== null) return { kind: 'damaged', ...cutOff };
  const end = { kind: 'not-yet', lastTick: played.frame * TICKS_PER_FRAME } as const;
  if (played.frame < frame) return end;
  const inPart = tick === frame * TICKS_PER_FRAME && played.chainFrame === frame;
  const frames = inPart ? [] : await framesFrom(options, played);
  const tail = tailOf(played, frames);
  const world = worldAt(played, tail);
  if (!stepInto(core, tick, frames[frame - played.chainFrame])) return end;
  const checkpointFrame = start?.frame ?? null;
  return { kind: 'restored', core, tick, world, tail, checkpointFrame, framesReplayed };
}

/** The frames of the group that begins where the last whole one ended; empty at the end. */
async function framesFrom(
  { store, region }: RestoreOptions,
  { chainFrame, chain }: Playing,
): Promise<readonly Uint8Array[]> {
  for await (const group of store.groups(region, chainFrame)) {
    const opened = openGroup(group, chainFrame, chain);
    return opened.kind === 'frames' ? opened.frames : [];
  }
  return [];
}

function tailOf(played: Playing, frames: readonly Uint8Array[]): JournalGroup | null {
  const { frame, chainFrame, chain } = played;
  if (frame === chainFrame) return null;
  const payload = packFrames(frames.slice(0, frame - chainFrame));
  return {
    firstFrame: chainFrame,
    lastFrame: frame - 1,
    payload,
    chain: nextChain(chain, payload),
  };
}

function worldAt(played: Playing, tail: JournalGroup | null): Omit<Checkpoint, 'takenMs'> {
  const { core, schemaHash, frame, chain } = played;
  return {
    frame,
    coreHash: core.module.hash,
    schemaHash,
    stateHash: core.stateHash(),
    state: core.snapshot(),
    chain: tail?.chain ?? chain,
  };
}

/** From a frame's first tick to `tick` within it; false when there is no such frame. */
function stepInto(core: ReplayableCore, tick: number, bytes: Uint8Array | undefined): boolean {
  if (core.tick === tick) return true;
  if (bytes === undefined || core.loadFrame(bytes) !== WireFault.NONE) return false;
  while (core.tick < tick) core.step();
  return true;
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
