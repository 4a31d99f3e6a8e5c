import type { Group, Object3D, WebGLRenderer } from 'three';
import {
  clearActions,
  type Device,
  type DeviceActions,
  deadzoneScale,
  idleActions,
} from '../input/actions.ts';
import type { Settings } from '../input/settings.ts';
import { createTurn, type TurnState, turnBy } from './snap-turn.ts';

const DEADZONE = 0.15;
const GRIP_DOWN = 0.5;
/** A grip lets go later than it takes, so that a half-pressed one does not flutter. */
const GRIP_UP = 0.3;

/** Places in the `xr-standard` mapping of the WebXR Gamepads module. */
const TRIGGER = 0;
const SQUEEZE = 1;
const STICK = 3;
const A_OR_X = 4;
const STICK_X = 2;
const STICK_Y = 3;

/** One tracked controller, by the hand that holds it. */
export interface TrackedController {
  source: XRInputSource | null;
  /** Three's group at the grip, in the rig; null until one of that hand connects. */
  grip: Group | null;
  gripping: boolean;
}

export interface XrControllers extends Device {
  readonly left: TrackedController;
  readonly right: TrackedController;
  /** Shakes the controller in that hand; nothing happens where there is no motor. */
  pulse(hand: 'left' | 'right', strength: number, durationMs: number): void;
}

/**
 * Two controllers: left stick walks (pressed: runs), right stick turns, A or X jumps, trigger or
 * squeeze grips. Call before a session starts: three wires only groups that were asked for.
 */
export function openXrControllers(
  renderer: WebGLRenderer,
  rig: Object3D,
  settings: Settings,
): XrControllers {
  const actions = idleActions();
  const left: TrackedController = { source: null, grip: null, gripping: false };
  const right: TrackedController = { source: null, grip: null, gripping: false };
  const turn = createTurn();
  const wired = [0, 1].map((index) => wire(renderer, rig, index, left, right));
  return {
    actions,
    left,
    right,
    read: (elapsedMs) => readControllers(left, right, turn, actions, elapsedMs, settings),
    release() {
      left.gripping = false;
      right.gripping = false;
      clearActions(actions);
    },
    pulse(hand, strength, durationMs) {
      const source = hand === 'left' ? left.source : right.source;
      const motor = source?.gamepad?.hapticActuators?.[0];
      const amount = strength * settings.haptics;
      if (motor && amount > 0) void motor.pulse(amount, durationMs).catch(() => {});
    },
    dispose() {
      for (const unwire of wired) unwire();
    },
  };
}

/** Follows which hand holds the controller that three calls `index`; gives the undoing. */
function wire(
  renderer: WebGLRenderer,
  rig: Object3D,
  index: number,
  left: TrackedController,
  right: TrackedController,
): () => void {
  const grip = renderer.xr.getControllerGrip(index);
  rig.add(grip);
  const connect = ({ data }: { data: XRInputSource }): void => {
    const hand = data.handedness === 'left' ? left : right;
    // A tracked hand is not a controller: `hands.ts` follows those.
    if (data.hand) return;
    hand.source = data;
    hand.grip = grip;
  };
  const disconnect = ({ data }: { data: XRInputSource }): void => {
    for (const hand of [left, right]) {
      if (hand.source !== data) continue;
      hand.source = null;
      hand.grip = null;
      hand.gripping = false;
    }
  };
  grip.addEventListener('connected', connect);
  grip.addEventListener('disconnected', disconnect);
  return () => {
    grip.removeEventListener('connected', connect);
    grip.removeEventListener('disconnected', disconnect);
    grip.removeFromParent();
  };
}

function readControllers(
  left: TrackedController,
  right: TrackedController,
  turn: TurnState,
  actions: DeviceActions,
  elapsedMs: number,
  settings: Settings,
): void {
  clearActions(actions);
  readStick(left.source?.gamepad, actions);
  actions.turn = turnBy(turn, axis(right.source?.gamepad, STICK_X), elapsedMs, settings);
  actions.sprint = pressure(left.source?.gamepad, STICK) > GRIP_DOWN;
  actions.jump =
    pressure(left.source?.gamepad, A_OR_X) > GRIP_DOWN ||
    pressure(right.source?.gamepad, A_OR_X) > GRIP_DOWN;
  actions.gripLeft = readGrip(left);
  actions.gripRight = readGrip(right);
}

function readStick(pad: Gamepad | undefined, actions: DeviceActions): void {
  const x = axis(pad, STICK_X);
  const y = axis(pad, STICK_Y);
  const scale = deadzoneScale(Math.hypot(x, y), DEADZONE);
  actions.moveX = x * scale;
  actions.moveZ = -y * scale;
}

function readGrip(hand: TrackedController): boolean {
  const pad = hand.source?.gamepad;
  const strength = Math.max(pressure(pad, TRIGGER), pressure(pad, SQUEEZE));
  hand.gripping = strength > (hand.gripping ? GRIP_UP : GRIP_DOWN);
  return hand.gripping;
}

/** Runtimes without a touchpad give null for its axes. */
function axis(pad: Gamepad | undefined, index: number): number {
  return pad?.axes[index] ?? 0;
}

function pressure(pad: Gamepad | undefined, index: number): number {
  return pad?.buttons[index]?.value ?? 0;
}
