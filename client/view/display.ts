import type { WebGLRenderer } from 'three';
import { requestFrameRate } from '../xr/session.ts';
import { createQuality, type Quality, RUNGS, type Rung } from './quality.ts';
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

/**
 * A first guess: computers start at the top, phones and standalone headsets in the middle,
 * browsers that draw without a graphics card at the bottom. `?quality=0` … `4` pins a rung.
 */
export function firstQuality(renderer: WebGLRenderer, query: URLSearchParams): Quality {
  const pinned = Number(query.get('quality') ?? Number.NaN);
  if (RUNGS[pinned] !== undefined) return createQuality(pinned, true);
  if (drawsInSoftware(renderer)) return createQuality(RUNGS.length - 1);
  return createQuality(matchMedia('(pointer: coarse)').matches ? 2 : 0);
}

function drawsInSoftware(renderer: WebGLRenderer): boolean {
  const gl = renderer.getContext();
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const name = names === null ? '' : String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL));
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
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
