import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';

/** Joints as they cross the facade. Metres, radians, newtons, seconds. */

export const JointKind = { BALL: 0, HINGE: 1, DISTANCE: 2, WELD: 3 } as const;
export type JointKind = (typeof JointKind)[keyof typeof JointKind];

type Vector = readonly [x: number, y: number, z: number];
type Quaternion = readonly [x: number, y: number, z: number, w: number];

export interface Ends {
  /** An id of the joints' own space, from `Core.nextJoint`. */
  readonly joint: number;
  /** A body or player; hands hold by gripping. */
  readonly a: number;
  /** The same, or 0 for the world, whose anchor and frame are in the region's axes. */
  readonly b: number;
  /** In the body's own axes, at most 128 m from its centre (for the world 1000 m). */
  readonly anchorA: Vector;
  readonly anchorB: Vector;
  /** Whether the joined bodies meet each other; they do not unless told. */
  readonly collide?: boolean;
}

export interface Frames {
  /** Unit quaternions in the bodies' own axes; none is no turn. */
  readonly frameA?: Quaternion;
  readonly frameB?: Quaternion;
}

/** Keeps the anchors together. */
export interface BallJoint extends Ends {
  readonly kind: typeof JointKind.BALL;
}

/** Keeps the anchors together and z of both frames parallel; at angle 0 their x coincide. */
export interface HingeJoint extends Ends, Frames {
  readonly kind: typeof JointKind.HINGE;
  /** Radians, −3.1 ≤ lower ≤ upper ≤ 3.1: the turn of B against A about z. */
  readonly limits?: { readonly lower: number; readonly upper: number };
  /** rad/s, −60 … 60, of B against A; N·m, 0 … 10⁷. A brake has speed 0. */
  readonly motor?: { readonly speed: number; readonly maxTorque: number };
}

/** Keeps the anchors at a distance: a rod (`min` = `max` ≥ 0.01), a rope (`max`), a spring. */
export interface DistanceJoint extends Ends {
  readonly kind: typeof JointKind.DISTANCE;
  /** 0 unless given. */
  readonly min?: number;
  /** None (1000) unless given. */
  readonly max?: number;
  /** Length at rest; 0.01 … 60 Hz of the joined masses alone; damping ratio 0 … 100. */
  readonly spring?: {
    readonly length: number;
    readonly hertz: number;
    readonly dampingRatio: number;
  };
}

/** Keeps the anchors together and the frames turned alike; with a spring it bends. */
export interface WeldJoint extends Ends, Frames {
  readonly kind: typeof JointKind.WELD;
  readonly spring?: { readonly hertz: number; readonly dampingRatio: number };
}

export type AddJoint = BallJoint | HingeJoint | DistanceJoint | WeldJoint;

/** Columns refilled by `Core.readJoints`; joints come by (index of A, index of B, joint). */
export interface JointColumns {
  count: number;
  /** Grows when needed, never shrinks. */
  ids: Uint32Array;
  kinds: Uint8Array;
  /** Entities, 2 a joint: A, then B, which is 0 for the world. */
  bodies: Uint32Array;
  /** 3 a joint: what B felt in the last substep, N; A felt the opposite. */
  forces: Float32Array;
  /** 3 a joint, N·m. */
  torques: Float32Array;
  /** 6 a joint: the anchor on A in the world, then that on B. */
  anchors: Float32Array;
  /** Angle of a hinge, length of a distance, else 0. */
  readings: Float32Array;
}

export function emptyJoints(): JointColumns {
  return {
    count: 0,
    ids: new Uint32Array(0),
    kinds: new Uint8Array(0),
    bodies: new Uint32Array(0),
    forces: new Float32Array(0),
    torques: new Float32Array(0),
    anchors: new Float32Array(0),
    readings: new Float32Array(0),
  };
}

function growJoints(columns: JointColumns, count: number): void {
  if (columns.ids.length >= count) return;
  const capacity = Math.max(16, 2 ** Math.ceil(Math.log2(count)));
  columns.ids = new Uint32Array(capacity);
  columns.kinds = new Uint8Array(capacity);
  columns.bodies = new Uint32Array(capacity * 2);
  columns.forces = new Float32Array(capacity * 3);
  columns.torques = new Float32Array(capacity * 3);
  columns.anchors = new Float32Array(capacity * 6);
  columns.readings = new Float32Array(capacity);
}

// Words and bytes of a record; `assembly/joint/joint.ts` has the rest.
const JOINT_BODY_A = 1;
const JOINT_KIND_BYTE = 12;

export function readJoints(abi: Abi, memory: Memory, count: number, into: JointColumns): void {
  const { u32, f32, bytes, field } = memory;
  growJoints(into, count);
  into.count = count;
  for (let i = 0; i < count; i++) {
    const at = (abi.jointsAddress.value + i * abi.jointBytes.value) >>> 2;
    into.ids[i] = u32[at] as number;
    into.kinds[i] = bytes[at * 4 + JOINT_KIND_BYTE] as number;
    into.bodies[i * 2] = u32[at + JOINT_BODY_A] as number;
    into.bodies[i * 2 + 1] = u32[at + JOINT_BODY_A + 1] as number;
    abi.jointExpose(i);
    for (let k = 0; k < 3; k++) {
      into.forces[i * 3 + k] = f32[field + k] as number;
      into.torques[i * 3 + k] = f32[field + 3 + k] as number;
    }
    for (let k = 0; k < 6; k++) into.anchors[i * 6 + k] = f32[field + 6 + k] as number;
    into.readings[i] = f32[field + 12] as number;
  }
}

const COLLIDE = 1;
const LIMIT = 2;
const MOTOR = 4;
const LENGTH_MAX_M = 1000;
const NO_TURN: Quaternion = [0, 0, 0, 1];

/** The command's fields; ranges are checked by the core. */
export function putJoint({ u32, f32, field }: Memory, j: AddJoint): void {
  const { flags, frames, numbers } = partsOf(j);
  u32[field] = j.joint;
  u32[field + 1] = j.kind;
  u32[field + 2] = flags | (j.collide === true ? COLLIDE : 0);
  u32[field + 3] = j.a;
  u32[field + 4] = j.b;
  f32.set(j.anchorA, field + 5);
  f32.set(j.anchorB, field + 8);
  f32.set(frames.frameA ?? NO_TURN, field + 11);
  f32.set(frames.frameB ?? NO_TURN, field + 15);
  f32.set(numbers, field + 19);
}

type Numbers = readonly [
  hertz: number,
  damping: number,
  lower: number,
  upper: number,
  length: number,
  motorSpeed: number,
  motorTorque: number,
];

/** What is not common to all kinds. */
function partsOf(j: AddJoint): { flags: number; frames: Frames; numbers: Numbers } {
  switch (j.kind) {
    case JointKind.HINGE: {
      const { lower, upper } = j.limits ?? { lower: 0, upper: 0 };
      const { speed, maxTorque } = j.motor ?? { speed: 0, maxTorque: 0 };
      const flags = (j.limits ? LIMIT : 0) | (j.motor ? MOTOR : 0);
      return { flags, frames: j, numbers: [0, 0, lower, upper, 0, speed, maxTorque] };
    }
    case JointKind.DISTANCE: {
      const { length, hertz, dampingRatio } = j.spring ?? { length: 0, hertz: 0, dampingRatio: 0 };
      const [min, max] = [j.min ?? 0, j.max ?? LENGTH_MAX_M];
      return { flags: 0, frames: {}, numbers: [hertz, dampingRatio, min, max, length, 0, 0] };
    }
    case JointKind.WELD: {
      const { hertz, dampingRatio } = j.spring ?? { hertz: 0, dampingRatio: 0 };
      return { flags: 0, frames: j, numbers: [hertz, dampingRatio, 0, 0, 0, 0, 0] };
    }
    default:
      return { flags: 0, frames: {}, numbers: [0, 0, 0, 0, 0, 0, 0] };
  }
}
