import type { WebGLRenderer } from 'three';
import { type DeviceActions, idleActions, mergeActions } from '../input/actions.ts';
import { type Control, EYE_HEIGHT_M, rest, steer } from '../input/control.ts';
import type { Held } from '../input/held.ts';
import type { Settings } from '../input/settings.ts';
import {
  createSteadyParts,
  HEADING_SLACK_RAD,
  holdAngle,
  type SteadyParts,
} from '../input/steady.ts';
import { openXrControllers, type XrControllers } from './controllers.ts';
import { openXrHands, type XrHands } from './hands.ts';
import { centreRig, type Rig, turnAroundHead } from './origin.ts';
import { isAttentive, type VrSession } from './session.ts';
import { createTrackedHead, readHead, type TrackedHead, writeHand, writeHead } from './tracking.ts';

/** A player who wears a headset: what is tracked, and what both kinds of hands do. */
export interface VrPlayer {
  readonly renderer: WebGLRenderer;
  readonly rig: Rig;
  readonly controllers: XrControllers;
  readonly hands: XrHands;
  readonly devices: readonly [XrControllers, XrHands];
  readonly actions: DeviceActions;
  readonly head: TrackedHead;
  /** Head and hands as they are sent. */
  readonly sent: SteadyParts;
  /** Walking direction, radians left of the rig's −z. */
  heading: number;
  running: VrSession | null;
  /** The tracking origin is new or moved: stand the head over the capsule at the next frame. */
  recentre: boolean;
}

/** Call once, before any session starts. */
export function createVrPlayer(
  renderer: WebGLRenderer,
  rig: Rig,
  settings: Settings,
  held: Held,
): VrPlayer {
  const controllers = openXrControllers(renderer, rig.group, settings);
  const hands = openXrHands(renderer, rig.group, settings, held);
  return {
    renderer,
    rig,
    controllers,
    hands,
    devices: [controllers, hands],
    actions: idleActions(),
    head: createTrackedHead(),
    sent: createSteadyParts(),
    heading: 0,
    running: null,
    recentre: true,
  };
}

/** The headset was put on. The view keeps the yaw that the player had on the flat screen. */
export function beginVr(player: VrPlayer, running: VrSession): void {
  player.running = running;
  player.recentre = true;
  player.rig.floorOffset = running.hasFloor ? 0 : EYE_HEIGHT_M;
  player.renderer.xr.getReferenceSpace()?.addEventListener('reset', () => {
    player.recentre = true;
  });
}

/** The headset was taken off: back to a rig that is the player's foot. */
export function endVr(player: VrPlayer, control: Control): void {
  player.running = null;
  player.rig.floorOffset = 0;
  centreRig(player.rig, 0, 0);
  releaseVr(player);
  rest(control);
}

/** Reads everything tracked into `control`; true when the player snapped to another yaw. */
export function readVrPlayer(
  player: VrPlayer,
  control: Control,
  frame: XRFrame,
  elapsedMs: number,
  settings: Settings,
): boolean {
  const { rig, head, controllers, hands, actions, running } = player;
  const space = player.renderer.xr.getReferenceSpace();
  if (running === null || space === null || !readHead(frame, space, head)) return false;
  if (player.recentre) {
    centreRig(rig, head.x, head.z);
    player.recentre = false;
  }
  if (!isAttentive(running.session)) {
    releaseVr(player);
    rest(control);
    writeHead(control.head, rig, head);
    return false;
  }
  for (const device of player.devices) device.read(elapsedMs);
  mergeActions(player.devices, actions);
  if (actions.turn !== 0) {
    control.yaw += actions.turn;
    turnAroundHead(rig, head.x, head.z, actions.turn);
  }
  player.heading = holdAngle(player.heading, head.heading, HEADING_SLACK_RAD);
  steer(control, actions, player.heading);
  control.pitch = holdAngle(control.pitch, head.pitch, HEADING_SLACK_RAD);
  writeHead(control.head, rig, head);
  writeHand(control.left, rig, controllers.left, hands.left);
  writeHand(control.right, rig, controllers.right, hands.right);
  control.posed = true;
  return actions.turn !== 0 && settings.turn === 'snap';
}

function releaseVr(player: VrPlayer): void {
  for (const device of player.devices) device.release();
}

export function disposeVrPlayer(player: VrPlayer): void {
  for (const device of player.devices) device.dispose();
  void player.running?.session.end().catch(() => {});
}
