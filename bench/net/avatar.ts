import type { Intent, PartPose, Pose } from '../../core-wasm/host/types.ts';

/**
 * What a VR player says and what is said of him, bit-packed as well as fixed widths allow: 1 mm,
 * and of a rotation its three smallest components with ten bits each. The peer gets this instead
 * of numbers of its own format, which would be half as much again.
 */

/** Of each part: 3 × 12 bits of position, 2 + 3 × 10 bits of rotation. */
const POSITION_BITS = 12;
const COMPONENT_BITS = 10;
/** Fills the last byte, and tells apart poses that look alike. */
export const SEQUENCE_BITS = 4;
/** Head, two hands, sequence. */
export const POSE_BYTES = 26;
const INTENT_BYTES = 5;
/** Intents of three ticks, then the pose. */
export const INPUT_BYTES = 3 * INTENT_BYTES + POSE_BYTES;
/** x and z with 24 bits, y and yaw with 16, then the pose. */
export const AVATAR_BYTES = 10 + POSE_BYTES;

/** Within two metres of the foot. */
const POSITION_STEPS = 2 ** POSITION_BITS;
const COMPONENT_MAX = Math.SQRT1_2;
const COMPONENT_STEPS = 2 ** COMPONENT_BITS - 1;

/** Where a body stands and looks: millimetres, and turns of 1/65536. */
export interface Stance {
  xMm: number;
  yMm: number;
  zMm: number;
  yaw: number;
}

/** An input for one frame; `sequence` counts frames, its lowest bits are kept. */
export function packInput(
  intents: readonly [Intent, Intent, Intent],
  pose: Pose,
  sequence: number,
): Uint8Array {
  const bytes = new Uint8Array(INPUT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { moveX, moveZ, yaw, buttons }] of intents.entries()) {
    const at = i * INTENT_BYTES;
    view.setInt8(at, moveX);
    view.setInt8(at + 1, moveZ);
    view.setUint16(at + 2, yaw, true);
    view.setUint8(at + 4, buttons);
  }
  packPose(bytes.subarray(3 * INTENT_BYTES), pose, sequence);
  return bytes;
}

/** Calls `step` with each tick of a packed input. */
export function eachIntent(
  input: Uint8Array,
  step: (moveX: number, moveZ: number, yaw: number, buttons: number) => void,
): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  for (let at = 0; at < 3 * INTENT_BYTES; at += INTENT_BYTES) {
    const yaw = view.getUint16(at + 2, true);
    step(view.getInt8(at), view.getInt8(at + 1), yaw, view.getUint8(at + 4));
  }
}

/** The pose in a packed input. */
export function poseOf(input: Uint8Array): Uint8Array {
  return input.subarray(3 * INTENT_BYTES, INPUT_BYTES);
}

export function packAvatar(stance: Stance, pose: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(AVATAR_BYTES);
  const bits = { bytes, at: 0 };
  write(bits, stance.xMm & 0xff_ffff, 24);
  write(bits, stance.zMm & 0xff_ffff, 24);
  write(bits, stance.yMm & 0xffff, 16);
  write(bits, stance.yaw & 0xffff, 16);
  bytes.set(pose, AVATAR_BYTES - POSE_BYTES);
  return bytes;
}

/** The pose in a packed avatar: just the bytes that its player sent. */
export function poseOfAvatar(avatar: Uint8Array): Uint8Array {
  return avatar.subarray(AVATAR_BYTES - POSE_BYTES);
}

function packPose(bytes: Uint8Array, { head, left, right }: Pose, sequence: number): void {
  const bits = { bytes, at: 0 };
  for (const part of [head, left, right]) packPart(bits, part);
  write(bits, sequence & (2 ** SEQUENCE_BITS - 1), SEQUENCE_BITS);
}

interface Bits {
  readonly bytes: Uint8Array;
  at: number;
}

function packPart(bits: Bits, { position, rotation }: PartPose): void {
  for (const mm of position) {
    const steps = mm + POSITION_STEPS / 2;
    write(bits, Math.max(0, Math.min(POSITION_STEPS - 1, steps)), POSITION_BITS);
  }
  let largest = 0;
  for (let i = 1; i < 4; i++) if (absolute(rotation, i) > absolute(rotation, largest)) largest = i;
  write(bits, largest, 2);
  // q and −q turn alike: with the largest made positive its sign need not be told.
  const sign = (rotation[largest] as number) < 0 ? -1 : 1;
  for (let i = 0; i < 4; i++) {
    if (i === largest) continue;
    const share = ((rotation[i] as number) * sign) / COMPONENT_MAX;
    write(bits, Math.round(((share + 1) / 2) * COMPONENT_STEPS), COMPONENT_BITS);
  }
}

function absolute(rotation: PartPose['rotation'], i: number): number {
  return Math.abs(rotation[i] as number);
}

/** Lowest bit first. */
function write(bits: Bits, value: number, count: number): void {
  let left = count;
  let rest = value;
  while (left > 0) {
    const byte = bits.at >> 3;
    const within = bits.at & 7;
    const some = Math.min(8 - within, left);
    const mask = (1 << some) - 1;
    bits.bytes[byte] = (bits.bytes[byte] as number) | ((rest & mask) << within);
    rest >>>= some;
    bits.at += some;
    left -= some;
  }
}
