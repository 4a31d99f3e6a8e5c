import type { Intent, PartPose, Pose } from '../../core-wasm/host/types.ts';
import { INPUT_FRAMES_AHEAD_MAX } from './history.ts';
import type { PredictedCore } from './predictor.ts';

/** A pose that never changed is sent again after so many frames, whatever got lost before. */
export const POSE_REFRESH_FRAMES = 20;

const IDLE: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };

/** Own entries: the one of the frame under way and those that the server may still confirm. */
export class OwnInputs {
  readonly #core: Pick<PredictedCore, 'encodeEntry'>;
  readonly #entries: Array<{ frame: number; entry: Uint8Array } | null>;
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

  /** The frame whose entry is open, −1 before the first. */
  get frame(): number {
    return this.#frame;
  }

  /**
   * Opens the entry of `frame`. A pose that the server has already costs no bytes: it is left
   * out while it stays the same, except that it is repeated every `POSE_REFRESH_FRAMES` frames.
   */
  begin(frame: number, pose: Pose | null): void {
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
  add(phase: number, intent: Intent): Uint8Array {
    const copy = { ...intent };
    for (let k = phase; k < this.#intents.length; k++) this.#intents[k] = copy;
    const entry = this.#core.encodeEntry({ intents: this.#intents, pose: this.#pose });
    this.#entries[this.#frame % this.#entries.length] = { frame: this.#frame, entry };
    return entry;
  }

  /** Leaves `frame` without an entry. */
  skip(frame: number): void {
    this.#frame = frame;
    this.#entries[frame % this.#entries.length] = null;
  }

  entryOf(frame: number): Uint8Array | null {
    const held = this.#entries[frame % this.#entries.length];
    return held?.frame === frame ? held.entry : null;
  }

  /** The server used another entry than ours: the pose in it may be lost, so it is sent anew. */
  noteReplaced(): void {
    this.#resend = true;
  }

  clear(): void {
    this.#entries.fill(null);
    this.#sentPose = null;
    this.#frame = -1;
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
