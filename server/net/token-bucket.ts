/** Seconds of the allowed rate that may come at once: TCP delivers a stalled backlog in one go. */
const BURST_SECONDS = 5;

export interface MeterLimits {
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface Meter {
  /**
   * Counts one message before it is decoded. False: the sender exceeds its rate; nothing is taken.
   * `nowMs` is monotonic; a step back counts as no time.
   */
  take(bytes: number, nowMs: number): boolean;
}

/**
 * A pair of token buckets, both full at first. Tokens are computed from the time that passed, so
 * an idle link costs no timer.
 */
export function createMeter(limits: MeterLimits): Meter {
  const { messagesPerSecond, bytesPerSecond } = limits;
  const messagesMax = messagesPerSecond * BURST_SECONDS;
  const bytesMax = bytesPerSecond * BURST_SECONDS;
  let messages = messagesMax;
  let bytes = bytesMax;
  let refilledMs = Number.NEGATIVE_INFINITY;

  return {
    take(size, nowMs) {
      if (nowMs > refilledMs) {
        const seconds = (nowMs - refilledMs) / 1000;
        messages = Math.min(messagesMax, messages + seconds * messagesPerSecond);
        bytes = Math.min(bytesMax, bytes + seconds * bytesPerSecond);
        refilledMs = nowMs;
      }
      if (messages < 1 || bytes < size) return false;
      messages -= 1;
      bytes -= size;
      return true;
    },
  };
}
