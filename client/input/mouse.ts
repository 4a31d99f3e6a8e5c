import { clearActions, type Device, idleActions } from './actions.ts';
import type { Settings } from './settings.ts';

const RADIANS_PER_PIXEL = 0.0024;
const REACH_M_PER_WHEEL_PIXEL = 0.0015;
/** Browsers report a jump of hundreds of pixels when the pointer is warped under lock. */
const PIXELS_MAX = 300;

const LEFT = 0;
const RIGHT = 2;

/**
 * The mouse looks while the pointer is locked, and by dragging the right button where a browser
 * refuses the lock. Left button: right hand; right button: left hand; wheel: nearer or farther.
 */
export function openMouse(surface: HTMLElement, settings: Settings, active: () => boolean): Device {
  const actions = idleActions();
  const listening = new AbortController();
  const { signal } = listening;
  const locked = (): boolean => document.pointerLockElement === surface;
  let turnPixels = 0;
  let tiltPixels = 0;
  let wheelPixels = 0;
  let left = false;
  let right = false;

  function move(event: MouseEvent): void {
    if (!active() || !(locked() || (right && event.buttons !== 0))) return;
    turnPixels += clampPixels(event.movementX);
    tiltPixels += clampPixels(event.movementY);
  }
  function press(event: MouseEvent): void {
    if (!active()) return;
    if (event.button === LEFT) left = true;
    if (event.button === RIGHT) right = true;
  }
  function lift(event: MouseEvent): void {
    if (event.button === LEFT) left = false;
    if (event.button === RIGHT) right = false;
  }
  function roll(event: WheelEvent): void {
    if (!active()) return;
    event.preventDefault();
    wheelPixels -= event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
  }
  document.addEventListener('mousemove', move, { signal });
  surface.addEventListener('mousedown', press, { signal });
  window.addEventListener('mouseup', lift, { signal });
  surface.addEventListener('wheel', roll, { signal, passive: false });
  surface.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });

  function forget(): void {
    turnPixels = 0;
    tiltPixels = 0;
    wheelPixels = 0;
  }
  return {
    actions,
    read() {
      const radians = RADIANS_PER_PIXEL * settings.lookSensitivity;
      actions.turn = -turnPixels * radians;
      actions.tilt = -tiltPixels * radians;
      actions.reach = wheelPixels * REACH_M_PER_WHEEL_PIXEL;
      actions.gripRight = left;
      actions.gripLeft = right && locked();
      forget();
    },
    release() {
      left = false;
      right = false;
      forget();
      clearActions(actions);
    },
    dispose: () => listening.abort(),
  };
}

function clampPixels(pixels: number): number {
  return Math.max(-PIXELS_MAX, Math.min(PIXELS_MAX, pixels));
}
