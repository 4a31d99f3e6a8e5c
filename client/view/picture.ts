import { ACESFilmicToneMapping, WebGLRenderer } from 'three';
import { type Control, createControl, EYE_HEIGHT_M } from '../input/control.ts';
import type { Held } from '../input/held.ts';
import type { Settings } from '../input/settings.ts';
import { createRig, placeRig, type Rig } from '../xr/origin.ts';
import { enterVr } from '../xr/session.ts';
import { beginVr, createVrPlayer, disposeVrPlayer, endVr, type VrPlayer } from '../xr/vr-player.ts';
import { type Blink, createBlink, disposeBlink } from './blink.ts';
import { applyRung, firstQuality, fitWindow, rungOf } from './display.ts';
import { createNotice, disposeNotice, type Notice } from './notice.ts';
import type { Quality } from './quality.ts';
import { createWorldScene, disposeWorldScene, type WorldScene } from './scene.ts';
import { skyTickOf } from './sky.ts';

/** A world in the window or in a headset: one that is played in, and a recording alike. */
export interface Picture {
  readonly renderer: WebGLRenderer;
  readonly world: WorldScene;
  readonly rig: Rig;
  readonly blink: Blink;
  readonly notice: Notice;
  readonly quality: Quality;
  readonly settings: Settings;
  readonly control: Control;
  readonly vr: VrPlayer;
  /** The tick under whose sky the world is drawn, for pictures; null is the world's own. */
  readonly skyTick: number | null;
}

export interface PictureOptions {
  readonly canvas: HTMLCanvasElement;
  readonly settings: Settings;
  /** What the own player holds, for the hands in a headset. */
  readonly held: Held;
  /** The address's: `quality` and `hour`. */
  readonly query: URLSearchParams;
}

/** An empty world in the window. Call once for a page, before a headset is put on. */
export function openPicture({ canvas, settings, held, query }: PictureOptions): Picture {
  const renderer = openRenderer(canvas);
  const world = createWorldScene();
  const rig = createRig(world.scene);
  rig.group.add(world.camera);
  const picture: Picture = {
    ...{ renderer, world, rig, settings },
    blink: createBlink(world.scene),
    notice: createNotice(world.scene),
    quality: firstQuality(renderer, query),
    control: createControl(),
    vr: createVrPlayer(renderer, rig, settings, held),
    skyTick: skyTickOf(query),
  };
  drawInWindow(picture);
  return picture;
}

function openRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  const renderer = new WebGLRenderer({
    canvas,
    antialias: true,
    powerPreference: 'high-performance',
  });
  renderer.toneMapping = ACESFilmicToneMapping;
  renderer.xr.enabled = true;
  return renderer;
}

/** Draws into the window from now on, at its size. */
function drawInWindow({ renderer, world, quality }: Picture): void {
  fitWindow(renderer, world);
  applyRung(renderer, world, quality, null);
}

/**
 * Stands rig and camera on the foot at `feet[footAt…]`, looking as the control does: nothing else
 * ever moves the view. In a headset the camera is where the head is.
 */
export function standAt(picture: Picture, feet: ArrayLike<number>, footAt: number): void {
  const { rig, control, vr, world } = picture;
  placeRig(rig, feet, footAt, control.yaw);
  if (vr.running !== null) return;
  world.camera.position.set(0, EYE_HEIGHT_M, 0);
  world.camera.rotation.set(control.pitch, 0, 0);
}

/**
 * Puts the picture into the headset; call from a click. Null when it is there, else why not, in
 * plain words. `onEnd` runs when it is back in the window, whoever took it there.
 */
export async function enterHeadset(picture: Picture, onEnd?: () => void): Promise<string | null> {
  const { renderer, world, quality, vr, control } = picture;
  const entry = await enterVr(renderer, rungOf(quality).resolution, () => {
    endVr(vr, control);
    drawInWindow(picture);
    onEnd?.();
  });
  if (entry.kind === 'refused') return entry.reason;
  beginVr(vr, entry.vr);
  applyRung(renderer, world, quality, entry.vr.session);
  return null;
}

/** What happens to the window beside its size. */
export interface WindowEvents {
  /** Another window has the keys. */
  readonly onBlur: () => void;
  /** The graphics driver was reset: nothing is drawn any more. */
  readonly onContextLost: () => void;
  /** The page goes, and the picture with it. */
  readonly onPageHide: () => void;
}

/** Fits the picture to the window, and takes it apart when the page goes. */
export function followWindow(picture: Picture, events: WindowEvents): void {
  const { renderer, world } = picture;
  window.addEventListener('resize', () => fitWindow(renderer, world));
  window.addEventListener('blur', events.onBlur);
  renderer.domElement.addEventListener('webglcontextlost', events.onContextLost);
  window.addEventListener('pagehide', () => {
    renderer.setAnimationLoop(null);
    events.onPageHide();
    disposePicture(picture);
  });
  // A page that the browser kept and shows again was taken apart above.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

function disposePicture({ renderer, world, blink, notice, vr }: Picture): void {
  disposeVrPlayer(vr);
  disposeBlink(blink);
  disposeNotice(notice);
  disposeWorldScene(world);
  renderer.dispose();
}
