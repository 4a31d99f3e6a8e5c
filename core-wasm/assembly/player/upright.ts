import { Body } from '../body/body';
import { PLAYER_HALF_HEIGHT_M, PLAYER_TURN_RPS, TICK_DT } from '../limits';
import { axisY, dotQuat, mulQuat, nlerp, normalizeQuat, quat, yawQuat } from '../math/quat';
import { addScaled3, x3, y3, z3 } from '../math/vec3';

/**
 * The shortest turn that takes +y to the unit vector `up`. A function of `up` alone, so that two
 * players in one gravity share the direction that a yaw of 0 looks in.
 */
export function uprightQuat(up: v128): v128 {
  // Upside down every axis is as short; about x, so that left stays left.
  if (y3(up) < -0.9999) return quat(1, 0, 0, 0);
  return normalizeQuat(quat(z3(up), 0, -x3(up), 1.0 + y3(up)));
}

/** Turns a walker upright as fast as a gravity that changed lets him; then he stays exactly so. */
export function turnUpright(b: Body, wanted: v128): void {
  const cosine = min<f32>(1.0, Mathf.abs(dotQuat(b.rotation, wanted)));
  // Half the angle's sine is near enough to half the angle until it is large, where no one counts.
  const half = Mathf.sqrt(1.0 - cosine * cosine);
  const step: f32 = 0.5 * PLAYER_TURN_RPS * TICK_DT;
  b.rotation = half <= step ? wanted : nlerp(b.rotation, wanted, step / half);
}

/** Axes of a walker who looks along `yaw`: +x right, +y up, −z ahead. */
export function facing(b: Body, yaw: u32): v128 {
  return mulQuat(b.rotation, yawQuat(yaw));
}

/** The lowest point of a walker's capsule. */
export function footOf(b: Body): v128 {
  return addScaled3(b.position, axisY(b.rotation), -PLAYER_HALF_HEIGHT_M);
}
