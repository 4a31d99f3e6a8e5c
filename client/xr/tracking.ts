import { Euler, type Object3D, Quaternion } from 'three';
import type { Part } from '../input/control.ts';
import type { TrackedController } from './controllers.ts';
import type { TrackedHand } from './hands.ts';
import type { Rig } from './origin.ts';

/** The head in the tracking space. */
export interface TrackedHead {
  x: number;
  y: number;
  z: number;
  readonly rotation: Quaternion;
  /** Radians left of the rig's −z. */
  heading: number;
  /** Radians up. */
  pitch: number;
}

export function createTrackedHead(): TrackedHead {
  return { x: 0, y: 0, z: 0, rotation: new Quaternion(), heading: 0, pitch: 0 };
}

const euler = new Euler();

/**
 * Reads where the head is; false while it is not tracked. Three's XR camera stands at the left
 * eye, so the viewer pose is asked for itself.
 */
export function readHead(frame: XRFrame, space: XRReferenceSpace, head: TrackedHead): boolean {
  const viewer = frame.getViewerPose(space);
  if (!viewer) return false;
  const { position, orientation } = viewer.transform;
  head.x = position.x;
  head.y = position.y;
  head.z = position.z;
  head.rotation.set(orientation.x, orientation.y, orientation.z, orientation.w);
  euler.setFromQuaternion(head.rotation, 'YXZ');
  head.heading = euler.y;
  head.pitch = euler.x;
  return true;
}

export function writeHead(part: Part, rig: Rig, head: TrackedHead): void {
  writePart(part, rig, head.x, head.y, head.z, head.rotation);
}

/** Puts a hand where its controller or its bare palm is; a lost one stays where it was. */
export function writeHand(
  part: Part,
  rig: Rig,
  controller: TrackedController,
  hand: TrackedHand,
): void {
  const source = placeOf(controller, hand);
  if (source === null) return;
  const { x, y, z } = source.position;
  writePart(part, rig, x, y, z, source.quaternion);
}

function placeOf(controller: TrackedController, hand: TrackedHand): Object3D | null {
  const palm = hand.space?.joints['middle-finger-metacarpal'];
  if (palm?.visible) return palm;
  return controller.grip?.visible ? controller.grip : null;
}

/** Tracking space to the core's: about the foot, which stands under the rig's anchor. */
function writePart(
  part: Part,
  rig: Rig,
  x: number,
  y: number,
  z: number,
  rotation: Quaternion,
): void {
  part.position[0] = x - rig.anchorX;
  part.position[1] = y + rig.floorOffset;
  part.position[2] = z - rig.anchorZ;
  part.rotation[0] = rotation.x;
  part.rotation[1] = rotation.y;
  part.rotation[2] = rotation.z;
  part.rotation[3] = rotation.w;
}
