import { SUBSTEP_DT } from '../limits';

/**
 * A constraint as a damped spring solved implicitly (Catto, "Soft Constraints", GDC 2011, and
 * "Solver2D", 2024): with ω = 2π·hertz, ζ the damping ratio and h the substep,
 *   biasRate = ω / (2ζ + hω),  massScale = hω(2ζ + hω) / (1 + hω(2ζ + hω)),
 *   impulseScale = 1 / (1 + hω(2ζ + hω)).
 * The impulse is −massScale·m·(v + biasRate·s) − impulseScale·(what was applied so far).
 */

export function biasRate(hertz: f32, damping: f32): f32 {
  const omega = <f32>(2.0 * Math.PI) * hertz;
  return omega / (2.0 * damping + SUBSTEP_DT * omega);
}

export function massScale(hertz: f32, damping: f32): f32 {
  const a = stiffness(hertz, damping);
  return a / (1.0 + a);
}

export function impulseScale(hertz: f32, damping: f32): f32 {
  return 1.0 / (1.0 + stiffness(hertz, damping));
}

/**
 * The damping ratio to give a spring that is to lose as much as one of ratio `damping`: an implicit
 * step loses hω/2 by itself. What is left over is never negative, so nothing feeds itself.
 */
export function springDamping(hertz: f32, damping: f32): f32 {
  return max<f32>(0, damping - SUBSTEP_DT * <f32>Math.PI * hertz);
}

function stiffness(hertz: f32, damping: f32): f32 {
  const step = SUBSTEP_DT * <f32>(2.0 * Math.PI) * hertz;
  return step * (2.0 * damping + step);
}
