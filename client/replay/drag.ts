import { clearActions, type Device, idleActions } from '../input/actions.ts';
import type { Settings } from '../input/settings.ts';

const RADIANS_PER_PIXEL = 0.0035;

/** Looks while a mouse button is held: the pointer stays free for what stands on the page. */
export function openDragLook(surface: HTMLElement, settings: Settings): Device {
  const actions = idleActions();
  const listening = new AbortController();
  const { signal } = listening;
  let [turnPixels, tiltPixels, isHeld] = [0, 0, false];
  surface.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType === 'touch') return;
      isHeld = true;
      surface.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  surface.addEventListener(
    'pointermove',
    (event) => {
      if (!isHeld || event.pointerType === 'touch') return;
      turnPixels += event.movementX;
      tiltPixels += event.movementY;
    },
    { signal },
  );
  const lift = (): void => {
    isHeld = false;
  };
  surface.addEventListener('pointerup', lift, { signal });
  surface.addEventListener('pointercancel', lift, { signal });
  surface.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  return {
    actions,
    read() {
      const radians = RADIANS_PER_PIXEL * settings.lookSensitivity;
      // The world is dragged, as a map is: it goes with the hand.
      actions.turn = turnPixels * radians;
      actions.tilt = tiltPixels * radians;
      [turnPixels, tiltPixels] = [0, 0];
    },
    release() {
      [turnPixels, tiltPixels, isHeld] = [0, 0, false];
      clearActions(actions);
    },
    dispose: () => listening.abort(),
  };
}
