import type { WebGLRenderer } from 'three';
import { requestFrameRate } from '../xr/session.ts';
import { type Quality, RUNGS, type Rung } from './quality.ts';
import { applyRichness, type WorldScene } from './scene.ts';

const FLAT_BUDGET_MS = 1000 / 60;
/** What the slowest of today's headsets shows, where a browser does not say. */
const HEADSET_RATE_HZ = 72;
/** Denser screens than this cost more than anybody sees. */
const PIXEL_RATIO_MAX = 2;

/** Time that a frame may take: the headset's own rate, or 60 Hz on a screen. */
export function frameBudgetMs(session: XRSession | null): number {
  return session === null ? FLAT_BUDGET_MS : 1000 / (session.frameRate ?? HEADSET_RATE_HZ);
}

export function rungOf(quality: Quality): Rung {
  const rung = RUNGS[quality.rung];
  if (rung === undefined) throw new Error(`no quality rung ${quality.rung}`);
  return rung;
}

/** A first guess: phones and standalone headsets start in the middle, computers at the top. */
export function firstRung(): number {
  return matchMedia('(pointer: coarse)').matches ? 2 : 0;
}

/** Draws by what the ladder says from now on. */
export function applyRung(
  renderer: WebGLRenderer,
  world: WorldScene,
  quality: Quality,
  session: XRSession | null,
): void {
  const rung = rungOf(quality);
  applyRichness(world, renderer, rung);
  if (session === null) {
    renderer.setPixelRatio(Math.min(devicePixelRatio, PIXEL_RATIO_MAX) * rung.resolution);
  } else {
    renderer.xr.setFoveation(rung.foveation);
    requestFrameRate(session, rung.frameRateHz);
  }
}

/** Fits picture and perspective to the window; a headset has a size of its own. */
export function fitWindow(renderer: WebGLRenderer, world: WorldScene): void {
  if (renderer.xr.isPresenting) return;
  renderer.setSize(innerWidth, innerHeight, false);
  world.camera.aspect = innerWidth / Math.max(1, innerHeight);
  world.camera.updateProjectionMatrix();
}
