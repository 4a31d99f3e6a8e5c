import type { Core } from '../../core-wasm/host/core.ts';

/** A state in storage that is used again for the next one. */
export interface KeptState {
  storage: Uint8Array;
  /** View of `storage`. */
  state: Uint8Array;
}

/** A state grows as things spawn: room for a few more bodies before its storage is made anew. */
const STORAGE_HEADROOM = 1.25;
export const NO_BYTES = new Uint8Array(0);

export function newKeptState(): KeptState {
  return { storage: NO_BYTES, state: NO_BYTES };
}

/** Keeps the world as it stands. */
export function keepWorld(kept: KeptState, core: Pick<Core, 'snapshot'>): void {
  const state = core.snapshot(kept.storage);
  if (state.buffer === kept.storage.buffer) kept.state = state;
  else keepState(kept, state);
}

/** Keeps a copy of a state that stands elsewhere. */
export function keepState(kept: KeptState, state: Uint8Array): void {
  if (kept.storage.length < state.length) {
    kept.storage = new Uint8Array(Math.ceil(state.length * STORAGE_HEADROOM));
  }
  kept.storage.set(state);
  kept.state = kept.storage.subarray(0, state.length);
}
