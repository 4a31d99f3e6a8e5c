import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { KeepingState } from '../../core-wasm/host/messages.ts';
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

/** What a player need not hear of: a store that is back in a moment. */
const UNSAVED_TOLD_MS = 3000;
const STANDS = 'The world stands still until the server can save it again';

/** Words for a world that goes on, or stands still, with its connection whole. */
function keepingText({ state, unsoundMs }: SessionStatus['keeping']): ConnectionText {
  if (state === KeepingState.PAUSED) {
    return { mood: 'lost', text: `${STANDS}. You are still connected.`, reload: false };
  }
  if (state === KeepingState.BEHIND && unsoundMs >= UNSAVED_TOLD_MS) {
    const text = `Live, but not saved for ${Math.floor(unsoundMs / 1000)} s`;
    return { mood: 'busy', text, reload: false };
  }
  return { mood: 'live', text: 'Live', reload: false };
}

type Told = Pick<SessionStatus, 'connection' | 'reason' | 'retryInMs' | 'closeCode' | 'keeping'>;

/** Plain words for a session's state; pure, so that they can be tested. */
export function connectionText(status: Told): ConnectionText {
  switch (status.connection) {
    case 'connecting':
      return { mood: 'busy', text: 'Connecting', reload: false };
    case 'joining': {
      const text = status.keeping.state === KeepingState.PAUSED ? STANDS : 'Fetching the world';
      return { mood: 'busy', text, reload: false };
    }
    case 'live':
      return keepingText(status.keeping);
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
