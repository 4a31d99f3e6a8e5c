import { WireFault } from '../../core-wasm/host/types.ts';
import type { Checkpoint, CoreSpan, JournalGroup, Store } from '../ports.ts';
import {
  applyGroup,
  type CutReason,
  type FrameWatcher,
  type ReplayableCore,
} from './apply-group.ts';
import { GENESIS_CHAIN } from './chain.ts';
import type { CoreShelf } from './core-shelf.ts';
import { GroupReader, packedBy } from './group.ts';
import { migrateState } from './state-migrations.ts';

/** The first group that did not verify. */
export interface CutOff {
  readonly frame: number;
  readonly lastFrame: number;
  readonly why: CutReason;
  /** Of `other-core`: how the hash of that core begins. */
  readonly coreHash?: string;
}

/** A core that the world was played by and that is not at hand, or whose states nobody migrates. */
export interface OtherCore {
  readonly coreHash: string;
  /** Where the world stood when that core took it over, or was saved under it. */
  readonly frame: number;
}

export interface TimelineOptions {
  readonly store: Pick<Store, 'checkpoints' | 'groups' | 'coreSpans'>;
  readonly region: number;
  readonly cores: CoreShelf;
  /** Makes the core the world as it is before frame 0. */
  readonly genesis: (core: ReplayableCore) => void;
  /** Plays up to this frame; to the journal's end without it. */
  readonly untilFrame?: number;
  /** The caller looks into the last frame: whoever took the world over behind it is of no use. */
  readonly endsWithin?: boolean;
  readonly watch?: FrameWatcher;
}

/** A group's frames, and the chain value before it. */
export interface OpenGroup {
  readonly firstFrame: number;
  readonly frames: readonly Uint8Array[];
  readonly chainBefore: Uint8Array;
}

/** A stretch of the journal as it was played. */
export interface Playing {
  readonly kind: 'played';
  /** Null for the beginning of the world. */
  readonly start: Checkpoint | null;
  /** The core that played last; it stands at `frame`. */
  readonly core: ReplayableCore;
  readonly schemaHash: string;
  readonly frame: number;
  /** The journal's chain value behind the last group that was played to its end. */
  readonly chain: Uint8Array;
  /** The last group that was played, be it in part; null when none was. */
  readonly lastGroup: OpenGroup | null;
  readonly framesReplayed: number;
  readonly cutOff: CutOff | null;
  /** A core on the way that could not be had; another one played its part. */
  readonly otherCore: OtherCore | null;
}

/** No checkpoint can be entered, and the journal's first frames were pruned. */
export interface NoStart {
  readonly kind: 'no-start';
  /** Why, where there would be a checkpoint of a core that is not at hand. */
  readonly otherCore: OtherCore | null;
}

/**
 * The replay that gets furthest, newest checkpoint first. The first one to apply a group settles
 * it; where the very first group does not fit, the checkpoint may be at fault, so an older one
 * is asked. That costs a minute of replay and saves the minute behind a damaged chain value.
 * Throws when the store cannot be read.
 */
export async function playTimeline(options: TimelineOptions): Promise<Playing | NoStart> {
  const spans = await options.store.coreSpans(options.region);
  let best: Playing | null = null;
  let otherCore: OtherCore | null = null;
  for await (const start of starts(options)) {
    const player = await playerOf(options.cores, start ?? spans[0]);
    if (player === null && start !== null) {
      otherCore ??= { coreHash: start.coreHash, frame: start.frame };
      continue;
    }
    const entered = enter(options, player ?? currentOf(options.cores), start);
    if (entered === null) continue;
    const playing = await play(options, spans, entered);
    if (start === null && !isBeginning(playing, spans)) break;
    if (best === null || playing.frame >= best.frame) best = playing;
    if (playing.cutOff === null || playing.framesReplayed > 0) break;
  }
  if (best === null) return { kind: 'no-start', otherCore };
  // Only a replay that applied nothing is ever passed over, so its start is where it stood.
  if (best.core.frame !== best.frame) enter(options, best, best.start);
  return { ...best, otherCore: best.otherCore ?? otherCore };
}

/** Checkpoints, newest first, and at last the beginning of the world as null. */
async function* starts(options: TimelineOptions): AsyncGenerator<Checkpoint | null> {
  yield* options.store.checkpoints(options.region, options.untilFrame);
  yield null;
}

/** Whether a replay from frame 0 began where the journal does, and where nothing ever was else. */
function isBeginning(playing: Playing, spans: readonly CoreSpan[]): boolean {
  if (playing.framesReplayed > 0) return true;
  return playing.cutOff?.why !== 'gap' && (spans.at(-1)?.fromFrame ?? 0) === 0;
}

/** A core, and the schema of its states. */
type Player = Pick<Playing, 'core' | 'schemaHash'>;

function currentOf({ current, currentSchema }: CoreShelf): Player {
  return { core: current, schemaHash: currentSchema };
}

/** Who played what was saved so; the current core where nothing was. Null when it is not kept. */
async function playerOf(
  cores: CoreShelf,
  saved: { readonly coreHash: string; readonly schemaHash: string } | undefined,
): Promise<Player | null> {
  if (saved === undefined) return currentOf(cores);
  const core = await cores.take(saved.coreHash);
  return core === null ? null : { core, schemaHash: saved.schemaHash };
}

type Entered = Omit<Playing, 'cutOff' | 'otherCore'>;

/** Null when a checkpoint is not what it says it is. */
function enter(
  { genesis }: TimelineOptions,
  { core, schemaHash }: Player,
  start: Checkpoint | null,
): Entered | null {
  const common = {
    ...({ kind: 'played', start, core, schemaHash } as const),
    ...{ framesReplayed: 0, lastGroup: null },
  };
  if (start === null) {
    genesis(core);
    return { ...common, frame: 0, chain: GENESIS_CHAIN };
  }
  const isSound =
    core.restore(start.state) === WireFault.NONE &&
    core.frame === start.frame &&
    core.stateHash() === start.stateHash;
  if (!isSound) return null;
  const { frame, chain } = start;
  return { ...common, frame, chain };
}

async function play(
  options: TimelineOptions,
  spans: readonly CoreSpan[],
  entered: Entered,
): Promise<Playing> {
  const { store, region, cores, watch } = options;
  const untilFrame = options.untilFrame ?? Number.POSITIVE_INFINITY;
  let now = entered;
  let reader = new GroupReader(now.core);
  let otherCore: OtherCore | null = null;
  let before: Uint8Array = new Uint8Array(0);
  const changes = spans.filter(({ fromFrame }) => fromFrame > now.frame);
  const takeOver = async (): Promise<void> => {
    while (changes[0] !== undefined && changes[0].fromFrame <= now.frame) {
      const span = changes.shift() as CoreSpan;
      const handed = await handOver(now, span, await cores.take(span.coreHash));
      if (handed === null) otherCore ??= { coreHash: span.coreHash, frame: span.fromFrame };
      else {
        now = { ...now, ...handed };
        reader = new GroupReader(now.core);
      }
    }
  };
  if (now.frame < untilFrame) {
    for await (const group of store.groups(region, now.frame)) {
      await takeOver();
      const { core } = now;
      before = core.snapshot(before);
      const applied = applyGroup(core, reader, group, now.chain, untilFrame, watch);
      if (typeof applied === 'string') {
        core.restore(before);
        return { ...now, cutOff: cutOffAt(now.frame, group, applied), otherCore };
      }
      const { firstFrame } = group;
      const framesReplayed = now.framesReplayed + core.frame - firstFrame;
      const lastGroup = { firstFrame, frames: applied, chainBefore: now.chain };
      const chain = core.frame > group.lastFrame ? group.chain : now.chain;
      now = { ...now, frame: core.frame, chain, lastGroup, framesReplayed };
      if (now.frame >= untilFrame) break;
    }
  }
  if (options.endsWithin !== true) await takeOver();
  return { ...now, cutOff: null, otherCore };
}

function cutOffAt(frame: number, { lastFrame, payload }: JournalGroup, why: CutReason): CutOff {
  const coreHash = why === 'other-core' ? packedBy(payload) : null;
  return { frame, lastFrame, why, ...(coreHash === null ? {} : { coreHash }) };
}

/** The world in another core, at the same frame; null when it cannot be brought there. */
export function handOver(
  { core, schemaHash }: Player,
  to: { readonly schemaHash: string },
  next: ReplayableCore | null,
): Player | null {
  if (next === null) return null;
  const migrated = migrateState(core.snapshot(), schemaHash, to.schemaHash);
  if (migrated.kind !== 'state') return null;
  const { frame } = core;
  if (next.restore(migrated.state) !== WireFault.NONE || next.frame !== frame) return null;
  return { core: next, schemaHash: to.schemaHash };
}
