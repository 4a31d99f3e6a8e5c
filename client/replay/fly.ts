import type { PlayerColumns } from '../../core-wasm/host/types.ts';
import type { DeviceActions } from '../input/actions.ts';
import { type Control, EYE_HEIGHT_M } from '../input/control.ts';
import { rowOfPlayer } from '../input/held.ts';

const SPEED_M_PER_MS = 0.006;
const SPRINT_FACTOR = 5;
/** In a headset: a walk, which no stomach minds. */
const VR_SPEED_M_PER_MS = 0.0025;
/** From behind whom is followed, so that both he and what he looks at are seen. */
const FOLLOW_M = 3.2;
const FOLLOW_UP_M = 0.35;
const REGION_HALF_M = 300;
const HEIGHT_MAX_M = 400;

/** A point of view that belongs to nobody in the world. */
export interface Camera {
  /** The foot under the eye, m: what a rig stands on. */
  readonly foot: Float32Array;
  /** Entity that it follows, 0 for nobody. */
  follows: number;
}

export function createCamera(): Camera {
  return { foot: Float32Array.of(0, 20, 30), follows: 0 };
}

/** Moves along the view: up and down by the jump and the grips. */
export function fly(
  camera: Camera,
  control: Pick<Control, 'yaw' | 'pitch'>,
  actions: DeviceActions,
  elapsedMs: number,
): void {
  const way = SPEED_M_PER_MS * (actions.sprint ? SPRINT_FACTOR : 1) * elapsedMs;
  const ahead = actions.moveZ * way;
  const aside = actions.moveX * way;
  const climb = Number(actions.jump || actions.gripRight) - Number(actions.gripLeft);
  const level = Math.cos(control.pitch) * ahead;
  const [sin, cos] = [Math.sin(control.yaw), Math.cos(control.yaw)];
  move(
    camera,
    -sin * level + cos * aside,
    Math.sin(control.pitch) * ahead + climb * way,
    -cos * level - sin * aside,
  );
}

/** The same in a headset: level, at a walk, and up only by a button. */
export function flyInVr(camera: Camera, control: Control, climb: number, elapsedMs: number): void {
  const way = VR_SPEED_M_PER_MS * elapsedMs;
  const [sin, cos] = [Math.sin(control.yaw), Math.cos(control.yaw)];
  const { moveX, moveZ } = control;
  move(camera, (-sin * moveZ + cos * moveX) * way, climb * way, (-cos * moveZ - sin * moveX) * way);
}

/** Stands behind whom it follows; false, and nothing moved, when he is not in the world. */
export function follow(
  camera: Camera,
  control: Pick<Control, 'yaw' | 'pitch'>,
  players: PlayerColumns,
): boolean {
  const row = camera.follows === 0 ? -1 : rowOfPlayer(players, camera.follows);
  if (row < 0) return false;
  const head = row * 7;
  const level = Math.cos(control.pitch) * FOLLOW_M;
  const { foot } = camera;
  foot[0] = (players.heads[head] as number) + Math.sin(control.yaw) * level;
  foot[1] =
    (players.heads[head + 1] as number) -
    Math.sin(control.pitch) * FOLLOW_M +
    FOLLOW_UP_M -
    EYE_HEIGHT_M;
  foot[2] = (players.heads[head + 2] as number) + Math.cos(control.yaw) * level;
  return true;
}

function move({ foot }: Camera, x: number, y: number, z: number): void {
  foot[0] = clamp((foot[0] as number) + x, REGION_HALF_M);
  foot[1] = clamp((foot[1] as number) + y, HEIGHT_MAX_M);
  foot[2] = clamp((foot[2] as number) + z, REGION_HALF_M);
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
