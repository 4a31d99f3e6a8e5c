import type { Books, Clock, SecurityEvent } from '../ports.ts';

export interface SecurityLog {
  /** Costs a look into a table; never waits. `address` and `account` as far as they are known. */
  note(event: Omit<SecurityEvent, 'count'>): void;
  /** Events that found no room while the store was away. */
  readonly lostCount: number;
  /** Writes what is there and stops. */
  close(): Promise<void>;
}

export const SECURITY_FLUSH_MS = 5000;
/** Different events of one batch: a flood from one address is one of them. */
export const SECURITY_EVENTS_MAX = 1000;

/**
 * Collects what nobody honest does and writes it every few seconds, equal events as one with a
 * count. What the store does not take waits with what comes next, as long as there is room.
 */
export function createSecurityLog(
  books: Pick<Books, 'addSecurityEvents'>,
  clock: Clock,
): SecurityLog {
  let pending = new Map<string, SecurityEvent>();
  let lostCount = 0;
  let cancel: () => void = () => {};
  let stopped = false;

  function add(event: SecurityEvent): void {
    const key = `${event.kind} ${event.code} ${event.account} ${event.address}`;
    const same = pending.get(key);
    if (same !== undefined) pending.set(key, { ...same, count: same.count + event.count });
    else if (pending.size < SECURITY_EVENTS_MAX) pending.set(key, event);
    else lostCount += event.count;
  }

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const batch = [...pending.values()];
    pending = new Map();
    const outcome = await books.addSecurityEvents(batch);
    if (outcome.kind !== 'committed') for (const event of batch) add(event);
  }

  function schedule(): void {
    if (stopped) return;
    cancel = clock.after(SECURITY_FLUSH_MS, () => void flush().finally(schedule));
  }
  schedule();

  return {
    note: (event) => add({ ...event, count: 1 }),
    get lostCount() {
      return lostCount;
    },
    async close() {
      stopped = true;
      cancel();
      await flush();
    },
  };
}
