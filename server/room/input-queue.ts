import type { Codec } from '../../core-wasm/host/core.ts';
import type { Input } from '../../core-wasm/host/messages.ts';
import { Button, FRAME_DURATION_MS, type Intent } from '../../core-wasm/host/types.ts';

/** Inputs for frames further ahead than this are refused: 1.6 s. */
export const FRAMES_AHEAD_MAX = 32;
/** Ticks for which a missing input repeats the last one; longer would mint free distance. */
const DEBT_TICKS_MAX = 2;

/** One player's inputs that wait for their frame to be sealed. */
export interface InputLane {
  readonly entity: number;
  /** Entry for frame f at f % FRAMES_AHEAD_MAX; `frames` says for which frame it really is. */
  readonly entries: (Uint8Array | null)[];
  readonly frames: Int32Array;
  readonly arrivedMs: Float64Array;
  /** The last intent that was sequenced, unless `lastEntry` ends with a later one. */
  last: Intent;
  /** His last own entry, decoded only when an input is missing: mostly none is. */
  lastEntry: Uint8Array | null;
  /** Newest frame for which an input came, in time or late, −1 before the first. */
  heardFrame: number;
  /** Frames in a row for which an input was missing. */
  missed: number;
  /** Newest frame for which an own input was sequenced, −1 before the first. */
  sequencedFrame: number;
  /** Least slack since it was last reported, ms; Infinity when nothing came. */
  slackMs: number;
  /** The player is away and his rest has been sequenced. */
  resting: boolean;
  /** Replaced frames since last reported. */
  replaced: number;
}

/** `yaw`: where the player looks until he says otherwise. */
export function createLane(entity: number, yaw: number): InputLane {
  return {
    entity,
    entries: new Array<Uint8Array | null>(FRAMES_AHEAD_MAX).fill(null),
    frames: new Int32Array(FRAMES_AHEAD_MAX).fill(-1),
    arrivedMs: new Float64Array(FRAMES_AHEAD_MAX),
    last: { moveX: 0, moveZ: 0, yaw, pitch: 0, buttons: 0 },
    lastEntry: null,
    heardFrame: -1,
    missed: 0,
    sequencedFrame: -1,
    slackMs: Number.POSITIVE_INFINITY,
    resting: false,
    replaced: 0,
  };
}

/** `again`: a copy of what came before, over the other of two sockets. */
export type Arrival = 'queued' | 'late' | 'early' | 'again';

/**
 * Puts a copy of the entry where its frame will look for it; another one for a frame replaces the
 * first. A socket brings inputs in their order, so whatever comes late behind a later one is known,
 * and nobody's slack is less because it was sent twice. `nextFrame` is the next
 * frame to be sealed, `sealedMs` when the one before it was.
 */
export function putInput(
  lane: InputLane,
  input: Input,
  nowMs: number,
  nextFrame: number,
  sealedMs: number,
): Arrival {
  const { frame, entry } = input;
  if (frame < nextFrame) {
    if (frame <= lane.heardFrame) return 'again';
    lane.heardFrame = frame;
    const wasSealedMs = sealedMs - (nextFrame - 1 - frame) * FRAME_DURATION_MS;
    lane.slackMs = Math.min(lane.slackMs, wasSealedMs - nowMs);
    return 'late';
  }
  if (frame >= nextFrame + FRAMES_AHEAD_MAX) return 'early';
  const at = frame % FRAMES_AHEAD_MAX;
  const known = lane.frames[at] === frame ? lane.entries[at] : null;
  if (known && isSame(known, entry)) return 'again';
  lane.heardFrame = Math.max(lane.heardFrame, frame);
  lane.entries[at] = entry.slice();
  lane.frames[at] = frame;
  lane.arrivedMs[at] = nowMs;
  return 'queued';
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export type Sequenced = 'own' | 'replaced' | 'idle';

/**
 * The entry that everybody gets for this player in `frame`: his own, or, when it did not come in
 * time, the last intent for at most two ticks and then standing still with whatever he holds.
 * Null when nothing changes. The server never waits.
 */
export function takeInput(
  lane: InputLane,
  codec: Codec,
  frame: number,
  nowMs: number,
): { entry: Uint8Array | null; how: Sequenced } {
  const at = frame % FRAMES_AHEAD_MAX;
  const entry = lane.frames[at] === frame ? (lane.entries[at] ?? null) : null;
  lane.entries[at] = null;
  if (entry !== null) {
    lane.missed = 0;
    lane.sequencedFrame = frame;
    lane.slackMs = Math.min(lane.slackMs, nowMs - (lane.arrivedMs[at] as number));
    lane.lastEntry = entry;
    return { entry, how: 'own' };
  }
  lane.missed++;
  lane.replaced++;
  if (lane.missed > 1) return { entry: null, how: 'idle' };
  const last = lastIntent(lane, codec);
  const still = standStill(last);
  const intentAt = (tick: number) => (tick < DEBT_TICKS_MAX ? last : still);
  const intents: [Intent, Intent, Intent] = [intentAt(0), intentAt(1), intentAt(2)];
  lane.last = still;
  return { entry: codec.encodeEntry({ intents, pose: null }), how: 'replaced' };
}

/** For a player whose socket is gone: lets go of everything. */
export function restEntry(lane: InputLane, codec: Codec): Uint8Array {
  const rest: Intent = { ...lastIntent(lane, codec), moveX: 0, moveZ: 0, buttons: 0 };
  lane.last = rest;
  return codec.encodeEntry({ intents: [rest, rest, rest], pose: null });
}

function lastIntent(lane: InputLane, codec: Codec): Intent {
  if (lane.lastEntry === null) return lane.last;
  const input = codec.decodeEntry(lane.lastEntry);
  if (input === null) throw new Error('an entry that was checked on arrival does not decode');
  lane.last = input.intents[2];
  lane.lastEntry = null;
  return lane.last;
}

function standStill(intent: Intent): Intent {
  const grips = intent.buttons & (Button.GRIP_LEFT | Button.GRIP_RIGHT);
  return { ...intent, moveX: 0, moveZ: 0, buttons: grips };
}
