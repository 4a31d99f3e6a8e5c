import { applyRung, frameBudgetMs } from './display.ts';
import type { Picture } from './picture.ts';
import { observeFrame } from './quality.ts';

/** A stall must not count as a long push on a stick, nor as time that was seen to pass. */
export const ELAPSED_MS_MAX = 100;

/** What is kept from one drawn frame to the next. */
export interface Pace {
  /** When the last one began; 0 before the first. */
  lastMs: number;
  framesDrawn: number;
}

/** Begins a frame; ms since the one before it began, 0 for the first. */
export function beginFrame(pace: Pace, nowMs: number): number {
  const elapsedMs = pace.lastMs === 0 ? 0 : Math.max(0, nowMs - pace.lastMs);
  pace.lastMs = nowMs;
  pace.framesDrawn++;
  return elapsedMs;
}

/** Spends less on the next frames where they come too late for the display, or more again. */
export function holdFrameRate(picture: Picture, elapsedMs: number): void {
  const { quality, renderer, world, vr } = picture;
  const session = vr.running?.session ?? null;
  if (observeFrame(quality, elapsedMs, frameBudgetMs(session))) {
    applyRung(renderer, world, quality, session);
  }
}
