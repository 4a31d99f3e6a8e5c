import type { JournalState } from '../persist/journal.ts';

/** What decides whether this server should get players; others write it, `/health` reads it. */
export interface HealthState {
  /** The newest answer of the store's probe. */
  store: boolean;
  bus: boolean;
  /** The core is compiled, and the world recovered and verified. */
  core: boolean;
  /** While it is full the world stands still. */
  journal: JournalState;
  /** Set once when the server begins to shut down. */
  draining: boolean;
  /** How far the tick loop is behind its schedule, ms. */
  tickLagMs: number;
  /** `Clock.nowMs` at the end of the newest tick; null before the first. */
  tickedAtMs: number | null;
}

/** Further behind than this a world is no pleasure to enter. */
export const READY_TICK_LAG_MS_MAX = 500;
/** A loop without a tick for so long will not come back: the process should be replaced. */
export const TICK_STALL_MS = 10_000;

export function createHealth(): HealthState {
  return {
    store: false,
    bus: false,
    core: false,
    journal: 'ok',
    draining: false,
    tickLagMs: 0,
    tickedAtMs: null,
  };
}

/** Why no player should be sent here, for the operator; empty when ready. */
export function unreadyReasons(health: HealthState, nowMs: number): string[] {
  const reasons: string[] = [];
  if (health.draining) reasons.push('draining: the server is shutting down');
  if (!health.core) reasons.push('core: the world is not loaded yet');
  if (!health.store) reasons.push('store: the database does not answer');
  if (!health.bus) reasons.push('bus: Redis does not answer');
  if (health.journal === 'behind') reasons.push('journal: frames wait for the database');
  if (health.journal === 'full') {
    reasons.push('journal: the world stands still until it can be saved');
  }
  if (health.core && health.tickedAtMs === null) reasons.push('tick: the loop has not begun');
  if (health.tickLagMs > READY_TICK_LAG_MS_MAX) {
    reasons.push(`tick: the loop is ${Math.round(health.tickLagMs)} ms behind`);
  }
  if (isStalled(health, nowMs)) reasons.push('tick: the loop stands still');
  return reasons;
}

/** False only when the process should be killed: its tick loop began and then stopped for good. */
export function isAlive(health: HealthState, nowMs: number): boolean {
  return health.draining || !isStalled(health, nowMs);
}

function isStalled(health: HealthState, nowMs: number): boolean {
  return health.tickedAtMs !== null && nowMs - health.tickedAtMs > TICK_STALL_MS;
}
