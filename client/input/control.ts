import { Button } from '../../core-wasm/host/types.ts';
import type { DeviceActions } from './actions.ts';

/** Where the eyes of a flat player are above the foot, m. */
export const EYE_HEIGHT_M = 1.65;
/** Just short of straight up and down, so that "ahead" stays defined. */
const PITCH_MAX = Math.PI / 2 - 0.01;

/** A head or hand, in metres, relative to the capsule's foot and turned with `Control.yaw`. */
export interface Part {
  readonly position: Float32Array;
  /** x y z w. */
  readonly rotation: Float32Array;
}

/** What the player wants right now; the tick and the frame are sampled from it. */
export interface Control {
  /** Radians, counter-clockwise, 0 looks along −z. In VR the rig's yaw, not the head's. */
  yaw: number;
  /** Radians up. */
  pitch: number;
  moveX: number;
  moveZ: number;
  /** `Button` bits held now. */
  held: number;
  /** `Button` bits that went down since the last sampled tick: a tap between ticks counts. */
  tapped: number;
  readonly head: Part;
  readonly left: Part;
  readonly right: Part;
  /** False until the parts were placed once. */
  posed: boolean;
}

function part(x: number, y: number, z: number): Part {
  return { position: Float32Array.of(x, y, z), rotation: Float32Array.of(0, 0, 0, 1) };
}

export function createControl(): Control {
  return {
    yaw: 0,
    pitch: 0,
    moveX: 0,
    moveZ: 0,
    held: 0,
    tapped: 0,
    head: part(0, EYE_HEIGHT_M, 0),
    left: part(-0.25, 1.1, -0.3),
    right: part(0.25, 1.1, -0.3),
    posed: false,
  };
}

function buttonBits(actions: DeviceActions): number {
  return (
    (actions.jump ? Button.JUMP : 0) |
    (actions.sprint ? Button.SPRINT : 0) |
    (actions.gripLeft ? Button.GRIP_LEFT : 0) |
    (actions.gripRight ? Button.GRIP_RIGHT : 0)
  );
}

/**
 * Takes over moves and buttons. `heading` is the walking direction relative to `yaw`, radians: in
 * VR the head's, so that "ahead" is where one looks while poses stay in the steady rig frame.
 */
export function steer(control: Control, actions: DeviceActions, heading: number): void {
  const sin = Math.sin(heading);
  const cos = Math.cos(heading);
  control.moveX = actions.moveX * cos - actions.moveZ * sin;
  control.moveZ = actions.moveX * sin + actions.moveZ * cos;
  const held = buttonBits(actions);
  control.tapped |= held & ~control.held;
  control.held = held;
}

/** Turns the view of a flat player. */
export function look(control: Control, actions: DeviceActions): void {
  control.yaw += actions.turn;
  control.pitch = Math.max(-PITCH_MAX, Math.min(PITCH_MAX, control.pitch + actions.tilt));
}

/** Stops walking and lets go: focus was lost, the headset came off, a menu opened. */
export function rest(control: Control): void {
  control.moveX = 0;
  control.moveZ = 0;
  control.held = 0;
  control.tapped = 0;
}
