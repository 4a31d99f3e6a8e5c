import type { Core } from '../core.ts';
import { TICKS_PER_FRAME, WireFault } from '../types.ts';
import { equalBytes } from './parts.ts';
import type { RecordedFrame, RecordingHead, RecordingReader, Refusal } from './recording.ts';

/** The part of the core that plays a recording. */
export type PlayingCore = Pick<
  Core,
  | 'frame'
  | 'restore'
  | 'snapshot'
  | 'stateHash'
  | 'movingHash'
  | 'proof'
  | 'readFrameHeader'
  | 'removePart'
  | 'insertShrunk'
  | 'loadFrame'
  | 'step'
>;

/** Where a recording stops being what was recorded. */
export type PlayFault =
  /** The core takes the state at `frame`, who enters with it, or itself for malformed. */
  | { readonly kind: 'refused'; readonly frame: number; readonly wire: WireFault }
  /** The state before `frame`, or after the last one, is not the one that was recorded. */
  | {
      readonly kind: 'diverged';
      readonly frame: number;
      readonly expected: bigint;
      readonly got: bigint;
    }
  /** The core stops in that frame: the instance is dead, see `Core.reopen`. */
  | { readonly kind: 'trapped'; readonly frame: number }
  /** The file goes bad. */
  | { readonly kind: 'unreadable'; readonly frame: number; readonly refusal: Refusal };

export type Playback =
  | {
      readonly kind: 'held';
      readonly frames: number;
      /** Frames at which a client's bubble was not what its server proved; see `isDisputed`. */
      readonly disputed: number;
    }
  | PlayFault;

type World = RecordingHead['world'];

/** What the moments of a recording carry: what moves is all that a client vouches for. */
export function worldHash(core: Pick<Core, 'stateHash' | 'movingHash'>, world: World): bigint {
  return world === 'whole' ? core.stateHash() : core.movingHash();
}

/**
 * Makes a recorded frame the one that the core steps next, from its first tick. Compares the state
 * with what was recorded of it; a hash of 0n was not.
 */
export function loadRecorded(
  core: PlayingCore,
  world: World,
  { frame, bytes, leaves, enter, hash }: RecordedFrame,
): PlayFault | null {
  const differs = (expected: bigint, got: bigint): PlayFault | null =>
    expected === 0n || expected === got ? null : { kind: 'diverged', frame, expected, got };
  if (world === 'whole') {
    const fault = differs(core.readFrameHeader(bytes)?.stateHash ?? 0n, core.stateHash());
    if (fault !== null) return fault;
  }
  const wire = enterFrame(core, bytes, leaves, enter);
  if (wire !== WireFault.NONE) return { kind: 'refused', frame, wire };
  return world === 'bubble' ? differs(hash, core.movingHash()) : null;
}

function enterFrame(
  core: PlayingCore,
  bytes: Uint8Array,
  leaves: Uint32Array,
  enter: Uint8Array,
): WireFault {
  if (leaves.length > 0 && !core.removePart(leaves)) return WireFault.OUT_OF_RANGE;
  const entered = enter.length > 0 ? core.insertShrunk(enter) : WireFault.NONE;
  return entered === WireFault.NONE ? core.loadFrame(bytes) : entered;
}

/**
 * Whether the server's proof in a client's frame is not that of the bubble before it: the client
 * was wrong then, and a recording that plays to the same is right about that.
 */
export function isDisputed(core: PlayingCore, { bytes }: RecordedFrame): boolean {
  const proof = core.readFrameHeader(bytes)?.stateHash ?? 0n;
  return proof !== 0n && core.proof() !== proof;
}

function stepRecorded(core: PlayingCore, world: World, one: RecordedFrame): PlayFault | null {
  try {
    const fault = loadRecorded(core, world, one);
    if (fault !== null) return fault;
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
    return null;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return { kind: 'trapped', frame: one.frame };
  }
}

/** Plays a whole recording, comparing each state and each hash that it holds. */
export async function playRecording(core: PlayingCore, reader: RecordingReader): Promise<Playback> {
  const { world } = reader.head;
  let [played, disputed] = [0, 0];
  for (const [key, { frame, hash, isAnew }] of reader.keys.entries()) {
    const state = await reader.state(key);
    if (!state.ok) return { kind: 'unreadable', frame, refusal: state.refusal };
    if (isAnew) {
      const wire = core.restore(state.value);
      if (wire !== WireFault.NONE) return { kind: 'refused', frame, wire };
    }
    const got = worldHash(core, world);
    const isSame = isAnew || equalBytes(core.snapshot(), state.value);
    if (core.frame !== frame || !isSame || (hash !== 0n && hash !== got)) {
      return { kind: 'diverged', frame, expected: hash, got };
    }
    const frames = await reader.frames(key);
    if (!frames.ok) return { kind: 'unreadable', frame, refusal: frames.refusal };
    for (const one of frames.value) {
      if (world === 'bubble' && isDisputed(core, one)) disputed++;
      const fault = stepRecorded(core, world, one);
      if (fault !== null) return fault;
      played++;
    }
  }
  const { frame, hash: expected } = reader.end;
  const got = worldHash(core, world);
  if (core.frame !== frame || expected !== got) return { kind: 'diverged', frame, expected, got };
  return { kind: 'held', frames: played, disputed };
}
