/**
 * The one layer under every device: keyboard, mouse, touch, gamepad, XR controllers and XR hands
 * all speak these words, so nothing above knows what the player holds.
 */
export interface DeviceActions {
  /** Strafe, −1 (left) … 1 (right). */
  moveX: number;
  /** −1 (back) … 1 (ahead). */
  moveZ: number;
  /** Radians to turn left since the last read. */
  turn: number;
  /** Radians to look up since the last read. */
  tilt: number;
  /** Metres to move a held thing away from the eye since the last read; flat screens only. */
  reach: number;
  jump: boolean;
  sprint: boolean;
  gripLeft: boolean;
  gripRight: boolean;
}

/** A source of actions. `read` is called once per drawn frame, before anything uses `actions`. */
export interface Device {
  readonly actions: DeviceActions;
  read(elapsedMs: number): void;
  /** Lets go of every key, stick and button: focus was lost or a menu opened. */
  release(): void;
  dispose(): void;
}

export function idleActions(): DeviceActions {
  return {
    moveX: 0,
    moveZ: 0,
    turn: 0,
    tilt: 0,
    reach: 0,
    jump: false,
    sprint: false,
    gripLeft: false,
    gripRight: false,
  };
}

export function clearActions(actions: DeviceActions): void {
  actions.moveX = 0;
  actions.moveZ = 0;
  actions.turn = 0;
  actions.tilt = 0;
  actions.reach = 0;
  actions.jump = false;
  actions.sprint = false;
  actions.gripLeft = false;
  actions.gripRight = false;
}

/** What all devices want together: moves add up to at most full speed, buttons are or-ed. */
export function mergeActions(devices: readonly Device[], into: DeviceActions): void {
  clearActions(into);
  for (const { actions } of devices) {
    into.moveX += actions.moveX;
    into.moveZ += actions.moveZ;
    into.turn += actions.turn;
    into.tilt += actions.tilt;
    into.reach += actions.reach;
    into.jump ||= actions.jump;
    into.sprint ||= actions.sprint;
    into.gripLeft ||= actions.gripLeft;
    into.gripRight ||= actions.gripRight;
  }
  const speed = Math.hypot(into.moveX, into.moveZ);
  if (speed > 1) {
    into.moveX /= speed;
    into.moveZ /= speed;
  }
}

/**
 * Factor that takes a stick of length `length` through a round dead zone: 0 inside it, growing
 * from 0 at its rim to full length at 1. A per-axis dead zone would snap walks to the axes.
 */
export function deadzoneScale(length: number, deadzone: number): number {
  if (length <= deadzone) return 0;
  return Math.min(1, (length - deadzone) / (1 - deadzone)) / length;
}
