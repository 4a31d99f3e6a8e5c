/** Counts of delays by tenths of a millisecond, up to two seconds; the last slot has the rest. */
export type Delays = Uint32Array;

const SLOT_MS = 0.1;
const SLOTS = 20_000;

export function newDelays(): Delays {
  return new Uint32Array(SLOTS);
}

export function addDelay(delays: Delays, ms: number): void {
  const slot = Math.min(SLOTS - 1, Math.max(0, Math.floor(ms / SLOT_MS)));
  delays[slot] = (delays[slot] as number) + 1;
}

export function mergeDelays(all: readonly Delays[]): Delays {
  const sum = newDelays();
  for (const delays of all) {
    for (let slot = 0; slot < SLOTS; slot++) {
      sum[slot] = (sum[slot] as number) + (delays[slot] as number);
    }
  }
  return sum;
}

/** Nearest rank, ms, to a tenth; null of nothing. */
export function delayQuantileMs(delays: Delays, quantile: number): number | null {
  const total = delays.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(quantile * total));
  let counted = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    counted += delays[slot] as number;
    if (counted >= rank) return Number((slot * SLOT_MS).toFixed(1));
  }
  return null;
}
