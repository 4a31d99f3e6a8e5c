import {
  clearActions,
  type Device,
  type DeviceActions,
  deadzoneScale,
  idleActions,
} from './actions.ts';
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

/** One finger's job on the surface. */
interface Thumb {
  /** Pointer id, −1 while no finger is on it. */
  finger: number;
  begin(event: PointerEvent): void;
  drag(event: PointerEvent): void;
  release(): void;
}

/** Left thumb: a joystick where it lands. Right thumb: looking. Two buttons: grab and jump. */
export function openTouch(
  elements: TouchElements,
  settings: Settings,
  active: () => boolean,
): Device {
  const { surface } = elements;
  const actions = idleActions();
  const listening = new AbortController();
  const { signal } = listening;
  const walk = walkingThumb(elements, actions);
  const look = lookingThumb();
  const thumbs: readonly Thumb[] = [walk, look];
  const grab = holdButton(elements.grab, signal);
  const jump = holdButton(elements.jump, signal);

  function begin(event: PointerEvent): void {
    if (event.pointerType !== 'touch' || !active()) return;
    const thumb = event.clientX < surface.clientWidth / 2 ? walk : look;
    if (thumb.finger !== -1) return;
    thumb.finger = event.pointerId;
    thumb.begin(event);
  }
  function drag(event: PointerEvent): void {
    for (const thumb of thumbs) if (thumb.finger === event.pointerId) thumb.drag(event);
  }
  function end(event: PointerEvent): void {
    for (const thumb of thumbs) if (thumb.finger === event.pointerId) thumb.release();
  }
  surface.addEventListener('pointerdown', begin, { signal });
  window.addEventListener('pointermove', drag, { signal });
  window.addEventListener('pointerup', end, { signal });
  window.addEventListener('pointercancel', end, { signal });

  return {
    actions,
    read() {
      look.take(actions, RADIANS_PER_PIXEL * settings.lookSensitivity);
      actions.gripRight = grab.down;
      actions.jump = jump.down;
    },
    release() {
      for (const thumb of thumbs) thumb.release();
      grab.down = false;
      jump.down = false;
      clearActions(actions);
    },
    dispose: () => listening.abort(),
  };
}

function walkingThumb({ stick, knob }: TouchElements, actions: DeviceActions): Thumb {
  const centre = { x: 0, y: 0 };
  return {
    finger: -1,
    begin({ clientX, clientY }) {
      centre.x = clientX;
      centre.y = clientY;
      stick.style.translate = `${clientX}px ${clientY}px`;
      stick.hidden = false;
    },
    drag({ clientX, clientY }) {
      const x = (clientX - centre.x) / STICK_RADIUS_PX;
      const y = (clientY - centre.y) / STICK_RADIUS_PX;
      const length = Math.hypot(x, y);
      const scale = deadzoneScale(length, STICK_DEADZONE);
      actions.moveX = x * scale;
      actions.moveZ = -y * scale;
      actions.sprint = length > SPRINT_FACTOR;
      const shown = STICK_RADIUS_PX / Math.max(1, length);
      knob.style.translate = `${x * shown}px ${y * shown}px`;
    },
    release() {
      this.finger = -1;
      actions.moveX = 0;
      actions.moveZ = 0;
      actions.sprint = false;
      stick.hidden = true;
      knob.style.translate = '0 0';
    },
  };
}

function lookingThumb(): Thumb & { take(actions: DeviceActions, radiansPerPixel: number): void } {
  const last = { x: 0, y: 0 };
  const moved = { x: 0, y: 0 };
  return {
    finger: -1,
    begin({ clientX, clientY }) {
      last.x = clientX;
      last.y = clientY;
    },
    drag({ clientX, clientY }) {
      moved.x += clientX - last.x;
      moved.y += clientY - last.y;
      last.x = clientX;
      last.y = clientY;
    },
    release() {
      this.finger = -1;
    },
    take(actions, radiansPerPixel) {
      actions.turn = -moved.x * radiansPerPixel;
      actions.tilt = -moved.y * radiansPerPixel;
      moved.x = 0;
      moved.y = 0;
    },
  };
}

/** A button that is an action for as long as a finger is on it. */
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
