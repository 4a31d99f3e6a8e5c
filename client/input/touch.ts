import { clearActions, type Device, deadzoneScale, idleActions } from './actions.ts';
import type { Settings } from './settings.ts';

const STICK_RADIUS_PX = 64;
const STICK_DEADZONE = 0.12;
const RADIANS_PER_PIXEL = 0.006;
/** Pushing the stick past its rim runs. */
const SPRINT_FACTOR = 1.5;

export interface TouchElements {
  /** Where fingers walk (left half) and look (right half). */
  readonly surface: HTMLElement;
  /** Drawn where the walking finger went down. */
  readonly stick: HTMLElement;
  readonly knob: HTMLElement;
  readonly grab: HTMLElement;
  readonly jump: HTMLElement;
}

/** Left thumb: a joystick where it lands. Right thumb: looking. Two buttons: grab and jump. */
export function openTouch(
  elements: TouchElements,
  settings: Settings,
  active: () => boolean,
): Device {
  const { surface, stick, knob } = elements;
  const actions = idleActions();
  const listening = new AbortController();
  const { signal } = listening;
  const walk = { finger: -1, x: 0, y: 0 };
  const view = { finger: -1, x: 0, y: 0 };
  const look = { turnPixels: 0, tiltPixels: 0 };
  const grab = holdButton(elements.grab, signal);
  const jump = holdButton(elements.jump, signal);

  function begin(event: PointerEvent): void {
    if (event.pointerType !== 'touch' || !active()) return;
    const side = event.clientX < surface.clientWidth / 2 ? walk : view;
    if (side.finger !== -1) return;
    side.finger = event.pointerId;
    side.x = event.clientX;
    side.y = event.clientY;
    if (side !== walk) return;
    stick.style.translate = `${event.clientX}px ${event.clientY}px`;
    stick.hidden = false;
  }
  function drag(event: PointerEvent): void {
    if (event.pointerId === view.finger) {
      look.turnPixels += event.clientX - view.x;
      look.tiltPixels += event.clientY - view.y;
      view.x = event.clientX;
      view.y = event.clientY;
    }
    if (event.pointerId !== walk.finger) return;
    const x = (event.clientX - walk.x) / STICK_RADIUS_PX;
    const y = (event.clientY - walk.y) / STICK_RADIUS_PX;
    const length = Math.hypot(x, y);
    const scale = deadzoneScale(length, STICK_DEADZONE);
    actions.moveX = x * scale;
    actions.moveZ = -y * scale;
    actions.sprint = length > SPRINT_FACTOR;
    const shown = STICK_RADIUS_PX / Math.max(1, length);
    knob.style.translate = `${x * shown}px ${y * shown}px`;
  }
  function end(event: PointerEvent): void {
    if (event.pointerId === view.finger) view.finger = -1;
    if (event.pointerId === walk.finger) letGoStick();
  }
  function letGoStick(): void {
    walk.finger = -1;
    actions.moveX = 0;
    actions.moveZ = 0;
    actions.sprint = false;
    stick.hidden = true;
    knob.style.translate = '0 0';
  }
  surface.addEventListener('pointerdown', begin, { signal });
  window.addEventListener('pointermove', drag, { signal });
  window.addEventListener('pointerup', end, { signal });
  window.addEventListener('pointercancel', end, { signal });

  return {
    actions,
    read() {
      const radians = RADIANS_PER_PIXEL * settings.lookSensitivity;
      actions.turn = -look.turnPixels * radians;
      actions.tilt = -look.tiltPixels * radians;
      look.turnPixels = 0;
      look.tiltPixels = 0;
      actions.gripRight = grab.down;
      actions.jump = jump.down;
    },
    release() {
      letGoStick();
      view.finger = -1;
      grab.down = false;
      jump.down = false;
      clearActions(actions);
    },
    dispose: () => listening.abort(),
  };
}

/** A button that is an action for as long as a finger, or a key, is on it. */
function holdButton(element: HTMLElement, signal: AbortSignal): { down: boolean } {
  const state = { down: false };
  const lift = (): void => {
    state.down = false;
  };
  element.addEventListener(
    'pointerdown',
    (event) => {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      state.down = true;
    },
    { signal },
  );
  element.addEventListener('pointerup', lift, { signal });
  element.addEventListener('pointercancel', lift, { signal });
  element.addEventListener('lostpointercapture', lift, { signal });
  return state;
}
