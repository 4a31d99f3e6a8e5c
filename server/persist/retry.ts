const DELAY_MIN_MS = 250;
const DELAY_MAX_MS = 4000;

/** When to ask a store again that failed: ever more patiently. */
export class Retry {
  /** Why the store failed last; null since it did not. */
  cause: string | null = null;

  private delayMs = 0;
  private atMs = 0;

  isDue(nowMs: number): boolean {
    return nowMs >= this.atMs;
  }

  failed(cause: string, nowMs: number): void {
    this.cause = cause;
    this.delayMs = Math.min(Math.max(this.delayMs * 2, DELAY_MIN_MS), DELAY_MAX_MS);
    this.atMs = nowMs + this.delayMs;
  }

  succeeded(): void {
    this.cause = null;
    this.delayMs = 0;
  }
}
