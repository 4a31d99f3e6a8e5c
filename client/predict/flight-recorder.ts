import type { BubbleChange } from '../../core-wasm/host/messages.ts';
import {
  KEY_FRAMES,
  type Moment,
  type RecordedFrame,
  type Stretch,
} from '../../core-wasm/host/recording/recording.ts';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import { type KeptState, keepState, newKeptState } from './kept-state.ts';
import type { PredictedCore } from './predicted-core.ts';

/** As much as a player can tell of what he saw: half a minute. */
const KEPT_FRAMES = 30_000 / FRAME_DURATION_MS;
/** A world that keeps being given anew fills no more than this many. */
const STRETCHES_MAX = 16;
/** Whatever a server sends: seven states of a bubble and their frames take 1 to 4 MiB. */
const BYTES_MAX = 32 << 20;

/** A state and the frames that were applied behind it. Used again when it is old. */
interface Reel extends KeptState {
  frame: number;
  isAnew: boolean;
  count: number;
  /** Of the messages that `bytes` and `enters` are parts of. */
  heldBytes: number;
  readonly bytes: Uint8Array[];
  readonly leaves: Uint32Array[];
  readonly enters: Uint8Array[];
  readonly hashes: BigUint64Array;
}

/**
 * The last half minute of what a client confirmed: a state every five seconds and each frame as it
 * came, so that it can be played again bit for bit. A state is copied every hundredth frame; of the
 * rest only references are kept.
 */
export class FlightRecorder {
  /** Oldest first. */
  readonly #reels: Reel[] = [];
  readonly #spare: Reel[] = [];
  #nextFrame = -1;

  /** The frame that it expects next; −1 when the next begins anew. */
  get nextFrame(): number {
    return this.#nextFrame;
  }

  /** Bytes that are held, storage for later ones among them. */
  get heldBytes(): number {
    const all = [...this.#reels, ...this.#spare];
    return all.reduce((sum, { storage, heldBytes }) => sum + storage.length + heldBytes, 0);
  }

  /** A frame that is applied to `state`, as it came. */
  note(frame: number, bytes: Uint8Array, change: BubbleChange, state: Uint8Array): void {
    const isAnew = frame !== this.#nextFrame;
    const last = this.#reels.at(-1);
    const isFull = last === undefined || last.count === KEY_FRAMES;
    const reel = isAnew || isFull ? this.#open(frame, isAnew, state) : last;
    const { count } = reel;
    reel.bytes[count] = bytes;
    reel.leaves[count] = change.leaves;
    reel.enters[count] = change.enter;
    reel.hashes[count] = 0n;
    reel.heldBytes += bytes.length + change.enter.length;
    reel.count++;
    this.#nextFrame = frame + 1;
  }

  /** The hash before the first tick of the frame that was noted last, once that is known. */
  noteHash(hash: bigint): void {
    const last = this.#reels.at(-1);
    if (last !== undefined) last.hashes[last.count - 1] = hash;
  }

  /** What comes next does not follow from what came. */
  cut(): void {
    this.#nextFrame = -1;
  }

  /**
   * What is kept, `hashOf` giving a state's hash. States are copies; the frames will not change.
   * `withoutLast` leaves out the newest frame.
   */
  stretches(hashOf: (state: Uint8Array) => bigint, withoutLast: boolean): Stretch[] {
    return this.#reels.map((reel, index) => {
      const isLast = withoutLast && index === this.#reels.length - 1;
      return {
        ...{ frame: reel.frame, hash: hashOf(reel.state), isAnew: reel.isAnew || index === 0 },
        state: reel.state.slice(),
        frames: framesOf(reel, isLast ? reel.count - 1 : reel.count),
      };
    });
  }

  #open(frame: number, isAnew: boolean, state: Uint8Array): Reel {
    this.#makeRoom();
    const reel = this.#spare.pop() ?? newReel();
    keepState(reel, state);
    Object.assign(reel, { frame, isAnew, count: 0, heldBytes: 0 });
    this.#reels.push(reel);
    return reel;
  }

  /** Only what is more than is to be kept goes, and the oldest first. */
  #makeRoom(): void {
    let frames = this.#reels.reduce((sum, { count }) => sum + count, 0);
    while (this.#reels.length > 0) {
      const oldest = this.#reels[0] as Reel;
      const isOld = frames - oldest.count >= KEPT_FRAMES;
      const isFull = this.#reels.length >= STRETCHES_MAX || this.heldBytes >= BYTES_MAX;
      if (!isOld && !isFull) return;
      this.#reels.shift();
      frames -= oldest.count;
      // Else messages long gone would be kept alive.
      for (const column of [oldest.bytes, oldest.leaves, oldest.enters]) column.length = 0;
      oldest.heldBytes = 0;
      this.#spare.push(oldest);
      if (this.heldBytes >= BYTES_MAX) this.#spare.length = 0;
    }
  }
}

/** What a client had, ready to be encoded. */
export interface Recorded {
  readonly stretches: readonly Stretch[];
  readonly end: Moment;
}

/**
 * What is recorded up to the newest confirmed state, `confirmed`; where there is none, because the
 * newest frame could not be applied to `newestState`, up to that. Null when nothing is known.
 */
export function recordedUpTo(
  recorder: FlightRecorder,
  core: Pick<PredictedCore, 'movingHashOf'>,
  confirmed: { readonly frame: number; readonly state: Uint8Array } | null,
  newestState: Uint8Array,
): Recorded | null {
  const hashOf = (state: Uint8Array): bigint => core.movingHashOf(state);
  if (confirmed !== null) {
    const { frame, state } = confirmed;
    const end = { frame, hash: hashOf(state) };
    const stretches = recorder.stretches(hashOf, false);
    // A state came and no frame since: it is all that is known of what comes then.
    const isAnew = recorder.nextFrame !== frame;
    if (isAnew) stretches.push({ ...end, isAnew, state: state.slice(), frames: [] });
    return { stretches, end };
  }
  if (recorder.nextFrame < 0 || newestState.length === 0) return null;
  const end = { frame: recorder.nextFrame - 1, hash: hashOf(newestState) };
  return { stretches: recorder.stretches(hashOf, true), end };
}

function newReel(): Reel {
  return {
    ...newKeptState(),
    frame: -1,
    isAnew: false,
    count: 0,
    heldBytes: 0,
    bytes: [],
    leaves: [],
    enters: [],
    hashes: new BigUint64Array(KEY_FRAMES),
  };
}

function framesOf({ frame, bytes, leaves, enters, hashes }: Reel, count: number): RecordedFrame[] {
  return Array.from({ length: count }, (_, i) => ({
    frame: frame + i,
    bytes: bytes[i] as Uint8Array,
    leaves: leaves[i] as Uint32Array,
    enter: enters[i] as Uint8Array,
    hash: hashes[i] as bigint,
  }));
}
