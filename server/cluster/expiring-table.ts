import type { Clock } from '../ports.ts';

export interface ExpiringTable<K, V> {
  /** Null when never set, or expired. */
  get(key: K): V | null;
  set(key: K, value: V, ttlSeconds: number): void;
  /** Entries that take memory, expired ones included. */
  size(): number;
}

/** Expired entries are swept when the table has grown by this many since the last sweep. */
export const SWEEP_ENTRIES = 1024;

/** A map that forgets. Sweeping on growth instead of by a timer costs an idle world nothing. */
export function createExpiringTable<K, V>(clock: Clock): ExpiringTable<K, V> {
  const entries = new Map<K, { readonly value: V; readonly endMs: number }>();
  let sweepAt = SWEEP_ENTRIES;

  function sweep(): void {
    const nowMs = clock.nowMs();
    for (const [key, { endMs }] of entries) if (nowMs >= endMs) entries.delete(key);
    sweepAt = entries.size + SWEEP_ENTRIES;
  }

  return {
    get(key) {
      const entry = entries.get(key);
      return entry === undefined || clock.nowMs() >= entry.endMs ? null : entry.value;
    },
    set(key, value, ttlSeconds) {
      entries.set(key, { value, endMs: clock.nowMs() + ttlSeconds * 1000 });
      if (entries.size >= sweepAt) sweep();
    },
    size: () => entries.size,
  };
}
