import type { Ghost } from '../../core-wasm/host/ghost.ts';
import { type PlayerColumns, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';

/**
 * A ghost's pose as numbers that blend: place below the head at the foot's height (x y z, m), yaw,
 * height of the head, pitch, and both hands from that place in the player's own axes.
 */
export const POSE_SIZE = 12;
export const YAW = 3;
const HEAD = 4;
const PITCH = 5;
const LEFT = 6;
const RIGHT = 9;

const TURN = 2 * Math.PI;
const RADIANS_PER_UNIT = TURN / YAW_UNITS_PER_TURN;

/** How somebody stands who is too far for head and hands to be told. */
const STANDING = [1.65, 0, -0.25, 0.8, -0.1, 0.25, 0.8, -0.1] as const;
/** Shoulders beside and below the head: what an arm hangs from. */
const SHOULDER_X_M = 0.2;
const SHOULDER_BELOW_M = 0.3;

/** Writes the pose of a ghost as it was told. */
export function writeTold({ position, yaw, near }: Ghost, out: Float32Array, at: number): void {
  for (let axis = 0; axis < 3; axis++) out[at + axis] = position[axis] as number;
  out[at + YAW] = yaw;
  if (near === null) {
    out.set(STANDING, at + HEAD);
    return;
  }
  out[at + HEAD] = near.headHeight;
  out[at + PITCH] = near.pitch;
  out.set(near.left, at + LEFT);
  out.set(near.right, at + RIGHT);
}

/** Writes the pose that a player is drawn in. */
export function writeSeen(
  players: PlayerColumns,
  row: number,
  out: Float32Array,
  at: number,
): void {
  const { feet, heads } = players;
  const yaw = (players.yaws[row] as number) * RADIANS_PER_UNIT;
  out[at] = heads[row * 7] as number;
  out[at + 1] = feet[row * 3 + 1] as number;
  out[at + 2] = heads[row * 7 + 2] as number;
  out[at + YAW] = yaw;
  out[at + HEAD] = (heads[row * 7 + 1] as number) - (feet[row * 3 + 1] as number);
  out[at + PITCH] = (players.pitches[row] as number) * RADIANS_PER_UNIT;
  writeHand(players.lefts, row, yaw, out, at, LEFT);
  writeHand(players.rights, row, yaw, out, at, RIGHT);
}

function writeHand(
  hands: Float32Array,
  row: number,
  yaw: number,
  out: Float32Array,
  at: number,
  part: number,
): void {
  const x = (hands[row * 7] as number) - (out[at] as number);
  const z = (hands[row * 7 + 2] as number) - (out[at + 2] as number);
  const sin = Math.sin(yaw);
  const cos = Math.cos(yaw);
  out[at + part] = x * cos - z * sin;
  out[at + part + 1] = (hands[row * 7 + 1] as number) - (out[at + 1] as number);
  out[at + part + 2] = x * sin + z * cos;
}

/** The shorter way from one angle to another, −π…π. */
export function turnFrom(from: number, to: number): number {
  const turns = (to - from) / TURN;
  return (turns - Math.round(turns)) * TURN;
}

/** Stands a row of columns as the pose says. */
export function writeRow(pose: Float32Array, out: PlayerColumns, row: number): void {
  const yaw = pose[YAW] as number;
  out.yaws[row] = Math.round(yaw / RADIANS_PER_UNIT);
  for (let axis = 0; axis < 3; axis++) {
    out.feet[row * 3 + axis] = pose[axis] as number;
    out.heads[row * 7 + axis] = pose[axis] as number;
  }
  out.heads[row * 7 + 1] = (pose[1] as number) + (pose[HEAD] as number);
  writeRotation(yaw, pose[PITCH] as number, out.heads, row * 7 + 3);
  putHand(pose, LEFT, -SHOULDER_X_M, out.lefts, row);
  putHand(pose, RIGHT, SHOULDER_X_M, out.rights, row);
}

/** Fingers go on where the arm points: how a hand is turned is not told. */
function putHand(
  pose: Float32Array,
  part: number,
  shoulderX: number,
  out: Float32Array,
  row: number,
): void {
  const yaw = pose[YAW] as number;
  const x = pose[part] as number;
  const y = pose[part + 1] as number;
  const z = pose[part + 2] as number;
  const sin = Math.sin(yaw);
  const cos = Math.cos(yaw);
  out[row * 7] = (pose[0] as number) + x * cos + z * sin;
  out[row * 7 + 1] = (pose[1] as number) + y;
  out[row * 7 + 2] = (pose[2] as number) - x * sin + z * cos;
  const armX = x - shoulderX;
  const armY = y - (pose[HEAD] as number) + SHOULDER_BELOW_M;
  const ahead = Math.atan2(-armX, Math.max(0.05, -z));
  const up = Math.atan2(armY, Math.hypot(armX, z));
  writeRotation(yaw + ahead, up, out, row * 7 + 3);
}

/** A turn about y, and before it one about x. */
function writeRotation(yaw: number, pitch: number, out: Float32Array, at: number): void {
  const sinYaw = Math.sin(yaw / 2);
  const cosYaw = Math.cos(yaw / 2);
  const sinPitch = Math.sin(pitch / 2);
  const cosPitch = Math.cos(pitch / 2);
  out[at] = cosYaw * sinPitch;
  out[at + 1] = sinYaw * cosPitch;
  out[at + 2] = -sinYaw * sinPitch;
  out[at + 3] = cosYaw * cosPitch;
}
