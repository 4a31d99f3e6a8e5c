import type { DefinitionFrame } from './types.ts';

/**
 * Between the pose of a body and that of the mesh that its definition was made of. A renderer turns
 * body poses into mesh poses; a builder turns the pose that he wants the mesh at into a spawn.
 */

type Vec3 = readonly [number, number, number];
type Rotation = readonly [number, number, number, number];

/** A place in metres and a unit quaternion x, y, z, w. */
export interface Pose3 {
  readonly position: [number, number, number];
  readonly rotation: [number, number, number, number];
}

/** Where the mesh stands whose body stands at `position`, `rotation`. */
export function meshPose(frame: DefinitionFrame, position: Vec3, rotation: Rotation): Pose3 {
  const turn = multiply(rotation, conjugate(frame.rotation));
  const [x, y, z] = rotate(turn, frame.centre);
  return { position: [position[0] - x, position[1] - y, position[2] - z], rotation: turn };
}

/** Where the body must be spawned whose mesh is to stand at `position`, `rotation`. */
export function bodyPose(frame: DefinitionFrame, position: Vec3, rotation: Rotation): Pose3 {
  const [x, y, z] = rotate(rotation, frame.centre);
  return {
    position: [position[0] + x, position[1] + y, position[2] + z],
    rotation: multiply(rotation, frame.rotation),
  };
}

function conjugate(q: Rotation): Rotation {
  return [-q[0], -q[1], -q[2], q[3]];
}

function multiply(a: Rotation, b: Rotation): [number, number, number, number] {
  return [
    a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
    a[3] * b[1] + a[1] * b[3] + a[2] * b[0] - a[0] * b[2],
    a[3] * b[2] + a[2] * b[3] + a[0] * b[1] - a[1] * b[0],
    a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
  ];
}

/** v turned by q. */
function rotate(q: Rotation, v: Vec3): [number, number, number] {
  const [x, y, z, w] = q;
  const tx = 2 * (y * v[2] - z * v[1]);
  const ty = 2 * (z * v[0] - x * v[2]);
  const tz = 2 * (x * v[1] - y * v[0]);
  return [
    v[0] + w * tx + y * tz - z * ty,
    v[1] + w * ty + z * tx - x * tz,
    v[2] + w * tz + x * ty - y * tx,
  ];
}
