import { Group, type Object3D } from 'three';

/**
 * The tracking space's place in the world. A Group that moves, with the camera and the
 * controllers inside; an offset reference space would be cheaper to write but emulators and some
 * browsers ignore it.
 */
export interface Rig {
  readonly group: Group;
  /** Point of the tracking space that stands over the capsule's foot, m. */
  anchorX: number;
  anchorZ: number;
  /** Height of the tracking origin above the foot: 0 with a floor, else a standing eye's. */
  floorOffset: number;
}

export function createRig(parent: Object3D): Rig {
  const group = new Group();
  parent.add(group);
  return { group, anchorX: 0, anchorZ: 0, floorOffset: 0 };
}

/** Stands the player's head, at (headX, headZ) of the tracking space, over the capsule. */
export function centreRig(rig: Rig, headX: number, headZ: number): void {
  rig.anchorX = headX;
  rig.anchorZ = headZ;
}

/**
 * Keeps the head where it is in the world while the yaw grows by `turn` radians: the anchor
 * moves around the head by the opposite turn.
 */
export function turnAroundHead(rig: Rig, headX: number, headZ: number, turn: number): void {
  const x = headX - rig.anchorX;
  const z = headZ - rig.anchorZ;
  const sin = Math.sin(-turn);
  const cos = Math.cos(-turn);
  rig.anchorX = headX - (x * cos + z * sin);
  rig.anchorZ = headZ - (-x * sin + z * cos);
}

/** Puts the tracking space under the player: foot at `feet[footAt…]`, turned by `yaw` radians. */
export function placeRig(rig: Rig, feet: ArrayLike<number>, footAt: number, yaw: number): void {
  const sin = Math.sin(yaw);
  const cos = Math.cos(yaw);
  const { anchorX: x, anchorZ: z } = rig;
  rig.group.position.set(
    (feet[footAt] ?? 0) - (x * cos + z * sin),
    (feet[footAt + 1] ?? 0) + rig.floorOffset,
    (feet[footAt + 2] ?? 0) - (-x * sin + z * cos),
  );
  rig.group.rotation.y = yaw;
}
