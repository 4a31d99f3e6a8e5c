import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { type KeptState, keepWorld, NO_BYTES, newKeptState } from './kept-state.ts';
import type { PredictedCore } from './predicted-core.ts';

/**
 * Ticks that the predicted world may be ahead of the newest confirmed one, and so the most that a
 * rollback takes back: a third of a second. Beyond it the world waits, because what it would show
 * has little to do with what will have happened, and to compute it again would miss the display.
 */
export const HORIZON_TICKS = 20;

/**
 * Frames that own inputs may run ahead of the newest confirmed one, whether they are predicted yet
 * or not: 1.4 s. A bad line asks for half a second of lead, and news may be held up for as long as
 * inputs while these go on: then a second was used up.
 */
export const INPUT_FRAMES_AHEAD_MAX = 28;

/** The frame under way and one more, so that a slot is never reused while it can be asked for. */
const SLOT_COUNT = Math.ceil(HORIZON_TICKS / TICKS_PER_FRAME) + 2;

/** The state is that at the frame's first tick. */
interface Slot extends KeptState {
  frame: number;
  /** The frame as it was last predicted. */
  predicted: Uint8Array;
}

/** States and guesses of the frames that the server has not confirmed yet. */
export class History {
  readonly #slots: Slot[] = Array.from({ length: SLOT_COUNT }, () => ({
    ...newKeptState(),
    frame: -1,
    predicted: NO_BYTES,
  }));

  /** Remembers the world as it stands, at the first tick of its frame. */
  save(core: PredictedCore): void {
    const slot = this.#at(core.frame);
    slot.frame = core.frame;
    slot.predicted = NO_BYTES;
    keepWorld(slot, core);
  }

  notePrediction(frame: number, bytes: Uint8Array): void {
    this.#held(frame).predicted = bytes;
  }

  /** State at the first tick of `frame`. */
  state(frame: number): Uint8Array {
    return this.#held(frame).state;
  }

  predicted(frame: number): Uint8Array {
    return this.#held(frame).predicted;
  }

  /** The frame as it was last predicted; empty when it never was. */
  guessOf(frame: number): Uint8Array {
    const slot = this.#at(frame);
    return slot.frame === frame ? slot.predicted : NO_BYTES;
  }

  clear(): void {
    for (const slot of this.#slots) slot.frame = -1;
  }

  #at(frame: number): Slot {
    return this.#slots[frame % SLOT_COUNT] as Slot;
  }

  #held(frame: number): Slot {
    const slot = this.#at(frame);
    if (slot.frame !== frame) throw new Error(`frame ${frame} is not in the history`);
    return slot;
  }
}
