import type { Hello, KeepingState } from '../../core-wasm/host/messages.ts';
import type { Meter } from '../net/token-bucket.ts';
import type { Link, PlayerProjection } from '../ports.ts';
import type { RepairDesk } from '../room/repair.ts';

/** `Session.observer` of who gets no frames. */
export const NO_OBSERVER = -1;
/** A socket that has not said HELLO by then is closed. */
export const HELLO_TIMEOUT_MS = 5000;

/**
 * One socket of one player, from the open door to the close.
 *
 *   greeting ─HELLO─▶ arriving ─frame boundary─▶ live ◀─drained─ stalled
 *
 * `greeting`: nothing was said. `arriving`: epoch and account are being fetched, or wait for the
 * next frame. `live`: gets frames. `stalled`: its buffer is over the soft limit; gets nothing until
 * it has drained, then a snapshot. `spare`: a second socket of a live session, which only brings
 * inputs.
 */
export type SessionState = 'greeting' | 'arriving' | 'live' | 'stalled' | 'spare' | 'closed';

export interface Session {
  readonly link: Link;
  readonly account: number;
  readonly meter: Meter;
  state: SessionState;
  /** Sessions of an account supersede each other by epoch. 0 before it is known. */
  epoch: number;
  /** The player's entity, 0 before the arrival. */
  entity: number;
  hello: Hello | null;
  /** Where the account was last seen, for a body that has to be made anew. */
  lastSeen: PlayerProjection | null;
  openedMs: number;
  heardMs: number;
  stalledMs: number;
  /** True once a stalled link has drained. */
  drained: boolean;
  /** The next frame must be preceded by what is static: the client begins anew. */
  needsSnapshot: boolean;
  /** Proofs of its bubble and what follows from them; null before the first. */
  repairs: RepairDesk | null;
  /** Under which number the core follows what the client simulates, or `NO_OBSERVER`. */
  observer: number;
  /** The frame with which its client last began anew, −1 before. */
  beganFrame: number;
  /** How it was told last that what is played is kept; null before. */
  toldKeeping: KeepingState | null;
  /** Buffered bytes that a snapshot may still account for, on top of the soft limit. */
  allowanceBytes: number;
  /** His second socket; null where he has none. */
  spare: Session | null;
  /** Whom this second socket stands by; null where it is none. */
  principal: Session | null;
}

export function createSession(link: Link, meter: Meter, nowMs: number): Session {
  return {
    link,
    account: link.admission.account,
    meter,
    state: 'greeting',
    epoch: 0,
    entity: 0,
    hello: null,
    lastSeen: null,
    openedMs: nowMs,
    heardMs: nowMs,
    stalledMs: 0,
    drained: false,
    needsSnapshot: false,
    repairs: null,
    observer: NO_OBSERVER,
    beganFrame: -1,
    toldKeeping: null,
    allowanceBytes: 0,
    spare: null,
    principal: null,
  };
}
