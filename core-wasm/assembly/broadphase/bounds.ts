import { Body, body, Shape } from '../body/body';
import { isActive } from '../island/active';
import { BOUNDS } from '../layout';
import { SPECULATIVE_MARGIN_M, STEP_MAX_M, TICK_DT } from '../limits';
import { axisX, axisY, axisZ } from '../math/quat';
import { abs3, add3, scale3, sub3, vec3, x3, y3, z3 } from '../math/vec3';
import { bodySlot } from '../player/parts';
import { extentHigh, extentLow, measureExtent } from '../shape/extent';
import { header } from '../world/header';

export function boundsMin(slot: i32): v128 {
  return v128.load(BOUNDS + ((<usize>slot) << 5));
}

export function boundsMax(slot: i32): v128 {
  return v128.load(BOUNDS + ((<usize>slot) << 5), 16);
}

/** Half extents of the box around a simple body in world axes. */
export function halfExtents(b: Body): v128 {
  const r = x3(b.size);
  if (b.shape == Shape.SPHERE) return vec3(r, r, r);
  if (b.shape == Shape.CAPSULE) {
    return add3(scale3(abs3(axisY(b.rotation)), y3(b.size)), vec3(r, r, r));
  }
  return add3(
    add3(scale3(abs3(axisX(b.rotation)), r), scale3(abs3(axisY(b.rotation)), y3(b.size))),
    scale3(abs3(axisZ(b.rotation)), z3(b.size)),
  );
}

/** Bounds of a body, swept over the coming tick and widened by the speculative margin. */
export function computeBounds(slot: i32): void {
  const b = body(slot);
  if (<i32>b.shape > Shape.BOX) {
    computeDefinedBounds(slot, b);
    return;
  }
  const half = add3(halfExtents(b), f32x4.splat(SPECULATIVE_MARGIN_M));
  const sweep = scale3(b.linearVelocity, TICK_DT);
  const low = f32x4.pmin(sweep, f32x4.splat(0));
  const high = f32x4.pmax(sweep, f32x4.splat(0));
  v128.store(BOUNDS + ((<usize>slot) << 5), add3(sub3(b.position, half), low));
  v128.store(BOUNDS + ((<usize>slot) << 5), add3(add3(b.position, half), high), 16);
}

/**
 * Walkers look for static ground a step below their feet. Only after pairs of movers are made: who
 * walks over something belongs to its island no sooner than they touch.
 */
export function lowerWalkerBounds(): void {
  const h = header();
  for (let i = 0; i < h.playerCount; i++) {
    const slot = bodySlot(i);
    if (!isActive(slot)) continue;
    const drop = scale3(axisY(body(slot).rotation), -STEP_MAX_M);
    const zero = f32x4.splat(0);
    v128.store(BOUNDS + ((<usize>slot) << 5), add3(boundsMin(slot), f32x4.pmin(drop, zero)));
    v128.store(BOUNDS + ((<usize>slot) << 5), add3(boundsMax(slot), f32x4.pmax(drop, zero)), 16);
  }
}

/** Hulls and compounds do not lie evenly about their centre of mass. */
function computeDefinedBounds(slot: i32, b: Body): void {
  measureExtent(b);
  const margin = f32x4.splat(SPECULATIVE_MARGIN_M);
  const sweep = scale3(b.linearVelocity, TICK_DT);
  const low = sub3(f32x4.min(sweep, f32x4.splat(0)), margin);
  const high = add3(f32x4.max(sweep, f32x4.splat(0)), margin);
  v128.store(BOUNDS + ((<usize>slot) << 5), add3(extentLow(), low));
  v128.store(BOUNDS + ((<usize>slot) << 5), add3(extentHigh(), high), 16);
}
