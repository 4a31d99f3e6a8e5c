import { type Device, type DeviceActions, idleActions, mergeActions } from './actions.ts';
import { type Control, look, rest, steer } from './control.ts';
import { aim, createFlatHands, type FlatHands, reach } from './flat-hands.ts';
import type { Held } from './held.ts';
import type { Sight } from './sight.ts';

/** A player in front of a screen: every device at once, and hands that reach along the view. */
export interface FlatPlayer {
  readonly devices: readonly Device[];
  readonly actions: DeviceActions;
  readonly hands: FlatHands;
}

export function createFlatPlayer(devices: readonly Device[]): FlatPlayer {
  return { devices, actions: idleActions(), hands: createFlatHands() };
}

export function readFlatPlayer(
  player: FlatPlayer,
  control: Control,
  sight: Sight,
  held: Held,
  elapsedMs: number,
): void {
  for (const device of player.devices) device.read(elapsedMs);
  mergeActions(player.devices, player.actions);
  look(control, player.actions);
  aim(player.hands, sight, elapsedMs);
  reach(player.hands, control, player.actions, held, sight, elapsedMs);
  steer(control, player.actions, 0);
}

/** Lets everything go: the page lost focus, a menu opened, a headset was put on. */
export function releaseFlatPlayer(player: FlatPlayer, control: Control): void {
  for (const device of player.devices) device.release();
  rest(control);
}
