/** First pause after a cut, ms; each further failure doubles it. */
const DELAY_MIN_MS = 200;
/** Longest pause: a server that was away for long is found again within this. */
const DELAY_MAX_MS = 5_000;
const DOUBLINGS_MAX = 8;

/**
 * Pause before attempt `failures` + 1. Half of it is chance, so that the players of a restarted
 * server do not all knock in the same instant. `random` gives 0 (inclusive) … 1 (exclusive).
 */
export function retryDelayMs(failures: number, random: () => number): number {
  const full = Math.min(DELAY_MAX_MS, DELAY_MIN_MS * 2 ** Math.min(failures, DOUBLINGS_MAX));
  return full * (0.5 + random() / 2);
}
