import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Bus, Store } from '../ports.ts';
import type { Room } from '../room/room.ts';
import type { Session } from '../session/session.ts';

/**
 * Arrivals that are looked up at once. A flood of sockets that greet and leave would otherwise
 * queue a query each, faster than any database answers.
 */
const LOOKUPS_MAX = 16;

export interface LookupSources {
  readonly bus: Pick<Bus, 'nextEpoch' | 'session'>;
  readonly store: Pick<Store, 'account'>;
  /** A lookup that failed; the player is told to come back. */
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * Fetches from outside what a session needs before the tick may meet it: its epoch, and where its
 * account was last seen. Oldest first, a few at a time; who closed meanwhile is passed over.
 */
export function createLookups(room: Room, sources: LookupSources): (session: Session) => void {
  const waiting: Session[] = [];
  let running = 0;

  function startNext(): void {
    while (running < LOOKUPS_MAX) {
      const session = waiting.shift();
      if (session === undefined) return;
      if (session.state !== 'arriving') continue;
      running++;
      void lookUp(session).finally(() => {
        running--;
        startNext();
      });
    }
  }

  async function lookUp(session: Session): Promise<void> {
    const { account } = session;
    try {
      const [epoch, known] = await Promise.all([
        sources.bus.nextEpoch(account),
        sources.store.account(account),
      ]);
      const rival = await sources.bus.session(account);
      if (session.state !== 'arriving') return;
      if (rival !== null && rival.epoch > epoch) {
        session.link.close(CloseCode.SUPERSEDED, 'a newer session of this player is elsewhere');
        return;
      }
      session.epoch = epoch;
      session.lastSeen = known?.lastSeen ?? null;
      room.arrivals.push(session);
    } catch (error) {
      sources.onFault('arrival', error);
      session.link.close(CloseCode.UNAVAILABLE, 'try again in a moment');
    }
  }

  return (session) => {
    waiting.push(session);
    startNext();
  };
}
