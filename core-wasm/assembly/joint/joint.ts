import { entityIndex } from '../body/body';
import { JOINT_BYTES, JOINTS } from '../layout';

export const enum JointKind {
  BALL = 0,
  HINGE = 1,
  DISTANCE = 2,
  WELD = 3,
}

export const enum JointFlag {
  /** The joined bodies meet each other. */
  COLLIDE = 1,
  /** A hinge keeps its angle between `lower` and `upper`. */
  LIMIT = 2,
  /** A hinge turns at `motorSpeed` as far as `motorTorque` can make it. */
  MOTOR = 4,
  ALL = 7,
}

/**
 * One joint, 160 bytes. Records are sorted by (index of A, index of B, index of the joint), which
 * is the order they are solved in; sorting by joint id alone was rejected, because the step would
 * have to sort again, and to know whether two bodies are joined is a search this way.
 */
@unmanaged
@final
export class Joint {
  /** generation << 16 | index; an id space of its own, given by the host. */
  id: u32;
  bodyA: u32;
  /** 0 is the world: its anchor and frame are in the region's axes. */
  bodyB: u32;
  kind: u8;
  flags: u8;
  reserved0: u16;
  anchorA: v128;
  anchorB: v128;
  /** Of a hinge z is the axis, and x of both frames coincide at angle 0. */
  frameA: v128;
  frameB: v128;
  /** Softness of a weld or of a distance's spring; 0 Hz is rigid, or no spring. */
  hertz: f32;
  damping: f32;
  /** Hinge: angles. Distance: lengths; equal ones are a rod. */
  lower: f32;
  upper: f32;
  /** Length of the spring at rest. */
  length: f32;
  motorSpeed: f32;
  motorTorque: f32;
  reserved1: u32;
  /** Of a substep, on B in world axes; of a distance only x is used: along the line from A to B. */
  linearImpulse: v128;
  /** Hinge: x and y along those axes of frame A. Weld: in world axes. */
  angularImpulse: v128;
  springImpulse: f32;
  motorImpulse: f32;
  lowerImpulse: f32;
  upperImpulse: f32;
}

assert(offsetof<Joint>() == JOINT_BYTES);

export function joint(index: i32): Joint {
  return changetype<Joint>(JOINTS + <usize>index * JOINT_BYTES);
}

/** Sorts the records. */
export function jointKey(j: Joint): u64 {
  return pairKey(j.bodyA, j.bodyB) | (j.id & 0xffff);
}

/** The least key that a joint of A and B can have. */
export function pairKey(idA: u32, idB: u32): u64 {
  return ((<u64>entityIndex(idA)) << 32) | ((<u64>entityIndex(idB)) << 16);
}

/** Forgets what a joint carries over to the next tick. */
export function calm(j: Joint): void {
  j.linearImpulse = f32x4.splat(0);
  j.angularImpulse = f32x4.splat(0);
  j.springImpulse = 0;
  j.motorImpulse = 0;
  j.lowerImpulse = 0;
  j.upperImpulse = 0;
}
