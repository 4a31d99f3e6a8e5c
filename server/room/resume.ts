import { proofOf } from '../../core-wasm/host/bubble-reader.ts';
import { NO_OBSERVER, type Session } from '../session/session.ts';
import type { Room } from './room.ts';
import { messagesSince, RESUME_FRAMES } from './sent-frames.ts';

/**
 * How a player goes on after a cut. What a client has is the sum of all messages since it began, so
 * nobody else's state would do; but the core goes on writing them for a while as if the socket were
 * there (`sent-frames.ts` keeps everybody's), and whoever says up to where he has them gets the
 * rest. The other way, a bubble made anew, is told in `observers.ts`.
 *
 * That his world at that point is ours is proved where the message of that frame carries a proof,
 * one in twenty; else by the next that does, which is among what he missed or a second away.
 */

/** A session without a socket that may still be gone on with. */
export interface Interruption {
  readonly session: Session;
  /** The first frame that is not told it any more. */
  readonly endsAtFrame: number;
}

/** Its socket is gone: for a while the core goes on telling it frames. */
export function interrupt(room: Room, session: Session): void {
  if (session.observer === NO_OBSERVER) return;
  const endsAtFrame = room.nextFrame + RESUME_FRAMES;
  room.interruptions.set(session.entity, { session, endsAtFrame });
}

/** Whether the session's observer is to be kept although it is closed. */
export function isInterrupted(room: Room, session: Session): boolean {
  const held = room.interruptions.get(session.entity);
  if (held?.session !== session) return false;
  if (room.core.frame <= held.endsAtFrame) return true;
  room.interruptions.delete(session.entity);
  return false;
}

/**
 * Has `session` go on from where its player says he is, as `previous` would have: it has its
 * observer from here on. Gives what he missed, views until the next frame; null when he has to
 * begin anew.
 */
export function takeOver(room: Room, previous: Session, session: Session): Uint8Array[] | null {
  const { observer } = previous;
  const first = session.hello?.resumeFrame ?? 0;
  // His state is of a server before this one, and he never heard that this one had him begin anew.
  if (session.hello?.resumeLease !== room.lease.epoch) return null;
  const isFollowed = observer !== NO_OBSERVER && previous.entity === session.entity;
  if (!isFollowed || previous.needsSnapshot || first <= previous.beganFrame) return null;
  const missed = messagesSince(room.sent, observer, first);
  if (missed === null || !isOurs(room, session, missed[0])) return null;
  previous.observer = NO_OBSERVER;
  session.observer = observer;
  session.beganFrame = previous.beganFrame;
  session.needsSnapshot = false;
  session.allowanceBytes = missed.reduce((sum, message) => sum + message.length, 0);
  room.observers.sessions[observer] = session;
  return missed;
}

/** False when the next message proves that what he has is not what we gave him. */
function isOurs({ meters }: Room, { hello }: Session, next: Uint8Array | undefined): boolean {
  const proof = next === undefined ? 0n : proofOf(next);
  if (proof === 0n || proof === hello?.resumeHash) return true;
  meters.stateHashMismatches++;
  return false;
}

export function countReturn({ meters, sent }: Room, frame: number, isResumed: boolean): void {
  const how = isResumed ? 'resumed' : frame < sent.oldest ? 'late' : 'fresh';
  meters.returns[how]++;
}
