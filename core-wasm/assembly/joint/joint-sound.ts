import {
  HINGE_LIMIT_MAX_RAD,
  IMPULSE_MAX_NS,
  JOINT_ANCHOR_MAX_M,
  JOINT_LENGTH_MAX_M,
  JOINT_LENGTH_MIN_M,
  JOINT_PLACE_MAX_M,
  MOTOR_SPEED_MAX_RPS,
  MOTOR_TORQUE_MAX_NM,
  SPRING_DAMPING_RATIO_MAX,
  SPRING_HERTZ_MAX,
  SPRING_HERTZ_MIN,
} from '../limits';
import { isUnitQuat } from '../math/quat';
import { isWithin3, isWithin4, w3 } from '../math/vec3';
import { Joint, JointFlag, JointKind } from './joint';

/** What a command may make and a snapshot may hold. A field that the kind has no use for is 0. */

/** Everything but the ids and what the joint carries over. */
export function isJointSound(j: Joint): bool {
  if (<i32>j.kind > JointKind.WELD || <i32>j.flags > JointFlag.ALL) return false;
  if (j.reserved0 != 0 || j.reserved1 != 0) return false;
  if (j.bodyA == 0 || j.bodyA == j.bodyB) return false;
  if (!isUnitQuat(j.frameA) || !isUnitQuat(j.frameB)) return false;
  if (!isAnchor(j.anchorA, JOINT_ANCHOR_MAX_M)) return false;
  if (!isAnchor(j.anchorB, j.bodyB == 0 ? JOINT_PLACE_MAX_M : JOINT_ANCHOR_MAX_M)) return false;
  if (j.kind == JointKind.HINGE) return isHinge(j);
  if (j.motorSpeed != 0 || j.motorTorque != 0 || <i32>j.flags > JointFlag.COLLIDE) return false;
  if (j.kind == JointKind.DISTANCE) return isDistance(j);
  if (j.lower != 0 || j.upper != 0 || j.length != 0) return false;
  return j.kind == JointKind.WELD ? isSoftness(j) : isRigid(j);
}

/** Lane 3 of a vector is zero: equal joints have equal bytes. */
function isAnchor(anchor: v128, limit: f32): bool {
  return isWithin3(anchor, limit) && w3(anchor) == 0;
}

function isRigid(j: Joint): bool {
  return j.hertz == 0 && j.damping == 0;
}

function isSoftness(j: Joint): bool {
  if (j.hertz == 0) return isRigid(j);
  if (!(j.hertz >= SPRING_HERTZ_MIN && j.hertz <= SPRING_HERTZ_MAX)) return false;
  return j.damping >= 0 && j.damping <= SPRING_DAMPING_RATIO_MAX;
}

function isHinge(j: Joint): bool {
  if (!isRigid(j) || j.length != 0) return false;
  const isLimited = (j.flags & JointFlag.LIMIT) != 0;
  const range: f32 = isLimited ? HINGE_LIMIT_MAX_RAD : 0;
  if (!(j.lower >= -range && j.lower <= j.upper && j.upper <= range)) return false;
  const hasMotor = (j.flags & JointFlag.MOTOR) != 0;
  if (!(Mathf.abs(j.motorSpeed) <= (hasMotor ? MOTOR_SPEED_MAX_RPS : 0))) return false;
  return j.motorTorque >= 0 && j.motorTorque <= (hasMotor ? MOTOR_TORQUE_MAX_NM : 0);
}

/** A rod has no spring. Without a spring there is no length that it would come back to. */
function isDistance(j: Joint): bool {
  if (!(j.lower >= 0 && j.lower <= j.upper && j.upper <= JOINT_LENGTH_MAX_M)) return false;
  if (j.lower == j.upper && j.lower < JOINT_LENGTH_MIN_M) return false;
  if (j.hertz == 0 || j.lower == j.upper) return isRigid(j) && j.length == 0;
  return isSoftness(j) && j.length >= 0 && j.length <= JOINT_LENGTH_MAX_M;
}

/** What the joint carries over; false for NaN. */
export function areImpulsesSound(j: Joint): bool {
  const axial = v128.load(changetype<usize>(j), offsetof<Joint>('springImpulse'));
  return (
    isWithin4(j.linearImpulse, IMPULSE_MAX_NS) &&
    isWithin4(j.angularImpulse, IMPULSE_MAX_NS) &&
    isWithin4(axial, IMPULSE_MAX_NS)
  );
}
