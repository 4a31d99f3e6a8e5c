import type { RegionLease, Store, StoreOutcome } from '../ports.ts';
import type { ReplayableCore } from './apply-group.ts';
import type { CoreShelf } from './core-shelf.ts';
import { type CutOff, handOver, type Playing, playTimeline } from './timeline.ts';

export interface RecoverOptions {
  readonly store: Pick<Store, 'checkpoints' | 'coreSpans' | 'groups' | 'truncateGroups'>;
  readonly lease: RegionLease;
  /** Its current core is the one that goes on with the world. */
  readonly cores: CoreShelf;
  /** Makes the core the world as it is before frame 0. */
  readonly genesis: (core: ReplayableCore) => void;
}

export interface Recovered {
  readonly kind: 'recovered';
  /** The frame that comes next; the current core stands at its first tick. */
  readonly frame: number;
  /** The journal's chain value just before `frame`. */
  readonly chain: Uint8Array;
  /** Null when the world was replayed from its beginning. */
  readonly checkpointFrame: number | null;
  readonly framesReplayed: number;
  /** What did not verify; it and all later groups were taken out of the journal. */
  readonly cutOff: CutOff | null;
  /**
   * The older core that played the world up to here; null when the current one did. The change
   * must be saved as a checkpoint before any frame is played, or nobody knows where it was.
   */
  readonly tookOverFrom: string | null;
}

export type Recovery =
  | Recovered
  /**
   * The world went on under another core up to `frame` at least, that core was not kept or its
   * states cannot be migrated, and this one does not arrive there. Nothing was changed.
   */
  | { readonly kind: 'other-core'; readonly coreHash: string; readonly frame: number }
  /** No checkpoint is sound and the journal does not begin at frame 0. Nothing was changed. */
  | { readonly kind: 'no-start' }
  /** The cut could not be made. */
  | Exclude<StoreOutcome, { kind: 'committed' }>;

/**
 * Brings the current core to the last frame of the journal that verifies: newest sound checkpoint,
 * then every group behind it, each frame checked against the core before it is applied, and each
 * played by the core that the server had then. What does not verify is cut off and named, never
 * guessed. Throws when the store cannot be read.
 */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const { store, lease, cores, genesis } = options;
  const playing = await playTimeline({ store, region: lease.region, cores, genesis });
  if (playing.kind === 'no-start') {
    const other = playing.otherCore;
    return other === null ? { kind: 'no-start' } : { kind: 'other-core', ...other };
  }
  const { start, frame, chain, framesReplayed, cutOff, otherCore, core } = playing;
  // A difference that another core explains is no damage: cutting would destroy a sound world.
  if (otherCore !== null && (cutOff !== null || frame < otherCore.frame)) {
    return { kind: 'other-core', ...otherCore };
  }
  if (cutOff?.coreHash !== undefined) {
    return { kind: 'other-core', coreHash: cutOff.coreHash, frame: cutOff.lastFrame + 1 };
  }
  if (core.frame !== frame) throw new Error(`core at frame ${core.frame}, journal at ${frame}`);
  if (!bringHome(cores, playing)) {
    return { kind: 'other-core', coreHash: core.module.hash, frame };
  }
  if (cutOff !== null) {
    const outcome = await store.truncateGroups(lease, cutOff.frame);
    if (outcome.kind !== 'committed') return outcome;
  }
  const checkpointFrame = start === null ? null : start.frame;
  const tookOverFrom = core === cores.current ? null : core.module.hash;
  return {
    kind: 'recovered',
    frame,
    chain,
    checkpointFrame,
    framesReplayed,
    cutOff,
    tookOverFrom,
  };
}

/** Hands the world to the current core; false when that cannot be. */
function bringHome({ current, currentSchema }: CoreShelf, playing: Playing): boolean {
  if (playing.core === current) return true;
  return handOver(playing, { schemaHash: currentSchema }, current) !== null;
}
