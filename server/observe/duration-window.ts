/** The newest durations, for exact quantiles where a histogram has only its buckets' edges. */
export interface DurationWindow {
  record(durationMs: number): void;
  /** The quantiles (0…1) by nearest rank, in the order asked; 0 while nothing was recorded. */
  quantiles(asked: readonly number[]): number[];
}

/** Keeps the last `capacity` durations; recording is one store. */
export function createDurationWindow(capacity: number): DurationWindow {
  const ring = new Float32Array(capacity);
  let recorded = 0;
  return {
    record(durationMs) {
      ring[recorded % capacity] = durationMs;
      recorded++;
    },
    quantiles(asked) {
      const sorted = ring.slice(0, Math.min(recorded, capacity)).sort();
      return asked.map((q) => {
        const rank = Math.ceil(q * sorted.length);
        return sorted[Math.max(0, rank - 1)] ?? 0;
      });
    },
  };
}
