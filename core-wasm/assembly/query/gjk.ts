import { CONVEX_A, CONVEX_B } from '../layout';
import { addScaled3, dot3, neg3, scale3, sub3, vec3 } from '../math/vec3';
import { Convex, supportOf } from './convex';
import {
  addVertex,
  clearSimplex,
  hasVertex,
  nearestOnB,
  nearestPoint,
  reduceSimplex,
} from './simplex';

/**
 * Distance between two convex operands by the algorithm of Gilbert, Johnson and Keerthi (1988), on
 * their cores; radii are taken off afterwards. Counted, so that it always ends; what
 * does not settle answers with the best that it saw and a bound that holds whatever happens.
 */

const ROUNDS_MAX: i32 = 32;
/** When the bound comes to this share of the distance, more rounds win nothing in f32. */
const NEARLY_ALL: f32 = 0.999999;
/** Cores this near are taken to touch: their direction would be rounding. */
const CORE_TOUCH_M: f32 = 1e-6;

let coreDistance: f32 = 0;
let bound: f32 = 0;
let normal: v128 = f32x4.splat(0);
let witness: v128 = f32x4.splat(0);

export function operandA(): Convex {
  return changetype<Convex>(CONVEX_A);
}

export function operandB(): Convex {
  return changetype<Convex>(CONVEX_B);
}

/** Distance of the surfaces, 0 or less when they overlap; sets what the functions below tell. */
export function measureGap(): f32 {
  const a = operandA();
  const b = operandB();
  const radii = a.radius + b.radius;
  measureCores(a, b);
  bound = max<f32>(0, bound - radii);
  return coreDistance - radii;
}

/** What the surfaces are certainly apart along `gapNormal`: a step of this length is safe. */
export function gapBound(): f32 {
  return bound;
}

/** Unit vector from B to A; meaningless while `coresTouch`. */
export function gapNormal(): v128 {
  return normal;
}

export function coresTouch(): bool {
  return coreDistance <= CORE_TOUCH_M;
}

/** The point of B's surface that is nearest to A. */
export function nearestOnSurface(): v128 {
  return addScaled3(witness, normal, operandB().radius);
}

function measureCores(a: Convex, b: Convex): void {
  clearSimplex();
  bound = 0;
  coreDistance = Infinity;
  let nearest = sub3(a.centre, b.centre);
  if (dot3(nearest, nearest) < CORE_TOUCH_M * CORE_TOUCH_M) nearest = vec3(0, 1, 0);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const onB = supportOf(b, nearest);
    const difference = sub3(supportOf(a, neg3(nearest)), onB);
    const length = Mathf.sqrt(dot3(nearest, nearest));
    bound = max<f32>(bound, dot3(nearest, difference) / length);
    if (bound >= NEARLY_ALL * coreDistance || hasVertex(difference)) return;
    addVertex(difference, onB);
    if (!reduceSimplex()) {
      touch();
      return;
    }
    nearest = nearestPoint();
    const distance = Mathf.sqrt(dot3(nearest, nearest));
    if (distance <= CORE_TOUCH_M) {
      touch();
      return;
    }
    if (distance >= coreDistance) return;
    coreDistance = distance;
    normal = scale3(nearest, 1.0 / distance);
    witness = nearestOnB();
  }
}

function touch(): void {
  coreDistance = 0;
  bound = 0;
}
