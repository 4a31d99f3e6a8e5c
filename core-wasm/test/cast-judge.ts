import { type QueryHit, QueryStatus } from '../host/query-types.ts';
import { dot } from './gap.ts';
import type { Vec3 } from './world.ts';

/** Whether a cast's answer is right, by marching along its way in doubles. */

/** Rounding of places in f32, and the core's own tolerance, with room. */
export const EXACT_M = 0.0004;
/** Who passes nearer than this may be told either way. */
export const GRAZE_M = 0.0012;

/** Least gap along the way, and where the gap first closes; Infinity when it does not. */
function march(
  gapAt: (t: number) => number,
  limit: number,
): { readonly first: number; readonly least: number } {
  let least = Infinity;
  let t = 0;
  for (let step = 0; step < 3000 && t <= limit; step++) {
    const gap = gapAt(t);
    least = Math.min(least, gap);
    if (gap < 1e-6) return { first: t, least };
    t += Math.max(gap, 1e-5);
  }
  return { first: Infinity, least };
}

/** What is wrong with the answer, empty when nothing is. */
export function judge(
  hit: QueryHit | null,
  gapAt: (t: number) => number,
  limit: number,
  way: Vec3,
): string {
  const start = gapAt(0);
  if (Math.abs(start) < EXACT_M) return '';
  if (start < 0)
    return hit?.status === QueryStatus.INSIDE && hit.distance === 0 ? '' : 'not inside';
  const { first, least } = march(gapAt, limit + 0.01);
  if (hit === null)
    return least < -1e-9 || first < limit - GRAZE_M ? graze(gapAt, first, limit) : '';
  if (hit.status !== QueryStatus.HIT) return `status ${hit.status}`;
  if (!(hit.distance >= 0 && hit.distance <= limit)) return `distance ${hit.distance}`;
  if (first === Infinity) return least < GRAZE_M ? '' : `meets nothing, ${least} away`;
  const gap = gapAt(hit.distance);
  if (gap < -EXACT_M) return `goes in by ${gap}`;
  if (gap > EXACT_M + GRAZE_M) return `stops ${gap} away`;
  if (Math.abs(Math.hypot(...hit.normal) - 1) > 1e-3) return 'normal has no unit length';
  const facing = -dot(hit.normal, way);
  if (facing < -1e-3) return `normal looks away by ${facing}`;
  if (facing > 0.1 && Math.abs(hit.distance - first) > 0.002)
    return `${hit.distance}, not ${first}`;
  return '';
}

/** A miss of what is met: excused when the way leaves the body again at once. */
function graze(gapAt: (t: number) => number, first: number, limit: number): string {
  let deepest = 0;
  for (let t = first; t < Math.min(limit, first + 2); t += 0.002) {
    deepest = Math.min(deepest, gapAt(t));
  }
  // Cores that overlap count as 0 apart: for boxes depth does not show, the time inside does.
  let inside = 0;
  for (let t = first; t < limit; t += 0.002) if (gapAt(t) <= 0) inside += 0.002;
  return deepest > -GRAZE_M && inside < 0.1 ? '' : `misses what is met at ${first}`;
}
