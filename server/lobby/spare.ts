import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Spare } from '../../core-wasm/host/messages.ts';
import type { Room } from '../room/room.ts';
import type { Session } from '../session/session.ts';
import type { Verdict } from './verdict.ts';

/**
 * Spare sockets that are taken whatever the number of players, and for how many of these one more.
 * An overloaded server has everybody's inputs late; did all open a second socket then, it would
 * never come out of it.
 */
export const SPARES_MIN = 8;
export const PLAYERS_PER_SPARE = 8;

/**
 * A second socket of a player who is here: what it brings is his as what the first brings, and the
 * first of two copies counts. It ends with the session that it stands by, at the latest.
 */
export function standBy(room: Room, session: Session, { epoch }: Spare): Verdict {
  if (session.state !== 'greeting') {
    return { code: CloseCode.OUT_OF_ORDER, reason: 'spare after a greeting' };
  }
  room.meters.sparesAsked++;
  const principal = room.speakers.get(session.account);
  // Until the next frame boundary a closed session still speaks for its account.
  if (principal === undefined || principal.epoch !== epoch || principal.state === 'closed') {
    return { code: CloseCode.SUPERSEDED, reason: 'no such session of this player is here' };
  }
  principal.spare?.link.close(CloseCode.SUPERSEDED, 'a newer spare socket is here');
  if (room.spares.size >= SPARES_MIN + room.speakers.size / PLAYERS_PER_SPARE) {
    return { code: CloseCode.UNAVAILABLE, reason: 'too many spare sockets' };
  }
  session.state = 'spare';
  session.principal = principal;
  principal.spare = session;
  room.spares.add(session);
  return null;
}

/** `session` is closed: its spare goes with it, or it was one. */
export function endSpare(room: Room, session: Session): void {
  session.spare?.link.close(CloseCode.SUPERSEDED, 'its session is over');
  room.spares.delete(session);
  if (session.principal?.spare === session) session.principal.spare = null;
  session.principal = null;
}
