import { addScaled3, cross3, dot3, normalizeOr3, sub3, w3 } from '../math/vec3';
import { follower } from './face-merge';
import { faceStart, Hull, loopVertex, planeOf, vertexOf } from './hull';

/** The point of a hull that is nearest to a given one, exact, by its faces. All in hull axes. */

let nearest: v128 = f32x4.splat(0);
let outward: v128 = f32x4.splat(0);
let face: i32 = -1;

/** Nearest point of the surface, after `hullDistance`. */
export function nearestPoint(): v128 {
  return nearest;
}

/** Unit vector out of the hull at the nearest point. */
export function nearestOutward(): v128 {
  return outward;
}

/** The face that the nearest point lies on, −1 when it lies on an edge or corner. */
export function nearestFace(): i32 {
  return face;
}

export function heightOver(plane: v128, p: v128): f32 {
  return dot3(plane, p) - w3(plane);
}

/** A plane's unit normal alone. */
export function normalOf(plane: v128): v128 {
  return f32x4.replace_lane(plane, 3, 0);
}

/** Distance from `p` to the surface, negative inside: then the nearest face counts. */
export function hullDistance(h: Hull, p: v128): f32 {
  let highest: f32 = -Infinity;
  for (let i = 0; i < h.faceCount; i++) {
    const height = heightOver(planeOf(h, i), p);
    if (height <= highest) continue;
    highest = height;
    face = i;
  }
  const plane = planeOf(h, face);
  if (highest <= 0) {
    outward = normalOf(plane);
    nearest = addScaled3(p, outward, -highest);
    return highest;
  }
  return distanceFromOutside(h, p, normalOf(plane));
}

/** The nearest point lies on a face that `p` is outside of. */
function distanceFromOutside(h: Hull, p: v128, fallback: v128): f32 {
  let least: f32 = Infinity;
  for (let i = 0; i < h.faceCount; i++) {
    const height = heightOver(planeOf(h, i), p);
    if (height <= 0 || height * height >= least) continue;
    const on = nearestOnFace(h, i, p, height);
    const gap = sub3(p, on);
    const squared = dot3(gap, gap);
    if (squared >= least) continue;
    least = squared;
    nearest = on;
    face = isInside ? i : -1;
  }
  outward = normalizeOr3(sub3(p, nearest), fallback);
  return Mathf.sqrt(least);
}

let isInside: bool = false;

/** Nearest point of one face to a point `height` above its plane. */
function nearestOnFace(h: Hull, index: i32, p: v128, height: f32): v128 {
  const n = normalOf(planeOf(h, index));
  const foot = addScaled3(p, n, -height);
  isInside = true;
  let least: f32 = Infinity;
  let best = foot;
  for (let at = faceStart(h, index); at < faceStart(h, index + 1); at++) {
    const a = vertexOf(h, loopVertex(h, at));
    const side = sub3(vertexOf(h, follower(h, index, at)), a);
    const out = sub3(foot, a);
    if (dot3(out, cross3(side, n)) <= 0) continue;
    isInside = false;
    const t = min<f32>(1.0, max<f32>(0.0, dot3(out, side) / dot3(side, side)));
    const on = addScaled3(a, side, t);
    const gap = sub3(foot, on);
    const squared = dot3(gap, gap);
    if (squared >= least) continue;
    least = squared;
    best = on;
  }
  return best;
}
