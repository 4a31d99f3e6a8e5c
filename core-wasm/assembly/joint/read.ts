import { body } from '../body/body';
import { FIELDS } from '../layout';
import { SUBSTEP_DT } from '../limits';
import { axisX, axisY, axisZ, mulQuat, rotate } from '../math/quat';
import { add3, dot3, length3, normalizeOr3, scale3, sub3, vec3 } from '../math/vec3';
import { distanceThrust } from './distance';
import { hingeTwist } from './hinge';
import { JointKind, joint } from './joint';
import { jointSlot } from './joint-store';

const RATE: f32 = 1.0 / SUBSTEP_DT;

/**
 * Puts what a joint does into FIELDS: force (N) and torque (N·m) on B in world axes as they were
 * in the last substep, the anchors on A and B in the world, and the angle of a hinge (radians) or
 * the length of a distance (metres).
 */
export function exposeJoint(index: i32): void {
  const j = joint(index);
  const a = body(jointSlot(index, false));
  const slotB = jointSlot(index, true);
  const placeA = add3(a.position, rotate(a.rotation, j.anchorA));
  let placeB = j.anchorB;
  let frameB = j.frameB;
  if (slotB >= 0) {
    const b = body(slotB);
    placeB = add3(b.position, rotate(b.rotation, j.anchorB));
    frameB = mulQuat(b.rotation, j.frameB);
  }
  let force = j.linearImpulse;
  let torque = j.angularImpulse;
  let reading: f32 = 0;
  if (j.kind == JointKind.DISTANCE) {
    const between = sub3(placeB, placeA);
    reading = length3(between);
    force = scale3(normalizeOr3(between, vec3(0, 1, 0)), distanceThrust(j));
  } else if (j.kind == JointKind.HINGE) {
    const frameA = mulQuat(a.rotation, j.frameA);
    const x = axisX(frameB);
    reading = Mathf.atan2(dot3(x, axisY(frameA)), dot3(x, axisX(frameA)));
    torque = hingeTwist(j, axisX(frameA), axisY(frameA), axisZ(frameA));
  }
  v128.store(FIELDS, scale3(force, RATE));
  v128.store(FIELDS, scale3(torque, RATE), 12);
  v128.store(FIELDS, placeA, 24);
  v128.store(FIELDS, placeB, 36);
  store<f32>(FIELDS, reading, 48);
}
