import { KeepingState } from '../../core-wasm/host/messages.ts';
import type { JournalState } from '../persist/journal.ts';
import type { Session } from '../session/session.ts';
import { sendTo } from './broadcast.ts';
import type { Room } from './room.ts';

const STATES: Readonly<Record<JournalState, KeepingState>> = {
  ok: KeepingState.SOUND,
  behind: KeepingState.BEHIND,
  full: KeepingState.PAUSED,
};

/**
 * Says how what is played is kept to whoever does not know: who came, and everybody when it
 * changes. Before the frame is told, so that nobody takes its word on what is durable for another
 * server's; also while the world stands still, which a client could not tell from a lost line.
 */
export function tellKeeping(room: Room): void {
  const { journal } = room;
  const state = STATES[journal.state];
  let message: Uint8Array | null = null;
  for (const session of room.sessions.values()) {
    if (session.toldKeeping === state || !isHeard(session, state)) continue;
    message ??= room.codec.encodeKeeping({
      state,
      lease: room.lease.epoch,
      began: journal.firstFrame,
      kept: journal.durableFrame + 1,
    });
    session.toldKeeping = state;
    sendTo(room, session, message);
  }
}

/** Who waits before a world that stands still gets no WELCOME, but is told why. */
function isHeard({ state }: Session, keeping: KeepingState): boolean {
  return state === 'live' || (state === 'arriving' && keeping === KeepingState.PAUSED);
}
