import {
  type Intent,
  type PartPose,
  type Pose,
  TICKS_PER_FRAME,
} from '../../core-wasm/host/types.ts';
import { INPUT_FRAMES_AHEAD_MAX } from './history.ts';
import type { OwnInput, PredictedCore } from './predicted-core.ts';

/** A pose that never changed is sent again after so many frames, whatever got lost before. */
export const POSE_REFRESH_FRAMES = 20;

const IDLE: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };

/**
 * What the own player wants, tick by tick: the entry of the frame under way and those that the
 * server may still confirm. It is asked for in the clock's time, and the predicted world may wait
 * behind it.
 */
export class OwnInputs {
  readonly #core: Pick<PredictedCore, 'encodeEntry'>;
  readonly #entries: Array<{ frame: number; entry: Uint8Array } | null>;
  #tick = 0;
  /** Whose entry is open, −1 before the first. */
  #frame = -1;
  #intents: [Intent, Intent, Intent] = [IDLE, IDLE, IDLE];
  #pose: Pose | null = null;
  #sentPose: Pose | null = null;
  #resend = false;
  #framesSincePose = 0;

  constructor(core: Pick<PredictedCore, 'encodeEntry'>) {
    this.#core = core;
    this.#entries = new Array(INPUT_FRAMES_AHEAD_MAX + 2).fill(null);
  }

  /** The tick for which an intent is wanted next. */
  get tick(): number {
    return this.#tick;
  }

  /** Whether the next intent opens a frame, and so takes a pose. */
  get wantsPose(): boolean {
    return this.#tick % TICKS_PER_FRAME === 0;
  }

  /**
   * Takes the intent of the next tick. `pose` counts only when it is wanted; null repeats the last
   * one. Returns the frame's own input when this was its last tick.
   */
  sample(intent: Intent, pose: Pose | null): OwnInput | null {
    const frame = Math.floor(this.#tick / TICKS_PER_FRAME);
    const phase = this.#tick - frame * TICKS_PER_FRAME;
    if (phase === 0) this.#begin(frame, pose);
    if (this.#frame !== frame) throw new Error(`frame ${frame} has no open entry`);
    const entry = this.#add(phase, intent);
    this.#tick++;
    return phase === TICKS_PER_FRAME - 1 ? { frame, entry } : null;
  }

  /** Leaves a whole frame without an entry; only at its first tick. */
  skip(): void {
    if (!this.wantsPose) throw new Error('an entry is open');
    this.#frame = this.#tick / TICKS_PER_FRAME;
    this.#entries[this.#frame % this.#entries.length] = null;
    this.#tick += TICKS_PER_FRAME;
  }

  /** Nothing is asked for any more of ticks before `tick`. */
  goOnFrom(tick: number): void {
    this.#tick = Math.max(this.#tick, tick);
  }

  entryOf(frame: number): Uint8Array | null {
    const held = this.#entries[frame % this.#entries.length];
    return held?.frame === frame ? held.entry : null;
  }

  /** Where the server used another entry than ours its pose may be lost, so it is sent anew. */
  noteUsed(frame: number, inputs: ReturnType<PredictedCore['frameInputs']>, entity: number): void {
    const own = this.entryOf(frame);
    if (own === null) return;
    const used = inputs.find((input) => input.entity === entity);
    if (used === undefined || !sameBytes(used.entry, own)) this.#resend = true;
  }

  /** Begins anew at `tick`, a frame's first. */
  clear(tick: number): void {
    this.#entries.fill(null);
    this.#sentPose = null;
    this.#frame = -1;
    this.#tick = tick;
  }

  /**
   * Opens the entry of `frame`. A pose that the server has already costs no bytes: it is left
   * out while it stays the same, except that it is repeated every `POSE_REFRESH_FRAMES` frames.
   */
  #begin(frame: number, pose: Pose | null): void {
    this.#frame = frame;
    this.#framesSincePose++;
    const due =
      this.#resend ||
      this.#framesSincePose >= POSE_REFRESH_FRAMES ||
      (pose !== null && (this.#sentPose === null || !samePose(pose, this.#sentPose)));
    this.#pose = due ? (pose ?? this.#sentPose) : null;
    if (this.#pose === null) return;
    // Copied: the sampler may hand out the same object each time.
    this.#sentPose = structuredClone(this.#pose);
    this.#framesSincePose = 0;
    this.#resend = false;
  }

  /**
   * The entry as far as it is known after `intent` at `phase` (0…2) of the frame under way; ticks
   * to come are guessed to repeat it, so the last call gives the entry that is sent.
   */
  #add(phase: number, intent: Intent): Uint8Array {
    const copy = { ...intent };
    for (let k = phase; k < this.#intents.length; k++) this.#intents[k] = copy;
    const entry = this.#core.encodeEntry({ intents: this.#intents, pose: this.#pose });
    this.#entries[this.#frame % this.#entries.length] = { frame: this.#frame, entry };
    return entry;
  }
}

function samePose(a: Pose, b: Pose): boolean {
  return samePart(a.head, b.head) && samePart(a.left, b.left) && samePart(a.right, b.right);
}

function samePart(a: PartPose, b: PartPose): boolean {
  return sameNumbers(a.position, b.position) && sameNumbers(a.rotation, b.rotation);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => value === b[i]);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
