import type { IncidentFrame } from '../../core-wasm/host/incident-file.ts';
import type { BubbleChange } from '../../core-wasm/host/messages.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { HORIZON_TICKS } from './history.ts';
import { type KeptState, keepState, keepWorld, NO_BYTES, newKeptState } from './kept-state.ts';
import type { PredictedCore } from './predicted-core.ts';

/**
 * Confirmed frames that are kept at most: those of the second between two proofs, and of two more
 * until a repair has come and was proven.
 */
export const TRAIL_FRAMES_MAX = 64;

/** Hashes of ticks that may still be confirmed, and of those that just were. */
const HASHES_MAX = TRAIL_FRAMES_MAX * TICKS_PER_FRAME + HORIZON_TICKS;

interface Entry extends BubbleChange, KeptState {
  frame: number;
  bytes: Uint8Array;
  leaves: Uint32Array;
  enter: Uint8Array;
}

/**
 * What this client confirmed since both ends last agreed: each frame as it came, and the state that
 * it was applied to. Nobody looks at it until something is wrong.
 */
export class Trail {
  /** Whether the first state is one on which both ends agreed. */
  isProven = false;
  readonly #entries: Entry[] = [];
  /** Entries that are not in use, for their storage. */
  readonly #spare: Entry[] = [];
  readonly #hashes = new BigUint64Array(HASHES_MAX);
  readonly #hashed = new Float64Array(HASHES_MAX).fill(-1);

  /** No frame fits any more before an agreement. */
  get isFull(): boolean {
    return this.#entries.length === TRAIL_FRAMES_MAX;
  }

  /** The state at the first tick of the newest frame; empty when there is none. */
  get newestState(): Uint8Array {
    return this.#entries.at(-1)?.state ?? NO_BYTES;
  }

  /** Just before a tick is computed, whether it will be confirmed or not. */
  noteTick(core: PredictedCore): void {
    const { tick } = core;
    this.#hashes[tick % HASHES_MAX] = core.movingHash();
    this.#hashed[tick % HASHES_MAX] = tick;
  }

  /** A frame that is about to be applied to `state`, or to the world as it stands where null. */
  note(
    core: PredictedCore,
    frame: number,
    bytes: Uint8Array,
    { leaves, enter }: BubbleChange,
    state: Uint8Array | null,
  ): void {
    if (this.isFull) this.#dropFirst();
    const entry = this.#spare.pop() ?? newEntry();
    if (state === null) keepWorld(entry, core);
    else keepState(entry, state);
    entry.frame = frame;
    entry.bytes = bytes;
    entry.leaves = leaves;
    entry.enter = enter;
    this.#entries.push(entry);
  }

  /** Both ends agree on the state at the first tick of `frame`: what was before is of no use. */
  agree(frame: number): void {
    while (this.#entries.length > 0 && (this.#entries[0] as Entry).frame < frame) this.#drop();
    this.isProven = true;
  }

  /** Begins anew from a state of the server's. */
  clear(): void {
    while (this.#entries.length > 0) this.#drop();
    this.isProven = true;
  }

  /** The frames, and the state behind them. Views: to be encoded at once. */
  frames(frame: number, state: Uint8Array | null): IncidentFrame[] {
    const frames: IncidentFrame[] = this.#entries.map((entry) => ({
      ...entry,
      hashes: Array.from({ length: TICKS_PER_FRAME }, (_, i) =>
        this.hashOf(entry.frame * TICKS_PER_FRAME + i),
      ),
    }));
    if (state === null) return frames;
    return [...frames, { ...newEntry(), frame, state, hashes: [] }];
  }

  /** `Core.movingHash` just before a tick, when it was last computed; 0n where it was not. */
  hashOf(tick: number): bigint {
    const slot = tick % HASHES_MAX;
    return this.#hashed[slot] === tick ? (this.#hashes[slot] as bigint) : 0n;
  }

  #dropFirst(): void {
    this.#drop();
    this.isProven = false;
  }

  #drop(): void {
    this.#spare.push(this.#entries.shift() as Entry);
  }
}

function newEntry(): Entry {
  return {
    ...newKeptState(),
    frame: -1,
    bytes: NO_BYTES,
    leaves: new Uint32Array(0),
    enter: NO_BYTES,
  };
}
