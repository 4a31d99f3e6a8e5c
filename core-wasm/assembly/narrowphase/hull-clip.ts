import { Body } from '../body/body';
import { rotate } from '../math/quat';
import { add3, addScaled3, cross3, dot3, neg3, sub3 } from '../math/vec3';
import { follower } from '../shape/face-merge';
import {
  faceStart,
  Hull,
  loopVertex,
  planeAddress,
  planeOf,
  vertexAddress,
  vertexOf,
} from '../shape/hull';
import { heightOver, normalOf } from '../shape/nearest';
import { poseAt, turnAt } from './hull-pose';
import { addPoint, isNear, setNormal } from './manifold';

/** Two polygons of at most 62 corners: 31 of the incident face, and one more for each side. */
const POLYGON_BYTES: usize = 64 * 16;
const POLYGONS: usize = memory.data(2 * 64 * 16, 16);

/**
 * Clips the face of the incident hull that looks most against face `index` of the reference hull
 * against the sides of that face, and adds what lies near or below it. The pose is that of the
 * incident hull in the reference's axes; `isB` tells that the reference is B.
 */
export function clipHullFaces(
  body: Body,
  reference: Hull,
  index: i32,
  incident: Hull,
  isB: bool,
): void {
  const plane = planeOf(reference, index);
  const n = normalOf(plane);
  let from = POLYGONS;
  let to = POLYGONS + POLYGON_BYTES;
  let count = loadFace(incident, facingFace(incident, n), from);
  const end = faceStart(reference, index + 1);
  for (let at = faceStart(reference, index); at < end && count > 0; at++) {
    const a = vertexOf(reference, loopVertex(reference, at));
    const b = vertexOf(reference, follower(reference, index, at));
    count = clipSide(from, to, count, a, cross3(sub3(b, a), n));
    const other = from;
    from = to;
    to = other;
  }
  const outward = rotate(body.rotation, n);
  setNormal(isB ? neg3(outward) : outward);
  for (let i = 0; i < count; i++) {
    const p = v128.load(from + ((<usize>i) << 4));
    const height = heightOver(plane, p);
    if (!isNear(height)) continue;
    const middle = addScaled3(p, n, -0.5 * height);
    addPoint(add3(body.position, rotate(body.rotation, middle)), height);
  }
}

/** The face whose normal looks most against `n`. */
function facingFace(h: Hull, n: v128): i32 {
  let found = 0;
  let least: f32 = Infinity;
  for (let i = 0; i < h.faceCount; i++) {
    const cosine = dot3(turnAt(planeAddress(h, i)), n);
    if (cosine >= least) continue;
    least = cosine;
    found = i;
  }
  return found;
}

function loadFace(h: Hull, face: i32, to: usize): i32 {
  const start = faceStart(h, face);
  const count = faceStart(h, face + 1) - start;
  for (let i = 0; i < count; i++) {
    v128.store(to + ((<usize>i) << 4), poseAt(vertexAddress(h, loopVertex(h, start + i))));
  }
  return count;
}

/** Sutherland-Hodgman against the plane through `a` with outward normal `side`. */
function clipSide(from: usize, to: usize, count: i32, a: v128, side: v128): i32 {
  let kept = 0;
  let p = v128.load(from + ((<usize>(count - 1)) << 4));
  let dp = dot3(sub3(p, a), side);
  for (let i = 0; i < count; i++) {
    const q = v128.load(from + ((<usize>i) << 4));
    const dq = dot3(sub3(q, a), side);
    if (dp <= 0 != dq <= 0) {
      v128.store(to + ((<usize>kept) << 4), addScaled3(p, sub3(q, p), dp / (dp - dq)));
      kept++;
    }
    if (dq <= 0) {
      v128.store(to + ((<usize>kept) << 4), q);
      kept++;
    }
    p = q;
    dp = dq;
  }
  return kept;
}
