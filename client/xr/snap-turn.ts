import type { Settings } from '../input/settings.ts';

/** The stick must pass this to turn, */
const FIRE = 0.7;
/** and fall below this before the next turn; a stick resting at the edge must not spin anyone. */
const REARM = 0.4;
/** Held over, it repeats this slowly. */
const REPEAT_MS = 450;
const SMOOTH_RADIANS_PER_MS = (100 * Math.PI) / 180 / 1000;
const SMOOTH_DEADZONE = 0.2;

export interface TurnState {
  armed: boolean;
  heldMs: number;
}

export function createTurn(): TurnState {
  return { armed: true, heldMs: 0 };
}

/**
 * Radians to turn left now, for a stick at `axis` (−1 left … 1 right). Snap: one angle per flick,
 * repeated while held. Smooth: a steady rate.
 */
export function turnBy(
  state: TurnState,
  axis: number,
  elapsedMs: number,
  settings: Settings,
): number {
  if (settings.turn === 'smooth') {
    const over = Math.abs(axis) > SMOOTH_DEADZONE ? axis : 0;
    return -over * SMOOTH_RADIANS_PER_MS * elapsedMs;
  }
  const push = Math.abs(axis);
  if (push < REARM) {
    state.armed = true;
    state.heldMs = 0;
    return 0;
  }
  if (push < FIRE) return 0;
  state.heldMs += elapsedMs;
  if (!state.armed && state.heldMs < REPEAT_MS) return 0;
  state.armed = false;
  state.heldMs = 0;
  return (-Math.sign(axis) * settings.snapAngleDegrees * Math.PI) / 180;
}
