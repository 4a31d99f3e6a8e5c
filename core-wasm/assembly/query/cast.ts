import { Body } from '../body/body';
import { halfExtents } from '../broadphase/bounds';
import { QUERY_BODY } from '../layout';
import { add3, addScaled3, dot3, neg3, normalizeOr3, vec3 } from '../math/vec3';
import { pieceCount, pieceOf } from '../shape/child';
import { bestDistance, offer } from './best';
import { loadConvex } from './convex';
import { isWanted } from './filter';
import {
  coresTouch,
  gapBound,
  gapNormal,
  measureGap,
  nearestOnSurface,
  operandA,
  operandB,
} from './gjk';
import { NO_ENTRY } from './ray-body';
import { AnswerStatus, Query } from './record';
import { Tree, treeBody } from './tree';
import { beginRay, nextOnRay } from './walk';

/**
 * A shape moved along a line, by conservative advancement (Mirtich 1996): the gap along the normal
 * between two convex shapes can be walked at once, because nothing of either lies in it.
 * A shape that passes something by less than GRAZE_M may be told to meet it.
 */

const GAP_M: f32 = 0.0001;
const GRAZE_M: f32 = 0.001;
const STEPS_MAX: i32 = 32;
/** Approach slower than this over the whole way is none: at most 1.5 mm in 1,500 m. */
const APPROACH_MIN: f32 = 1e-6;

/** Of the shape that was met last: whether the way began in it, its normal, and where on it. */
let isInside: bool = false;
let normal: v128 = f32x4.splat(0);
let point: v128 = f32x4.splat(0);

/** The moving shape, a body of the query's own. */
export function movingShape(): Body {
  return changetype<Body>(QUERY_BODY);
}

/** First of the tree's bodies that the moving shape meets. */
export function castTree(q: Query, tree: Tree, direction: v128): void {
  const shape = movingShape();
  beginRay(tree, shape.position, direction, halfExtents(shape));
  for (;;) {
    const index = nextOnRay(bestDistance());
    if (index < 0) return;
    const b = treeBody(tree, index);
    if (!isWanted(q, b)) continue;
    const pieces = pieceCount(b);
    for (let i = 0; i < pieces; i++) {
      loadConvex(operandA(), shape, b.position);
      loadConvex(operandB(), pieceOf(b, i, 0), b.position);
      const distance = castOperands(direction, 0, bestDistance());
      if (distance != NO_ENTRY) offerCast(b.id, distance, b.position);
    }
  }
}

/** Offers what the last cast met; `about` is where its operands were seen from. */
export function offerCast(id: u32, distance: f32, about: v128): void {
  const status = isInside ? AnswerStatus.INSIDE : AnswerStatus.HIT;
  offer(id, distance, status, add3(about, point), normal);
}

/** How far operand A has moved when it meets B, from `from` on and within `limit`; or NO_ENTRY. */
export function castOperands(direction: v128, from: f32, limit: f32): f32 {
  const a = operandA();
  const start = a.centre;
  let at = from;
  for (let step = 0; step < STEPS_MAX; step++) {
    a.centre = addScaled3(start, direction, at);
    const gap = measureGap();
    isInside = at == 0 && (gap < 0 || coresTouch());
    if (isInside) return meetInside(direction, start);
    if (!coresTouch()) {
      normal = gapNormal();
      point = nearestOnSurface();
    }
    const approach = -dot3(normal, direction);
    if (approach < APPROACH_MIN) return NO_ENTRY;
    if (gap <= GAP_M) return at + max<f32>(gap, 0) / max<f32>(approach, 0.1);
    at += max<f32>(gapBound(), 0.5 * GAP_M) / approach;
    if (at > limit) return NO_ENTRY;
  }
  a.centre = addScaled3(start, direction, at);
  return measureGap() <= GRAZE_M ? at : NO_ENTRY;
}

/** Shapes that overlap have no normal here: the way back is one that leads out. */
function meetInside(direction: v128, start: v128): f32 {
  normal = normalizeOr3(neg3(direction), vec3(0, 1, 0));
  point = start;
  return 0;
}
