import { interpolatePlayers } from '../../client/interpolate/interpolate.ts';
import type { WorldSession } from '../../client/net/session.ts';
import { FRAME_DURATION_MS, type PlayerColumns } from '../../core-wasm/host/types.ts';

/** Between two display frames: 90 Hz. */
export const DISPLAY_MS = 11;

/** The own feet as drawn, over the last 100 ms. */
export interface DrawnWatch {
  readonly feet: Float32Array[];
  mostM: number;
  readonly players: PlayerColumns;
}

const WINDOW_FRAMES = Math.ceil(100 / DISPLAY_MS);
const SPRINT_MPS = 6.5;

/** Takes in a display frame, `alpha` 0…1 from the previous to the current tick. */
export function watchDrawn(watch: DrawnWatch, session: WorldSession, alpha: number): void {
  const { feet, players } = watch;
  interpolatePlayers(session.players.previous, session.players.current, alpha, players);
  const row = players.ids.subarray(0, players.count).indexOf(session.status.entity);
  if (row < 0) return;
  const foot = players.feet.slice(row * 3, row * 3 + 3);
  for (let axis = 0; axis < 3; axis++) {
    foot[axis] = (foot[axis] as number) + (session.ownLead[axis] as number);
  }
  feet.push(foot);
  if (feet.length <= WINDOW_FRAMES) return;
  const before = feet.shift() as Float32Array;
  const wentM = Math.hypot(
    (foot[0] as number) - (before[0] as number),
    (foot[2] as number) - (before[2] as number),
  );
  watch.mostM = Math.max(watch.mostM, wentM - (SPRINT_MPS * WINDOW_FRAMES * DISPLAY_MS) / 1000);
}

export interface WaitWatch {
  tick: number;
  sinceMs: number;
  longestMs: number;
  count: number;
}

/** A world that stands for longer than a frame of the server waits for news. */
export function watchWaits(watch: WaitWatch, tick: number, nowMs: number): void {
  if (tick !== watch.tick) {
    watch.tick = tick;
    watch.sinceMs = nowMs;
    return;
  }
  const stoodMs = nowMs - watch.sinceMs;
  if (stoodMs > FRAME_DURATION_MS && stoodMs - DISPLAY_MS <= FRAME_DURATION_MS) watch.count++;
  watch.longestMs = Math.max(watch.longestMs, stoodMs);
}
