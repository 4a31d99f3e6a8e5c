/** One step of the ladder: how much is spent on a frame. Cheaper towards the end. */
export interface Rung {
  /** Factor on the display's own pixel ratio; in VR the framebuffer's scale at the next entry. */
  readonly resolution: number;
  /** Side of the shadow map, 0 for no shadows. */
  readonly shadowMapSize: number;
  readonly plants: boolean;
  /** Fixed foveation in VR, 0 (none) … 1. */
  readonly foveation: number;
  /** Frame rate to ask a headset for, Hz. */
  readonly frameRateHz: number;
}

export const RUNGS: readonly Rung[] = [
  { resolution: 1, shadowMapSize: 2048, plants: true, foveation: 0, frameRateHz: 90 },
  { resolution: 1, shadowMapSize: 1024, plants: true, foveation: 0.6, frameRateHz: 90 },
  { resolution: 0.85, shadowMapSize: 1024, plants: true, foveation: 1, frameRateHz: 90 },
  { resolution: 0.75, shadowMapSize: 0, plants: true, foveation: 1, frameRateHz: 90 },
  { resolution: 0.55, shadowMapSize: 0, plants: false, foveation: 1, frameRateHz: 72 },
];

/** Share of late frames in a window at which quality goes down, and below which it may go up. */
const LATE_SHARE_DOWN = 0.2;
const LATE_SHARE_UP = 0.03;
/** A frame is late when it took this many times its budget. */
const LATE_FACTOR = 1.25;
const WINDOW_MS = 1500;
/** Calm that must pass before a step up is tried; doubles each time the try fails. */
const CALM_MS_MIN = 8_000;
const CALM_MS_MAX = 240_000;
/** A step down so soon after a step up means that the step up failed. */
const RELAPSE_MS = 15_000;
/** Longer gaps are a hidden tab or a stall, not the cost of drawing. */
const GAP_MS = 250;

/** Where on the ladder the page stands, and what it saw since. */
export interface Quality {
  rung: number;
  windowMs: number;
  frames: number;
  lateFrames: number;
  calmMs: number;
  /** Calm wanted before the next try upwards. */
  calmWantedMs: number;
  sinceUpMs: number;
  /** Stays on its rung whatever happens: for pictures and measurements. */
  readonly pinned: boolean;
}

/** @param rung first guess, 0 (best) … RUNGS.length − 1 */
export function createQuality(rung: number, pinned = false): Quality {
  return {
    rung,
    pinned,
    windowMs: 0,
    frames: 0,
    lateFrames: 0,
    calmMs: 0,
    calmWantedMs: CALM_MS_MIN,
    sinceUpMs: Number.POSITIVE_INFINITY,
  };
}

/**
 * Takes in one frame interval. True when `rung` changed. Down is quick, up is slow and slower
 * after each failure: with frames locked to the display, headroom cannot be measured, only tried,
 * and a ladder without memory would try, and stutter, for ever.
 */
export function observeFrame(quality: Quality, frameMs: number, budgetMs: number): boolean {
  if (quality.pinned || frameMs > GAP_MS) return false;
  quality.windowMs += frameMs;
  quality.frames++;
  if (frameMs > budgetMs * LATE_FACTOR) quality.lateFrames++;
  if (quality.windowMs < WINDOW_MS) return false;
  const lateShare = quality.lateFrames / quality.frames;
  const windowMs = quality.windowMs;
  quality.windowMs = 0;
  quality.frames = 0;
  quality.lateFrames = 0;
  quality.sinceUpMs += windowMs;
  if (lateShare > LATE_SHARE_DOWN) return stepDown(quality);
  quality.calmMs = lateShare < LATE_SHARE_UP ? quality.calmMs + windowMs : 0;
  return quality.calmMs >= quality.calmWantedMs && stepUp(quality);
}

function stepDown(quality: Quality): boolean {
  quality.calmMs = 0;
  if (quality.rung === RUNGS.length - 1) return false;
  if (quality.sinceUpMs < RELAPSE_MS) {
    quality.calmWantedMs = Math.min(CALM_MS_MAX, quality.calmWantedMs * 2);
  }
  quality.sinceUpMs = Number.POSITIVE_INFINITY;
  quality.rung++;
  return true;
}

function stepUp(quality: Quality): boolean {
  quality.calmMs = 0;
  if (quality.rung === 0) return false;
  quality.sinceUpMs = 0;
  quality.rung--;
  return true;
}
