import type { Bus, Clock, ResumableSession } from '../ports.ts';
import { createExpiringTable } from './expiring-table.ts';

/** The bus of a world with one server: everything stands in this process and ends with it. */
export function createLocalBus(clock: Clock): Bus {
  const revoked = createExpiringTable<string, true>(clock);
  const sessions = createExpiringTable<number, ResumableSession>(clock);
  const epochs = new Map<number, number>();

  return {
    async revokeTicket(ticketId, ttlSeconds) {
      revoked.set(ticketId, true, ttlSeconds);
    },
    isRevoked: async (ticketId) => revoked.get(ticketId) !== null,
    async nextEpoch(account) {
      const epoch = Math.max((epochs.get(account) ?? 0) + 1, epochFloor(clock));
      epochs.set(account, epoch);
      return epoch;
    },
    async saveSession(session, ttlSeconds) {
      sessions.set(session.account, session, ttlSeconds);
    },
    session: async (account) => sessions.get(account),
    ping: async () => true,
    close: async () => {},
  };
}

/**
 * Epochs start at the second in which an account first needs one. So they stay increasing when the
 * counters are lost, with the process here or with an emptied Redis there, as long as no account
 * changes its socket more than once a second on average.
 */
export function epochFloor(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000);
}
