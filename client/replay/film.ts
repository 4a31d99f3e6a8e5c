import type {
  Read,
  RecordedFrame,
  RecordingReader,
  Refusal,
} from '../../core-wasm/host/recording/recording.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';

/** Parts that are kept unpacked: what is on, what comes next, and where one was last. */
const PARTS_MAX = 6;

/** A key and the frames behind it, unpacked. */
export interface Part {
  readonly state: Uint8Array;
  readonly frames: readonly RecordedFrame[];
}

/**
 * A recording as a film: ticks from 0 to `length`, however its frames are numbered. Parts are
 * unpacked off the thread, when they are asked for, and a few are kept.
 */
export class Film {
  /** Ticks. */
  readonly length: number;
  /** Tick at which each key stands. */
  readonly starts: readonly number[];
  readonly reader: RecordingReader;
  readonly #parts = new Map<number, Part>();
  readonly #asked = new Set<number>();
  readonly #refusals = new Map<number, Refusal>();

  constructor(reader: RecordingReader) {
    this.reader = reader;
    let tick = 0;
    this.starts = reader.keys.map(({ count }) => {
      const start = tick;
      tick += count * TICKS_PER_FRAME;
      return start;
    });
    this.length = tick;
  }

  /** The last key at or before a tick. */
  keyAt(tick: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.starts[middle] as number) <= tick) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Why a part cannot be read; null as far as is known. */
  refusalOf(key: number): Refusal | null {
    return this.#refusals.get(key) ?? null;
  }

  /** The part, or null while it is not there yet: then it is on its way. */
  part(key: number): Part | null {
    const part = this.#parts.get(key);
    if (part === undefined) {
      this.#ask(key);
      return null;
    }
    // The one that was used last is forgotten last.
    this.#parts.delete(key);
    this.#parts.set(key, part);
    return part;
  }

  /** Asks for the part that will be wanted next, if there is one. */
  expect(key: number): void {
    if (key < this.starts.length && !this.#parts.has(key)) this.#ask(key);
  }

  #ask(key: number): void {
    if (this.#asked.has(key) || this.#refusals.has(key)) return;
    this.#asked.add(key);
    void this.#fetch(key).then((read) => {
      this.#asked.delete(key);
      if (read.ok) this.#keep(key, read.value);
      else this.#refusals.set(key, read.refusal);
    });
  }

  async #fetch(key: number): Promise<Read<Part>> {
    const state = await this.reader.state(key);
    if (!state.ok) return state;
    const frames = await this.reader.frames(key);
    if (!frames.ok) return frames;
    return { ok: true, value: { state: state.value, frames: frames.value } };
  }

  #keep(key: number, part: Part): void {
    this.#parts.set(key, part);
    for (const old of this.#parts.keys()) {
      if (this.#parts.size <= PARTS_MAX) break;
      this.#parts.delete(old);
    }
  }
}
