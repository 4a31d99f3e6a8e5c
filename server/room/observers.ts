import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { NO_OBSERVER, type Session } from '../session/session.ts';
import { isInterrupted } from './resume.ts';
import type { Room } from './room.ts';

/** How far a client's interest goes; see `core-wasm/INTEREST.md`. */
export const INTEREST: Partial<InterestSettings> = {
  nearestPlayers: 32,
  playerRadius: 60,
  bodyRadius: 24,
  members: 480,
  // In 0.2 s nobody gets as far as the margin of a radius.
  lookInterval: 4,
  // Half the way across the region: at 128 m a player is as high as a finger is wide.
  ghostRadius: 128,
};

/** Bytes for ghosts in each frame of a client: four near ones, or six far ones. */
export const GHOST_BYTES = 65;

/**
 * Bytes of a client's frames in a second: 32 players in VR who all move take 5,190. Where people
 * come and go faster than that pays for, a client has fewer players, and the rest as ghosts.
 */
export const FRAME_BYTES_PER_SECOND = 5500;

/** Which session each of the core's observers looks for. */
export interface Observers {
  readonly sessions: (Session | null)[];
  readonly free: number[];
}

export function createObservers(): Observers {
  return { sessions: [], free: [] };
}

/** Has the session have nothing, from here on; false when there is no observer left for it. */
export function observe(room: Room, session: Session): boolean {
  const { core, observers } = room;
  const number = session.observer === NO_OBSERVER ? take(room) : session.observer;
  if (number === NO_OBSERVER) return false;
  observers.sessions[number] = session;
  session.observer = number;
  session.needsSnapshot = true;
  core.interest.forget(number);
  const { ghostBytes = GHOST_BYTES, frameBytesPerSecond = FRAME_BYTES_PER_SECOND } = room.limits;
  return core.interest.observe(number, session.entity, ghostBytes, frameBytesPerSecond);
}

function take({ core, observers }: Room): number {
  const freed = observers.free.pop();
  if (freed !== undefined) return freed;
  const { length } = observers.sessions;
  return length < core.interest.capacity ? length : NO_OBSERVER;
}

export function unobserve({ core, observers }: Room, session: Session): void {
  if (session.observer === NO_OBSERVER) return;
  core.interest.forget(session.observer);
  observers.sessions[session.observer] = null;
  observers.free.push(session.observer);
  session.observer = NO_OBSERVER;
}

/** Of sessions that ended, unless their players may come back to them. */
export function releaseObservers(room: Room): void {
  for (const session of room.observers.sessions) {
    if (session?.state === 'closed' && !isInterrupted(room, session)) unobserve(room, session);
  }
}
