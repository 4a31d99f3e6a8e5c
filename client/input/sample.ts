import type { Intent, PartPose, Pose } from '../../core-wasm/host/types.ts';
import type { Control, Part } from './control.ts';
import { millimetres, moveUnits, pitchUnits, yawUnits } from './units.ts';

/**
 * What the player wants during the tick about to be simulated. A fresh value each time: the
 * prediction keeps it in its history, so a reused one would rewrite the past.
 */
export function sampleIntent(control: Control): Intent {
  const buttons = control.held | control.tapped;
  control.tapped = 0;
  return {
    moveX: moveUnits(control.moveX),
    moveZ: moveUnits(control.moveZ),
    yaw: yawUnits(control.yaw),
    pitch: pitchUnits(control.pitch),
    buttons,
  };
}

/** Head and hands for the frame about to be sent; null until they are known. */
export function samplePose(
  parts: Readonly<Pick<Control, 'posed' | 'head' | 'left' | 'right'>>,
): Pose | null {
  if (!parts.posed) return null;
  return {
    head: partPose(parts.head),
    left: partPose(parts.left),
    right: partPose(parts.right),
  };
}

function partPose({ position, rotation }: Part): PartPose {
  const [x = 0, y = 0, z = 0] = position;
  const [qx = 0, qy = 0, qz = 0, qw = 1] = rotation;
  return {
    position: [millimetres(x), millimetres(y), millimetres(z)],
    rotation: [qx, qy, qz, qw],
  };
}
