import { Body, Shape } from '../body/body';
import { axisY, rotate, rotateInverse } from '../math/quat';
import {
  abs3,
  add3,
  addScaled3,
  at3,
  dot3,
  length3,
  normalizeOr3,
  scale3,
  sub3,
  vec3,
  x3,
  y3,
  z3,
} from '../math/vec3';
import { pieceCount, pieceOf } from '../shape/child';
import { shapeOf } from '../shape/definition';
import { hullDistance, nearestPoint as hullNearest, nearestOutward } from '../shape/nearest';
import { bestDistance, offer } from './best';
import { isWanted } from './filter';
import { AnswerStatus, Query } from './record';
import { Tree, treeBody } from './tree';
import { beginNear, nextNear } from './walk';

/** Points of surfaces that lie nearest to a point; inside a body the distance is negative. */

let distance: f32 = 0;
let point: v128 = f32x4.splat(0);
let normal: v128 = f32x4.splat(0);

const UP: v128 = f32x4(0, 1, 0, 0);

/** Nearest of the tree's bodies. Inside several, the one that the point lies deepest in. */
export function nearestTree(q: Query, tree: Tree): void {
  const p = f32x4.replace_lane(q.origin, 3, 0);
  beginNear(tree, p);
  for (;;) {
    const index = nextNear(max<f32>(0, bestDistance()));
    if (index < 0) return;
    const b = treeBody(tree, index);
    if (isWanted(q, b)) offerClosest(b, p);
  }
}

/** The body's surface point that is nearest to `p`; of a compound that of its nearest piece. */
export function offerClosest(b: Body, p: v128): void {
  const pieces = pieceCount(b);
  for (let i = 0; i < pieces; i++) offerPiece(pieceOf(b, i, 0), p);
}

function offerPiece(b: Body, p: v128): void {
  if (b.shape == Shape.HULL) closestOnHull(b, p);
  else if (b.shape == Shape.BOX) closestOnBox(b, p);
  else closestOnRound(b, p);
  const status = distance < 0 ? AnswerStatus.INSIDE : AnswerStatus.HIT;
  offer(b.id, distance, status, point, normal);
}

/** Sphere and capsule: a radius about the nearest point of the core. */
function closestOnRound(b: Body, p: v128): void {
  const half = b.shape == Shape.CAPSULE ? y3(b.size) : 0;
  const axis = axisY(b.rotation);
  const gap = sub3(p, b.position);
  const along = max<f32>(-half, min<f32>(half, dot3(gap, axis)));
  const core = addScaled3(b.position, axis, along);
  let away = sub3(p, core);
  // Close to the axis rounding tilts a side's normal by any angle; it has no share along the axis.
  if (abs(along) < half) away = addScaled3(away, axis, -dot3(away, axis));
  normal = normalizeOr3(away, b.shape == Shape.CAPSULE ? acrossAxis(b) : UP);
  point = addScaled3(core, normal, x3(b.size));
  distance = length3(away) - x3(b.size);
}

/** On its axis a capsule's side is equally near all round: its own x is taken. */
function acrossAxis(b: Body): v128 {
  return rotate(b.rotation, vec3(1, 0, 0));
}

function closestOnHull(b: Body, p: v128): void {
  const local = rotateInverse(b.rotation, sub3(p, b.position));
  distance = hullDistance(shapeOf(b.definition), local);
  normal = rotate(b.rotation, nearestOutward());
  point = add3(b.position, rotate(b.rotation, hullNearest()));
}

function closestOnBox(b: Body, p: v128): void {
  const local = rotateInverse(b.rotation, sub3(p, b.position));
  const clamped = f32x4.min(f32x4.max(local, sub3(f32x4.splat(0), b.size)), b.size);
  const gap = sub3(local, clamped);
  const away = length3(gap);
  if (away > 0) {
    distance = away;
    normal = rotate(b.rotation, scale3(gap, 1.0 / away));
    point = add3(b.position, rotate(b.rotation, clamped));
    return;
  }
  const depth = sub3(b.size, abs3(local));
  let axis = 0;
  if (y3(depth) < x3(depth)) axis = 1;
  if (z3(depth) < at3(depth, axis)) axis = 2;
  const sign: f32 = at3(local, axis) < 0 ? -1.0 : 1.0;
  const face = vec3(axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0);
  distance = -at3(depth, axis);
  normal = rotate(b.rotation, face);
  point = addScaled3(p, normal, -distance);
}
