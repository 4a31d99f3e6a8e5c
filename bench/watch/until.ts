const LOOK_INTERVAL_MS = 8;
/** The machine may be frozen for a minute or two; whoever waits for longer waits for nothing. */
const TIMEOUT_MS = 180_000;

/** Resolves once the condition holds. Rejects with `failure` when it does not in time. */
export async function until(
  condition: () => boolean,
  failure: string | (() => string),
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endMs) {
      throw new Error(typeof failure === 'string' ? failure : failure());
    }
    await pause(LOOK_INTERVAL_MS);
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
