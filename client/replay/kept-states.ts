import { KEY_FRAMES } from '../../core-wasm/host/recording/recording.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';

/** Two of them are a jump's worth of stepping. */
export const KEPT_INTERVAL_TICKS = KEY_FRAMES * TICKS_PER_FRAME;
const BYTES_MAX = 1 << 27;

/**
 * States that were passed where the recording has none of its own, so that a jump back costs no
 * more than one forward. Bounded: the oldest make room.
 */
export class KeptStates {
  readonly #states = new Map<number, Uint8Array>();
  #bytes = 0;

  get ticks(): IterableIterator<number> {
    return this.#states.keys();
  }

  has(tick: number): boolean {
    return this.#states.has(tick);
  }

  get(tick: number): Uint8Array | undefined {
    return this.#states.get(tick);
  }

  keep(tick: number, state: Uint8Array): void {
    this.#states.set(tick, state);
    this.#bytes += state.length;
    for (const [old, { length }] of this.#states) {
      if (this.#bytes <= BYTES_MAX) break;
      this.#states.delete(old);
      this.#bytes -= length;
    }
  }

  /** The last that stands at or before `tick`; −1 when there is none. */
  before(tick: number): number {
    let found = -1;
    for (const one of this.#states.keys()) if (one <= tick && one > found) found = one;
    return found;
  }
}
