/** A rollback may let go and grab again within its span; longer than any of them. */
export const GRAB_QUIET_MS = 300;

/** Notices that a hand closed on something, once: the haptic pulse must not fire twice. */
export interface GrabEdge {
  held: number;
  heldLast: number;
  letGoAtMs: number;
}

export function createGrabEdge(): GrabEdge {
  return { held: 0, heldLast: 0, letGoAtMs: Number.NEGATIVE_INFINITY };
}

/**
 * True when `held` (entity, 0 for none) is a new grab. The same entity grabbed again within
 * `GRAB_QUIET_MS` of being let go is the prediction correcting itself, not the player.
 */
export function noticeGrab(edge: GrabEdge, held: number, nowMs: number): boolean {
  if (held === edge.held) return false;
  if (held === 0) edge.letGoAtMs = nowMs;
  edge.held = held;
  if (held === 0) return false;
  const again = held === edge.heldLast && nowMs - edge.letGoAtMs < GRAB_QUIET_MS;
  edge.heldLast = held;
  return !again;
}
