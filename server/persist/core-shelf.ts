import { Core, compileCore } from '../../core-wasm/host/core.ts';
import type { Store } from '../ports.ts';
import type { ReplayableCore } from './apply-group.ts';
import { STATE_SCHEMA_HASH } from './state-layout.ts';

/** Cores by their hash: the current one and those that were kept with the world. */
export interface CoreShelf {
  /** The core of this source tree. */
  readonly current: ReplayableCore;
  /** Schema hash of the current core's states. */
  readonly currentSchema: string;
  /** One instance for each hash, in any state; null when that artifact was not kept. */
  take(coreHash: string): Promise<ReplayableCore | null>;
}

/** Kept artifacts are compiled when they are asked for, and once. */
export function createCoreShelf<C extends ReplayableCore>(
  current: C,
  store: Pick<Store, 'keptCore'>,
): CoreShelf & { readonly current: C } {
  const opened = new Map<string, Promise<ReplayableCore | null>>();
  const open = async (coreHash: string): Promise<ReplayableCore | null> => {
    const wasm = await store.keptCore(coreHash);
    return wasm === null ? null : Core.create(await compileCore(new Uint8Array(wasm)));
  };
  return {
    current,
    currentSchema: STATE_SCHEMA_HASH,
    take(coreHash) {
      if (coreHash === current.module.hash) return Promise.resolve(current);
      const known = opened.get(coreHash) ?? open(coreHash);
      opened.set(coreHash, known);
      return known;
    },
  };
}
