export interface SenderLimit {
  /** Seconds until the sender may try again; 0 when this request counts and may pass. */
  take(sender: string, nowMs: number): number;
}

interface Bucket {
  tokens: number;
  refilledMs: number;
}

/** Above it the sender that was quiet longest is forgotten: the table must not be a way in. */
const SENDERS_MAX = 10_000;

/** `perMinute` requests of each sender, on average and at most at once. */
export function createSenderLimit(perMinute: number): SenderLimit {
  /** A map keeps the order of insertion; each use moves its sender to the end. */
  const buckets = new Map<string, Bucket>();
  const tokensPerMs = perMinute / 60_000;

  return {
    take(sender, nowMs) {
      const bucket = buckets.get(sender) ?? { tokens: perMinute, refilledMs: nowMs };
      const gained = Math.max(0, nowMs - bucket.refilledMs) * tokensPerMs;
      bucket.tokens = Math.min(perMinute, bucket.tokens + gained);
      bucket.refilledMs = nowMs;
      buckets.delete(sender);
      buckets.set(sender, bucket);
      if (buckets.size > SENDERS_MAX) buckets.delete(buckets.keys().next().value ?? '');
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / tokensPerMs / 1000);
      bucket.tokens -= 1;
      return 0;
    },
  };
}
