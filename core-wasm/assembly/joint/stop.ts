import { SUBSTEP_DT } from '../limits';
import { RIGID_BIAS_RATE, RIGID_IMPULSE_SCALE, RIGID_MASS_SCALE } from './solver-joint';

const INVERSE_SUBSTEP: f32 = 1.0 / SUBSTEP_DT;

/**
 * The impulse of a stop that is `room` away and comes nearer by −`speed`: it takes just the speed
 * that would pass it within the substep, and pushes back softly what has passed it.
 */
export function stopImpulse(room: f32, speed: f32, mass: f32, before: f32, useBias: bool): f32 {
  if (room > 0) return max<f32>(0, before - mass * (speed + room * INVERSE_SUBSTEP));
  if (!useBias) return max<f32>(0, before - mass * speed);
  const wanted = mass * RIGID_MASS_SCALE * (speed + room * RIGID_BIAS_RATE);
  return max<f32>(0, before - wanted - RIGID_IMPULSE_SCALE * before);
}
