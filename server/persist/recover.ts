import type { Core } from '../../core-wasm/host/core.ts';
import { WireFault } from '../../core-wasm/host/types.ts';
import type { Checkpoint, JournalGroup, RegionLease, Store, StoreOutcome } from '../ports.ts';
import { GENESIS_CHAIN, nextChain } from './chain.ts';
import { GroupReader, packedBy } from './group.ts';

/** What recovery needs of a core. */
export type ReplayableCore = Pick<
  Core,
  | 'module'
  | 'frame'
  | 'restore'
  | 'snapshot'
  | 'stateHash'
  | 'readFrameHeader'
  | 'stepFrame'
  | 'runBegin'
  | 'unpackFrames'
>;

export interface RecoverOptions {
  readonly store: Pick<Store, 'checkpoints' | 'groups' | 'truncateGroups'>;
  readonly lease: RegionLease;
  readonly core: ReplayableCore;
  /** Makes the core the world as it is before frame 0. */
  readonly genesis: () => void;
}

/** Why a group cannot be what the server wrote. */
export type CutReason =
  /** Frames are missing before it, or its numbers overlap what came before. */
  | 'gap'
  /** Its payload does not hold whole frames. */
  | 'torn'
  /** Another core packed its frames. */
  | 'other-core'
  /** It does not follow from what came before, byte for byte. */
  | 'chain'
  /** Its frames are not the ones that it claims to hold. */
  | 'numbering'
  /** The world before one of its frames is not the world that the server had. */
  | 'state-hash'
  /** The core refuses one of its frames. */
  | 'malformed';

/** The first group that did not verify; it and all later ones were taken out of the journal. */
export interface CutOff {
  readonly frame: number;
  readonly lastFrame: number;
  readonly why: CutReason;
  /** Of `other-core`: how the hash of that core begins. */
  readonly coreHash?: string;
}

export interface Recovered {
  readonly kind: 'recovered';
  /** The frame that comes next; the core stands at its first tick. */
  readonly frame: number;
  /** The journal's chain value just before `frame`. */
  readonly chain: Uint8Array;
  /** Null when the world was replayed from its beginning. */
  readonly checkpointFrame: number | null;
  readonly framesReplayed: number;
  readonly cutOff: CutOff | null;
}

export type Recovery =
  | Recovered
  /**
   * The world went on under another core up to `frame` at least, and this core does not arrive
   * there. Nothing was changed: run that core, or start another world.
   */
  | { readonly kind: 'other-core'; readonly coreHash: string; readonly frame: number }
  /** The cut could not be made. */
  | Exclude<StoreOutcome, { kind: 'committed' }>;

/**
 * Brings the core to the last frame of the journal that verifies: newest sound checkpoint, then
 * every group behind it, each frame checked against the core before it is applied.
 * What does not verify is cut off and named, never guessed. Throws when the store cannot be read.
 */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const { store, lease, core } = options;
  const { replay, otherCore } = await findReplay(options);
  const { start, frame, chain, framesReplayed, cutOff } = replay;
  // A difference that another core explains is no damage: cutting would destroy a sound world.
  if (otherCore !== null && (cutOff !== null || frame < otherCore.frame)) {
    return { kind: 'other-core', coreHash: otherCore.coreHash, frame: otherCore.frame };
  }
  if (cutOff?.coreHash !== undefined) {
    return { kind: 'other-core', coreHash: cutOff.coreHash, frame: cutOff.lastFrame + 1 };
  }
  if (core.frame !== frame) throw new Error(`core at frame ${core.frame}, journal at ${frame}`);
  if (cutOff !== null) {
    const outcome = await store.truncateGroups(lease, cutOff.frame);
    if (outcome.kind !== 'committed') return outcome;
  }
  const checkpointFrame = start === null ? null : start.frame;
  return { kind: 'recovered', frame, chain, checkpointFrame, framesReplayed, cutOff };
}

interface Replay {
  /** Null for the beginning of the world. */
  readonly start: Checkpoint | null;
  readonly frame: number;
  readonly chain: Uint8Array;
  readonly framesReplayed: number;
  readonly cutOff: CutOff | null;
}

/**
 * The replay that gets furthest, newest checkpoint first. The first one to apply a group settles
 * it; where the very first group does not fit, the checkpoint may be at fault, so an older one
 * is asked. That costs a minute of replay and saves the minute behind a damaged chain value.
 */
async function findReplay(
  options: RecoverOptions,
): Promise<{ replay: Replay; otherCore: Checkpoint | null }> {
  const { store, lease, core } = options;
  let best: Replay | null = null;
  let otherCore: Checkpoint | null = null;
  for await (const start of starts(store, lease.region)) {
    if (start !== null && start.coreHash !== core.module.hash) {
      otherCore ??= start;
      continue;
    }
    if (!enter(options, start)) continue;
    const replay = await replayGroups(options, start);
    if (best === null || replay.frame >= best.frame) best = replay;
    if (replay.cutOff === null || replay.framesReplayed > 0) break;
  }
  if (best === null) throw new Error('the beginning of the world could not be entered');
  // Only a replay that applied nothing is ever passed over, so its start is where it stood.
  if (core.frame !== best.frame) enter(options, best.start);
  return { replay: best, otherCore };
}

/** Checkpoints, newest first, and at last the beginning of the world as null. */
async function* starts(
  store: Pick<Store, 'checkpoints'>,
  region: number,
): AsyncGenerator<Checkpoint | null> {
  yield* store.checkpoints(region);
  yield null;
}

/** False when a checkpoint is not what it says it is. */
function enter({ core, genesis }: RecoverOptions, start: Checkpoint | null): boolean {
  if (start === null) {
    genesis();
    return core.frame === 0;
  }
  return (
    core.restore(start.state) === WireFault.NONE &&
    core.frame === start.frame &&
    core.stateHash() === start.stateHash
  );
}

async function replayGroups(
  { store, lease, core }: RecoverOptions,
  start: Checkpoint | null,
): Promise<Replay> {
  let frame = start?.frame ?? 0;
  let chain = start?.chain ?? GENESIS_CHAIN;
  let framesReplayed = 0;
  let before: Uint8Array = new Uint8Array(0);
  const reader = new GroupReader(core);
  for await (const group of store.groups(lease.region, frame)) {
    before = core.snapshot(before);
    const applied = applyGroup(core, reader, group, frame, chain);
    if (typeof applied === 'string') {
      core.restore(before);
      const cutOff = cutOffAt(frame, group, applied);
      return { start, frame, chain, framesReplayed, cutOff };
    }
    framesReplayed += applied;
    frame = group.lastFrame + 1;
    chain = group.chain;
  }
  return { start, frame, chain, framesReplayed, cutOff: null };
}

function cutOffAt(frame: number, { lastFrame, payload }: JournalGroup, why: CutReason): CutOff {
  const coreHash = why === 'other-core' ? packedBy(payload) : null;
  return { frame, lastFrame, why, ...(coreHash === null ? {} : { coreHash }) };
}

/** How many frames were applied, or why the group is none of ours; the core is then anywhere. */
function applyGroup(
  core: ReplayableCore,
  reader: GroupReader,
  group: JournalGroup,
  frame: number,
  chain: Uint8Array,
): number | CutReason {
  if (group.firstFrame !== frame) return 'gap';
  if (Buffer.compare(nextChain(chain, group.payload), group.chain) !== 0) return 'chain';
  const read = reader.read(group.payload);
  if (read.kind !== 'frames') return read.kind;
  const { frames } = read;
  if (frames.length === 0 || frames.length !== group.lastFrame - frame + 1) return 'numbering';
  for (const [index, bytes] of frames.entries()) {
    const header = core.readFrameHeader(bytes);
    if (header === null) return 'malformed';
    if (header.frame !== frame + index) return 'numbering';
    if (header.stateHash !== core.stateHash()) return 'state-hash';
    if (core.stepFrame(bytes).wire !== WireFault.NONE) return 'malformed';
  }
  return frames.length;
}
