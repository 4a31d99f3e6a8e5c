import { Joint, JointFlag } from '../joint/joint';
import { isJointSound } from '../joint/joint-sound';
import { addJoint, removeJoint } from '../joint/joint-store';
import { JOINT_BYTES } from '../layout';
import { normalizeQuat } from '../math/quat';
import { isOverrun, readF32, readU8, readU32, readVec3, WireFault } from './reader';

/**
 *   ADD_JOINT     id u32, kind u8, flags u8, A u32, B u32, anchor A, anchor B, frame A, frame B,
 *                 hertz, damping, lower, upper, length, motor speed, motor torque f32     103 bytes
 *   REMOVE_JOINT  id u32
 *
 * One form for all kinds: what a kind has no use for is 0, or else the frame is refused.
 */

/** The joint that is being read. */
const RECORD: usize = memory.data(JOINT_BYTES, 16);

function readQuat(): v128 {
  return f32x4.replace_lane(readVec3(), 3, readF32());
}

export function readAddJoint(apply: bool): WireFault {
  memory.fill(RECORD, 0, JOINT_BYTES);
  const j = changetype<Joint>(RECORD);
  j.id = readU32();
  const kind = readU8();
  const flags = readU8();
  j.kind = <u8>kind;
  j.flags = <u8>flags;
  j.bodyA = readU32();
  j.bodyB = readU32();
  j.anchorA = readVec3();
  j.anchorB = readVec3();
  j.frameA = readQuat();
  j.frameB = readQuat();
  j.hertz = readF32();
  j.damping = readF32();
  j.lower = readF32();
  j.upper = readF32();
  j.length = readF32();
  j.motorSpeed = readF32();
  j.motorTorque = readF32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (<i32>flags > JointFlag.ALL || !isJointSound(j)) return WireFault.OUT_OF_RANGE;
  if (!apply) return WireFault.NONE;
  j.frameA = normalizeQuat(j.frameA);
  j.frameB = normalizeQuat(j.frameB);
  addJoint(j);
  return WireFault.NONE;
}

export function readRemoveJoint(apply: bool): WireFault {
  const id = readU32();
  if (isOverrun()) return WireFault.TRUNCATED;
  if (apply) removeJoint(id);
  return WireFault.NONE;
}
