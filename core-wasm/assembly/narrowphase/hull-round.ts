import { Body } from '../body/body';
import { rotate, rotateInverse } from '../math/quat';
import { add3, addScaled3, cross3, dot3, neg3, scale3, sub3, w3, x3 } from '../math/vec3';
import { shapeOf } from '../shape/definition';
import { follower } from '../shape/face-merge';
import { edgeOf, faceStart, Hull, loopVertex, planeOf, vertexOf } from '../shape/hull';
import {
  heightOver,
  hullDistance,
  nearestFace,
  nearestOutward,
  nearestPoint,
  normalOf,
} from '../shape/nearest';
import { addPoint, isNear, setNormal } from './manifold';
import { segmentHalf } from './round';

/** Spheres and capsules on hulls. What is local is in the hull's axes. */

/** Sphere A against hull B. */
export function collideSphereHull(a: Body, b: Body): void {
  const local = rotateInverse(b.rotation, sub3(a.position, b.position));
  const separation = hullDistance(shapeOf(b.definition), local) - x3(a.size);
  addTouch(b, nearestPoint(), nearestOutward(), separation);
}

/** A point midway between the hull's surface at `on` and what ends `separation` outside of it. */
function addTouch(hull: Body, on: v128, outward: v128, separation: f32): void {
  if (!isNear(separation)) return;
  const middle = addScaled3(on, outward, 0.5 * separation);
  setNormal(neg3(rotate(hull.rotation, outward)));
  addPoint(add3(hull.position, rotate(hull.rotation, middle)), separation);
}

// The capsule's segment while a pair is at work: centre ± half.
let centre: v128 = f32x4.splat(0);
let half: v128 = f32x4.splat(0);
let radius: f32 = 0;

/** Cosine of the angle up to which a capsule lies on a face, not on its rim. */
const FACE_COSINE: f32 = 0.98;
/** An edge must be better than the best face by as much. */
const EDGE_LENGTH_M: f32 = 0.005;

/**
 * Capsule A against hull B. While the segment is outside, its nearest point counts: an end on a
 * face, or a point on an edge. Where it is inside, the axis on which it leaves soonest.
 */
export function collideCapsuleHull(a: Body, b: Body): void {
  const h = shapeOf(b.definition);
  centre = rotateInverse(b.rotation, sub3(a.position, b.position));
  half = rotateInverse(b.rotation, segmentHalf(a));
  radius = x3(a.size);
  const face = findFace(h);
  if (!isNear(faceSeparation - radius)) return;
  findEdge(h);
  if (edgeSeparation > max<f32>(0, faceSeparation) || faceSeparation > 0) {
    touchOutside(b, h, face);
  } else if (edgeSeparation > faceSeparation + EDGE_LENGTH_M) {
    addTouch(b, edgePoint, edgeOutward, edgeSeparation - radius);
  } else {
    addFacePoints(b, h, face);
  }
}

let faceSeparation: f32 = 0;
let edgeSeparation: f32 = 0;
let edgePoint: v128 = f32x4.splat(0);
let edgeOutward: v128 = f32x4.splat(0);

/** The face that the whole segment is furthest outside of. */
function findFace(h: Hull): i32 {
  let found = 0;
  faceSeparation = -Infinity;
  for (let i = 0; i < h.faceCount; i++) {
    const plane = planeOf(h, i);
    const separation = heightOver(plane, centre) - Mathf.abs(dot3(plane, half));
    if (separation <= faceSeparation) continue;
    faceSeparation = separation;
    found = i;
  }
  return found;
}

/** The edge across which segment and hull are furthest apart, if the segment crosses its arc. */
function findEdge(h: Hull): void {
  edgeSeparation = -Infinity;
  for (let i = 0; i < h.edgeCount; i++) {
    const edge = edgeOf(h, i);
    const left = planeOf(h, <i32>((edge >>> 16) & 0xff));
    const right = planeOf(h, <i32>(edge >>> 24));
    if (dot3(left, half) * dot3(right, half) >= 0) continue;
    const tail = vertexOf(h, <i32>(edge & 0xff));
    const along = sub3(vertexOf(h, <i32>((edge >>> 8) & 0xff)), tail);
    const across = cross3(along, half);
    const squared = dot3(across, across);
    if (squared <= 1e-4 * dot3(along, along) * dot3(half, half)) continue;
    const sign: f32 = dot3(across, add3(left, right)) < 0 ? -1.0 : 1.0;
    const outward = scale3(across, sign / Mathf.sqrt(squared));
    const separation = dot3(outward, sub3(centre, tail));
    if (separation <= edgeSeparation) continue;
    edgeSeparation = separation;
    edgeOutward = outward;
    edgePoint = nearestOnEdge(tail, along);
  }
}

/** Where the edge comes nearest to the segment (Ericson, Real-Time Collision Detection, 5.1.9). */
function nearestOnEdge(tail: v128, along: v128): v128 {
  const gap = sub3(tail, centre);
  const aa = dot3(along, along);
  const bb = dot3(half, half);
  const ab = dot3(along, half);
  const ag = dot3(along, gap);
  const bg = dot3(half, gap);
  const determinant = aa * bb - ab * ab;
  let s: f32 = determinant > 1e-10 ? clamp((ab * bg - bb * ag) / determinant, 0) : 0.5;
  segmentShare = bb > 1e-10 ? clamp((ab * s + bg) / bb, -1.0) : 0;
  s = clamp((ab * segmentShare - ag) / aa, 0);
  return addScaled3(tail, along, s);
}

/** Where on the segment, −1 … 1, the last edge came nearest. */
let segmentShare: f32 = 0;

function clamp(value: f32, low: f32): f32 {
  return min<f32>(1.0, max<f32>(low, value));
}

/** Nearest points of a segment that does not meet the hull. */
function touchOutside(b: Body, h: Hull, face: i32): void {
  let least: f32 = Infinity;
  let on = f32x4.splat(0);
  let outward = f32x4.splat(0);
  let flat = face;
  for (let end = -1; end <= 1; end += 2) {
    const distance = hullDistance(h, addScaled3(centre, half, <f32>end));
    if (distance >= least) continue;
    least = distance;
    on = nearestPoint();
    outward = nearestOutward();
    flat = nearestFace() >= 0 ? nearestFace() : face;
  }
  for (let i = 0; i < h.edgeCount; i++) {
    const edge = edgeOf(h, i);
    const tail = vertexOf(h, <i32>(edge & 0xff));
    const near = nearestOnEdge(tail, sub3(vertexOf(h, <i32>((edge >>> 8) & 0xff)), tail));
    const gap = sub3(addScaled3(centre, half, segmentShare), near);
    const distance = Mathf.sqrt(dot3(gap, gap));
    if (distance >= least || distance < 1e-6) continue;
    least = distance;
    on = near;
    outward = scale3(gap, 1.0 / distance);
    flat = face;
  }
  if (!isNear(least - radius)) return;
  const isFlat = dot3(outward, planeOf(h, flat)) > FACE_COSINE;
  if (!isFlat || !addFacePoints(b, h, flat)) addTouch(b, on, outward, least - radius);
}

/** Clips the segment to the face's sides and adds both ends; false when it passes beside. */
function addFacePoints(b: Body, h: Hull, face: i32): bool {
  const plane = planeOf(h, face);
  const n = normalOf(plane);
  let low: f32 = -1.0;
  let high: f32 = 1.0;
  for (let at = faceStart(h, face); at < faceStart(h, face + 1); at++) {
    const a = vertexOf(h, loopVertex(h, at));
    const side = cross3(sub3(vertexOf(h, follower(h, face, at)), a), n);
    const outside = dot3(side, sub3(centre, a));
    const slope = dot3(side, half);
    if (slope > 0) high = min<f32>(high, -outside / slope);
    else if (slope < 0) low = max<f32>(low, -outside / slope);
    else if (outside > 0) return false;
  }
  if (low > high) return false;
  addFacePoint(b, plane, n, low);
  if (high - low > 0.02) addFacePoint(b, plane, n, high);
  return true;
}

function addFacePoint(b: Body, plane: v128, n: v128, share: f32): void {
  const p = addScaled3(centre, half, share);
  const height = dot3(plane, p) - w3(plane);
  addTouch(b, addScaled3(p, n, -height), n, height - radius);
}
