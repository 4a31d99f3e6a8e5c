import type { Books, Bus, Clock } from '../ports.ts';

/** How often what other servers wrote is read: news come by the bus, this is for what it lost. */
export const BLACKLIST_RELOAD_MS = 60_000;

/** Tickets that open no door any more, in the shape in which the ticket office asks for them. */
export interface Blacklist extends Pick<Bus, 'revokeTicket' | 'isRevoked'> {
  /** Reads the durable list now, and again each minute until `stop`. Rejects with the store. */
  start(): Promise<void>;
  stop(): void;
}

export interface BlacklistOptions {
  readonly books: Pick<Books, 'revokeTicket' | 'revokedTickets'>;
  readonly bus: Pick<Bus, 'revokeTicket' | 'isRevoked'>;
  readonly clock: Clock;
  /** Hears of each revocation once it is durable. */
  readonly onRevoked: () => void;
  readonly onFault: (error: unknown) => void;
}

/**
 * The store has the truth, the bus the news, this process a copy to ask: a ticket that was revoked
 * stays so through a restart and an emptied Redis, and no door waits for the database.
 */
export function createBlacklist(options: BlacklistOptions): Blacklist {
  const { books, bus, clock, onRevoked, onFault } = options;
  let known: ReadonlySet<string> = new Set();
  let cancel: () => void = () => {};
  let stopped = false;

  async function load(): Promise<void> {
    const revoked = await books.revokedTickets(clock.wallMs());
    known = new Set(revoked.map(({ ticketId }) => ticketId));
  }

  function schedule(): void {
    if (stopped) return;
    cancel = clock.after(BLACKLIST_RELOAD_MS, () => {
      void load().catch(onFault).finally(schedule);
    });
  }

  return {
    async revokeTicket(ticketId, ttlSeconds) {
      await books.revokeTicket(ticketId, clock.wallMs() + ttlSeconds * 1000);
      known = new Set([...known, ticketId]);
      onRevoked();
      await bus.revokeTicket(ticketId, ttlSeconds);
    },
    isRevoked: async (ticketId) => known.has(ticketId) || (await bus.isRevoked(ticketId)),
    async start() {
      await load();
      schedule();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
