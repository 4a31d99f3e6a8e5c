import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { SessionStatus } from '../net/session.ts';

/** What the page says about the connection. */
export interface ConnectionText {
  readonly mood: 'busy' | 'live' | 'lost';
  readonly text: string;
  /** True when waiting helps nothing and the page must be loaded anew. */
  readonly reload: boolean;
}

const CLOSED: Readonly<Record<number, string>> = {
  [CloseCode.VERSION_MISMATCH]: 'The server runs a newer version. Reload the page to get it.',
  [CloseCode.SUPERSEDED]: 'You walked in from another window. Reload to come back here.',
  [CloseCode.NORMAL]: 'You left the world. Reload to walk in again.',
};

const WAITING: Readonly<Record<number, string>> = {
  [CloseCode.REGION_FULL]: 'This region is full',
  [CloseCode.GOING_AWAY]: 'The server is restarting',
  [CloseCode.UNAVAILABLE]: 'The world is not available just now',
  [CloseCode.UNAUTHORIZED]: 'The server did not accept the ticket',
  [CloseCode.TOO_SLOW]: 'The connection is too slow to follow the world',
};

/** Plain words for a session's state; pure, so that they can be tested. */
export function connectionText(
  status: Pick<SessionStatus, 'connection' | 'reason' | 'retryInMs' | 'closeCode'>,
): ConnectionText {
  switch (status.connection) {
    case 'connecting':
      return { mood: 'busy', text: 'Connecting', reload: false };
    case 'joining':
      return { mood: 'busy', text: 'Fetching the world', reload: false };
    case 'live':
      return { mood: 'live', text: 'Live', reload: false };
    case 'reconnecting': {
      const why = WAITING[status.closeCode] ?? 'Connection lost';
      const seconds = Math.ceil(status.retryInMs / 1000);
      const when = seconds > 0 ? `trying again in ${seconds} s` : 'trying again now';
      return { mood: 'lost', text: `${why}: ${when}`, reload: false };
    }
    case 'closed': {
      const text = CLOSED[status.closeCode] ?? `The server closed the door: ${status.reason}`;
      return { mood: 'lost', text, reload: true };
    }
  }
}
