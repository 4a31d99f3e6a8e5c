import { addDelay, type Delays, newDelays } from './delays.ts';

/** Sent inputs that are remembered for each bot: three seconds. */
const FRAMES_MAX = 64;

/** One bot's last inputs by frame. */
interface Sent {
  readonly frames: Int32Array;
  readonly atMs: Float64Array;
  readonly entries: Array<Uint8Array | undefined>;
}

/**
 * Measures how long it takes from one bot's input until another bot of the same thread holds the
 * sequenced frame with exactly that input in it. Replaced inputs do not count: nobody saw what the
 * bot did.
 */
export class SeenBoard {
  readonly #sent = new Map<number, Sent>();
  #delays: Delays = newDelays();
  #recording = false;

  /** From now on delays are kept. */
  begin(): void {
    this.#recording = true;
    this.#delays = newDelays();
  }

  end(): Delays {
    this.#recording = false;
    return this.#delays;
  }

  /** `entry` must not be changed afterwards. */
  noteSent(entity: number, frame: number, atMs: number, entry: Uint8Array): void {
    let sent = this.#sent.get(entity);
    if (sent === undefined) {
      sent = {
        frames: new Int32Array(FRAMES_MAX).fill(-1),
        atMs: new Float64Array(FRAMES_MAX),
        entries: new Array<Uint8Array | undefined>(FRAMES_MAX),
      };
      this.#sent.set(entity, sent);
    }
    const slot = frame % FRAMES_MAX;
    sent.frames[slot] = frame;
    sent.atMs[slot] = atMs;
    sent.entries[slot] = entry;
  }

  forget(entity: number): void {
    this.#sent.delete(entity);
  }

  /** The bot of entity `own` holds `frame` with these inputs since `atMs`. */
  read(
    inputs: ReadonlyArray<{ readonly entity: number; readonly entry: Uint8Array }>,
    frame: number,
    own: number,
    atMs: number,
  ): void {
    if (!this.#recording) return;
    const slot = frame % FRAMES_MAX;
    for (const { entity, entry } of inputs) {
      const sent = entity === own ? undefined : this.#sent.get(entity);
      if (sent === undefined || sent.frames[slot] !== frame) continue;
      if (!sameBytes(sent.entries[slot] as Uint8Array, entry)) continue;
      addDelay(this.#delays, atMs - (sent.atMs[slot] as number));
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
