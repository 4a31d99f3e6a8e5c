import {
  clearActions,
  type Device,
  type DeviceActions,
  deadzoneScale,
  idleActions,
} from './actions.ts';
import type { Settings } from './settings.ts';

const DEADZONE = 0.15;
const LOOK_RADIANS_PER_MS = 0.0028;
const REACH_M_PER_MS = 0.002;
const TRIGGER_DOWN = 0.4;

/** Places in the "standard" mapping of the Gamepad specification. */
const A = 0;
const BUMPER_LEFT = 4;
const BUMPER_RIGHT = 5;
const TRIGGER_LEFT = 6;
const TRIGGER_RIGHT = 7;
const STICK_LEFT = 10;

/** Left stick walks (pressed: runs), right stick looks, A jumps, triggers grab, bumpers reach. */
export function openGamepad(settings: Settings, active: () => boolean): Device {
  const actions = idleActions();
  const listening = new AbortController();
  const { signal } = listening;
  // Asking for pads allocates, so nobody is asked before one has shown itself.
  let present = false;
  const count = (): void => {
    present = navigator.getGamepads().some((pad) => pad !== null);
  };
  window.addEventListener('gamepadconnected', count, { signal });
  window.addEventListener('gamepaddisconnected', count, { signal });
  return {
    actions,
    read(elapsedMs) {
      clearActions(actions);
      const pad = present && active() ? firstStandardPad() : null;
      if (pad !== null) readPad(pad, actions, elapsedMs, settings.lookSensitivity);
    },
    release: () => clearActions(actions),
    dispose: () => listening.abort(),
  };
}

function firstStandardPad(): Gamepad | null {
  for (const pad of navigator.getGamepads()) {
    if (pad?.connected && pad.mapping === 'standard') return pad;
  }
  return null;
}

/** Translates one state of a standard pad; exported because this is the part that can be wrong. */
export function readPad(
  pad: Pick<Gamepad, 'axes' | 'buttons'>,
  actions: DeviceActions,
  elapsedMs: number,
  sensitivity: number,
): void {
  const [walkX = 0, walkY = 0, lookX = 0, lookY = 0] = pad.axes;
  const walk = deadzoneScale(Math.hypot(walkX, walkY), DEADZONE);
  actions.moveX = walkX * walk;
  actions.moveZ = -walkY * walk;
  const look =
    deadzoneScale(Math.hypot(lookX, lookY), DEADZONE) *
    LOOK_RADIANS_PER_MS *
    sensitivity *
    elapsedMs;
  actions.turn = -lookX * look;
  actions.tilt = -lookY * look;
  const out = Number(isDown(pad, BUMPER_RIGHT)) - Number(isDown(pad, BUMPER_LEFT));
  actions.reach = out * REACH_M_PER_MS * elapsedMs;
  actions.jump = isDown(pad, A);
  actions.sprint = isDown(pad, STICK_LEFT);
  actions.gripLeft = isDown(pad, TRIGGER_LEFT);
  actions.gripRight = isDown(pad, TRIGGER_RIGHT);
}

function isDown(pad: Pick<Gamepad, 'buttons'>, index: number): boolean {
  return (pad.buttons[index]?.value ?? 0) > TRIGGER_DOWN;
}
