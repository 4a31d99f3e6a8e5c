import { clearActions, type Device, type DeviceActions, idleActions } from './actions.ts';

const LOOK_RADIANS_PER_MS = 0.0016;
const REACH_M_PER_MS = 0.002;

/** Keys by place on the board, so that WASD lies right on every layout. */
const KEYS: Readonly<Record<string, keyof KeyState>> = {
  KeyW: 'ahead',
  KeyS: 'back',
  KeyA: 'left',
  KeyD: 'right',
  ArrowLeft: 'turnLeft',
  ArrowRight: 'turnRight',
  ArrowUp: 'lookUp',
  ArrowDown: 'lookDown',
  Space: 'jump',
  ShiftLeft: 'sprint',
  ShiftRight: 'sprint',
  KeyQ: 'gripLeft',
  KeyE: 'gripRight',
  KeyR: 'reachOut',
  KeyF: 'reachIn',
};

interface KeyState {
  ahead: boolean;
  back: boolean;
  left: boolean;
  right: boolean;
  turnLeft: boolean;
  turnRight: boolean;
  lookUp: boolean;
  lookDown: boolean;
  jump: boolean;
  sprint: boolean;
  gripLeft: boolean;
  gripRight: boolean;
  reachOut: boolean;
  reachIn: boolean;
}

function noKeys(): KeyState {
  return {
    ahead: false,
    back: false,
    left: false,
    right: false,
    turnLeft: false,
    turnRight: false,
    lookUp: false,
    lookDown: false,
    jump: false,
    sprint: false,
    gripLeft: false,
    gripRight: false,
    reachOut: false,
    reachIn: false,
  };
}

/**
 * WASD walks, arrows look, Space jumps, Shift runs, E and Q grab: everything without a mouse too.
 * `active` says whether keys are for the world (no menu open).
 */
export function openKeyboard(target: Window, active: () => boolean): Device {
  const actions = idleActions();
  const keys = noKeys();
  /** A tap shorter than a drawn frame must still count. */
  const tapped = noKeys();
  const listening = new AbortController();
  const { signal } = listening;
  target.addEventListener('keydown', (event) => press(keys, tapped, event, active()), { signal });
  target.addEventListener('keyup', (event) => lift(keys, event), { signal });
  return {
    actions,
    read: (elapsedMs) => readKeys(keys, tapped, actions, elapsedMs),
    release() {
      Object.assign(keys, noKeys());
      Object.assign(tapped, noKeys());
      clearActions(actions);
    },
    dispose: () => listening.abort(),
  };
}

function press(keys: KeyState, tapped: KeyState, event: KeyboardEvent, active: boolean): void {
  const key = KEYS[event.code];
  if (key === undefined || !active || event.ctrlKey || event.metaKey || event.altKey) return;
  // Space and arrows would scroll the page.
  event.preventDefault();
  if (event.repeat) return;
  keys[key] = true;
  tapped[key] = true;
}

function lift(keys: KeyState, event: KeyboardEvent): void {
  const key = KEYS[event.code];
  if (key !== undefined) keys[key] = false;
}

function readKeys(
  keys: KeyState,
  tapped: KeyState,
  actions: DeviceActions,
  elapsedMs: number,
): void {
  actions.moveX = Number(keys.right) - Number(keys.left);
  actions.moveZ = Number(keys.ahead) - Number(keys.back);
  const look = LOOK_RADIANS_PER_MS * elapsedMs;
  actions.turn = (Number(keys.turnLeft) - Number(keys.turnRight)) * look;
  actions.tilt = (Number(keys.lookUp) - Number(keys.lookDown)) * look;
  actions.reach = (Number(keys.reachOut) - Number(keys.reachIn)) * REACH_M_PER_MS * elapsedMs;
  actions.jump = keys.jump || tapped.jump;
  actions.sprint = keys.sprint;
  actions.gripLeft = keys.gripLeft || tapped.gripLeft;
  actions.gripRight = keys.gripRight || tapped.gripRight;
  tapped.jump = false;
  tapped.gripLeft = false;
  tapped.gripRight = false;
}
