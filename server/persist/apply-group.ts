import type { Core } from '../../core-wasm/host/core.ts';
import { WireFault } from '../../core-wasm/host/types.ts';
import type { JournalGroup } from '../ports.ts';
import { nextChain } from './chain.ts';
import type { GroupReader } from './group.ts';

/** What playing the journal needs of a core. */
export type ReplayableCore = Pick<
  Core,
  | 'module'
  | 'seed'
  | 'tick'
  | 'frame'
  | 'reset'
  | 'restore'
  | 'snapshot'
  | 'stateHash'
  | 'readFrameHeader'
  | 'loadFrame'
  | 'step'
  | 'stepFrame'
  | 'hasEntity'
  | 'isAsleep'
  | 'bodyPosition'
  | 'bodyVelocity'
  | 'readPlayers'
  | 'runBegin'
  | 'unpackFrames'
>;

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

export type OpenedGroup =
  | { readonly kind: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'bad'; readonly why: CutReason };

/** The group's frames, when it follows `chain` as the group that begins with `frame`. */
export function openGroup(
  reader: GroupReader,
  group: JournalGroup,
  frame: number,
  chain: Uint8Array,
): OpenedGroup {
  const bad = (why: CutReason) => ({ kind: 'bad', why }) as const;
  if (group.firstFrame !== frame) return bad('gap');
  if (Buffer.compare(nextChain(chain, group.payload), group.chain) !== 0) return bad('chain');
  const read = reader.read(group.payload);
  if (read.kind !== 'frames') return bad(read.kind);
  const { frames } = read;
  const isWhole = frames.length > 0 && frames.length === group.lastFrame - frame + 1;
  return isWhole ? { kind: 'frames', frames } : bad('numbering');
}

/** Hears of each frame before it is stepped; the core stands at its first tick. */
export type FrameWatcher = (core: ReplayableCore, bytes: Uint8Array) => void;

/** Steps a frame that must be the core's next; what is wrong with it, null for nothing. */
export function applyFrame(core: ReplayableCore, bytes: Uint8Array): CutReason | null {
  const header = core.readFrameHeader(bytes);
  if (header === null) return 'malformed';
  if (header.frame !== core.frame) return 'numbering';
  if (header.stateHash !== core.stateHash()) return 'state-hash';
  return core.stepFrame(bytes).wire === WireFault.NONE ? null : 'malformed';
}

/**
 * Steps the group's frames before `untilFrame`; all of its frames, or why the group is none of
 * ours: the core is then anywhere.
 */
export function applyGroup(
  core: ReplayableCore,
  reader: GroupReader,
  group: JournalGroup,
  chain: Uint8Array,
  untilFrame: number,
  watch: FrameWatcher | undefined,
): readonly Uint8Array[] | CutReason {
  const opened = openGroup(reader, group, core.frame, chain);
  if (opened.kind === 'bad') return opened.why;
  const wanted = opened.frames.slice(0, untilFrame - group.firstFrame);
  for (const bytes of wanted) {
    watch?.(core, bytes);
    const fault = applyFrame(core, bytes);
    if (fault !== null) return fault;
  }
  return opened.frames;
}
