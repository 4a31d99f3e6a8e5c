/** Adds up the times between start and stop; either may come twice. */
export interface Stopwatch {
  start(nowMs: number): void;
  stop(nowMs: number): void;
  readonly runs: boolean;
  totalMs(nowMs: number): number;
}

export function createStopwatch(): Stopwatch {
  let sinceMs: number | null = null;
  let totalMs = 0;
  return {
    start(nowMs) {
      sinceMs ??= nowMs;
    },
    stop(nowMs) {
      totalMs += sinceMs === null ? 0 : nowMs - sinceMs;
      sinceMs = null;
    },
    get runs() {
      return sinceMs !== null;
    },
    totalMs: (nowMs) => totalMs + (sinceMs === null ? 0 : nowMs - sinceMs),
  };
}
