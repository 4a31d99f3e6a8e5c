import { Shape } from '../body/body';
import { SIZE_MAX_M } from '../body/size';
import { ANSWER_BYTES } from '../layout';
import {
  QUERY_CAPACITY,
  QUERY_DISTANCE_MAX_M,
  QUERY_ORIGIN_MAX_M,
  QUERY_SIZE_MIN_M,
} from '../limits';
import { isUnitQuat, normalizeQuat } from '../math/quat';
import { abs3, isFinite3, isWithin3, normalizeOr3, w3, x3, y3, z3 } from '../math/vec3';
import { beginBest, writeBest } from './best';
import { castTree, movingShape } from './cast';
import { castTerrain } from './cast-terrain';
import { nearestTree, offerClosest } from './closest';
import { nearestTerrain } from './closest-terrain';
import { wantsTerrain } from './filter';
import { beginOverlap, clearListed, overlapTree, touchesTerrain, writeOverlap } from './overlap';
import { rayTerrain, rayTree } from './ray';
import { Answer, AnswerStatus, answerAt, Query, QueryKind, queryAt } from './record';
import { findIn, moversOf, refreshTrees, staticsOf } from './tables';
import { treeBody } from './tree';

/**
 * Answers the first `count` queries of QUERIES, one after the other. Pure: reads state, or with
 * `isPast` what was loaded of an earlier tick, and writes nothing but answers and scratch.
 */
export function runQueries(count: i32, isPast: bool): void {
  assert(count >= 0 && count <= QUERY_CAPACITY);
  refreshTrees(isPast);
  clearListed();
  for (let i = 0; i < count; i++) answer(queryAt(i), answerAt(i), isPast);
}

function answer(q: Query, a: Answer, isPast: bool): void {
  memory.fill(changetype<usize>(a), 0, ANSWER_BYTES);
  if (!isAskable(q)) {
    a.status = AnswerStatus.REFUSED;
    return;
  }
  if (q.kind == QueryKind.OVERLAP) {
    answerOverlap(q, a, isPast);
    return;
  }
  const limit = min<f32>(max<f32>(w3(q.direction), 0), QUERY_DISTANCE_MAX_M);
  beginBest(limit);
  if (q.kind == QueryKind.RAY) answerRay(q, isPast);
  else if (q.kind == QueryKind.CAST) answerCast(q, isPast);
  else if (q.kind == QueryKind.CLOSEST) answerClosest(q, isPast);
  else answerNearest(q, isPast);
  writeBest(a);
}

/** Numbers that are ones, and a shape where one is needed; distances may be infinite. */
function isAskable(q: Query): bool {
  if (<i32>q.kind > QueryKind.NEAREST || !isWithin3(q.origin, QUERY_ORIGIN_MAX_M)) return false;
  // Lane 3 equals itself unless it is NaN.
  if ((v128.bitmask<i32>(f32x4.eq(q.direction, q.direction)) & 8) == 0) return false;
  if (q.kind == QueryKind.RAY || q.kind == QueryKind.CAST) {
    if (!isFinite3(f32x4.replace_lane(q.direction, 3, 0))) return false;
  }
  if (q.kind != QueryKind.CAST && q.kind != QueryKind.OVERLAP) return true;
  return <i32>q.shape <= Shape.BOX && isUnitQuat(q.rotation) && isQuerySize(q.shape, q.size);
}

/** Dimensions that the shape has; the others are not looked at. */
function isQuerySize(shape: i32, size: v128): bool {
  if (!isDimension(x3(size))) return false;
  if (shape == Shape.SPHERE) return true;
  return isDimension(y3(size)) && (shape == Shape.CAPSULE || isDimension(z3(size)));
}

function isDimension(metres: f32): bool {
  return metres >= QUERY_SIZE_MIN_M && metres <= SIZE_MAX_M;
}

/** Unit length, or zero for zero; scaled first, because squares of great numbers are infinite. */
function unitDirection(q: Query): v128 {
  const direction = f32x4.replace_lane(q.direction, 3, 0);
  const size = abs3(direction);
  const greatest = max<f32>(x3(size), max<f32>(y3(size), z3(size)));
  if (greatest == 0) return direction;
  const scaled = f32x4.div(direction, f32x4.splat(greatest));
  return normalizeOr3(scaled, f32x4.splat(0));
}

function answerRay(q: Query, isPast: bool): void {
  const direction = unitDirection(q);
  if (v128.any_true(f32x4.ne(direction, f32x4.splat(0)))) {
    rayTree(q, moversOf(isPast), direction);
    rayTree(q, staticsOf(isPast), direction);
    rayTerrain(q, direction);
  }
}

function placeShape(q: Query): void {
  const shape = movingShape();
  shape.shape = q.shape;
  shape.size = f32x4.replace_lane(q.size, 3, 0);
  shape.position = f32x4.replace_lane(q.origin, 3, 0);
  shape.rotation = normalizeQuat(q.rotation);
}

/** A cast without a direction goes nowhere: it meets what it begins in. */
function answerCast(q: Query, isPast: bool): void {
  const direction = unitDirection(q);
  if (!v128.any_true(f32x4.ne(direction, f32x4.splat(0)))) beginBest(0);
  placeShape(q);
  castTree(q, moversOf(isPast), direction);
  castTree(q, staticsOf(isPast), direction);
  if (wantsTerrain(q)) castTerrain(direction);
}

function answerOverlap(q: Query, a: Answer, isPast: bool): void {
  placeShape(q);
  beginOverlap();
  overlapTree(q, moversOf(isPast));
  overlapTree(q, staticsOf(isPast));
  if (wantsTerrain(q) && touchesTerrain()) a.terrain = 1;
  writeOverlap(a);
}

/** Of one body, or of the terrain when the query names no entity. */
function answerClosest(q: Query, isPast: bool): void {
  const origin = f32x4.replace_lane(q.origin, 3, 0);
  if (q.entity == 0) {
    nearestTerrain(origin);
    return;
  }
  const mover = findIn(moversOf(isPast), q.entity);
  const fixed = findIn(staticsOf(isPast), q.entity);
  if (mover >= 0) offerClosest(treeBody(moversOf(isPast), mover), origin);
  else if (fixed >= 0) offerClosest(treeBody(staticsOf(isPast), fixed), origin);
}

function answerNearest(q: Query, isPast: bool): void {
  nearestTree(q, moversOf(isPast));
  nearestTree(q, staticsOf(isPast));
  if (wantsTerrain(q)) nearestTerrain(f32x4.replace_lane(q.origin, 3, 0));
}
