import { HULL_VERTICES_MAX } from '../limits';
import {
  EDGES_MAX,
  FACES_MAX,
  faceStart,
  Hull,
  LOOPS_MAX,
  loopVertex,
  setEdge,
  setFaceStart,
  setLoopVertex,
} from './hull';
import {
  isTriangle,
  ownerOf,
  TRIANGLES_MAX,
  triangleCorner,
  wrapExtent,
  wrapX,
  wrapY,
  wrapZ,
} from './point-wrap';

/**
 * Faces out of the triangles of `point-wrap.ts`: neighbours that lie in one plane but for a
 * thousandth of the extent become one polygon, because a manifold needs the whole face that a body
 * stands on. From the greatest triangle on, each gathers what lies in its plane. Should a gathered
 * patch not be a simple polygon the caller asks again without merging, which always works.
 */

/** A face may bend by this share of the hull's extent. */
const MERGE_SHARE: f64 = 1e-3;
/** And by no more than this share of its least thickness. */
const MERGE_THICKNESS_SHARE: f64 = 0.1;
/** Flatter ones are refused: as thick as the thinnest box. */
export const HULL_THICKNESS_MIN_M: f64 = 0.04;

const NONE: u8 = 255;
/** Unit normal, distance and twice the area of each triangle, f64. */
const PLANES: usize = memory.data(TRIANGLES_MAX * 40, 16);
const PATCHES: usize = memory.data(TRIANGLES_MAX, 16);
const STACK: usize = memory.data(TRIANGLES_MAX, 16);
const NEXT: usize = memory.data(HULL_VERTICES_MAX, 16);
const DEGREES: usize = memory.data(HULL_VERTICES_MAX, 16);
/** Given vertex of each vertex that stays, and back. */
const KEPT: usize = memory.data(HULL_VERTICES_MAX, 16);
const NUMBERS: usize = memory.data(HULL_VERTICES_MAX, 16);
const SIDES: usize = memory.data(HULL_VERTICES_MAX * HULL_VERTICES_MAX, 16);

/** The given vertex that became vertex `index`. */
export function keptVertex(index: i32): i32 {
  return <i32>load<u8>(KEPT + <usize>index);
}

function patchOf(t: i32): u8 {
  return load<u8>(PATCHES + <usize>t);
}

/** Fills faces, loops and edges of `h`; false when that makes no closed surface. */
export function mergeFaces(h: Hull, merge: bool): bool {
  const thickness = findPlanes();
  if (!(thickness >= HULL_THICKNESS_MIN_M)) return false;
  const bend = min<f64>(MERGE_SHARE * wrapExtent(), MERGE_THICKNESS_SHARE * thickness);
  const patches = gatherPatches(merge ? bend : -1.0);
  if (patches > FACES_MAX || !traceLoops(h, patches)) return false;
  keepCorners(h);
  return simplifyLoops(h) && findEdges(h);
}

/** Planes of all triangles; returns the least thickness of the body across any of them. */
function findPlanes(): f64 {
  let thickness: f64 = Infinity;
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (!isTriangle(t)) continue;
    const a = triangleCorner(t, 0);
    const b = triangleCorner(t, 1);
    const c = triangleCorner(t, 2);
    const ux = wrapX(b) - wrapX(a);
    const uy = wrapY(b) - wrapY(a);
    const uz = wrapZ(b) - wrapZ(a);
    const vx = wrapX(c) - wrapX(a);
    const vy = wrapY(c) - wrapY(a);
    const vz = wrapZ(c) - wrapZ(a);
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    const length = Math.sqrt(x * x + y * y + z * z);
    const at = PLANES + <usize>(t * 40);
    store<f64>(at, x / length);
    store<f64>(at, y / length, 8);
    store<f64>(at, z / length, 16);
    store<f64>(at, (x * wrapX(a) + y * wrapY(a) + z * wrapZ(a)) / length, 24);
    store<f64>(at, length, 32);
    thickness = min<f64>(thickness, thicknessAcross(t));
  }
  return thickness;
}

function thicknessAcross(t: i32): f64 {
  let depth: f64 = 0;
  for (let other = 0; other < TRIANGLES_MAX; other++) {
    if (!isTriangle(other)) continue;
    for (let i = 0; i < 3; i++) depth = max<f64>(depth, -height(t, triangleCorner(other, i)));
  }
  return depth;
}

/** Height of a vertex over the plane of a triangle. */
function height(t: i32, v: i32): f64 {
  const at = PLANES + <usize>(t * 40);
  return (
    load<f64>(at) * wrapX(v) +
    load<f64>(at, 8) * wrapY(v) +
    load<f64>(at, 16) * wrapZ(v) -
    load<f64>(at, 24)
  );
}

function gatherPatches(bend: f64): i32 {
  memory.fill(PATCHES, NONE, TRIANGLES_MAX);
  let patch = 0;
  let seed = greatestFree();
  while (seed >= 0) {
    gather(seed, <u8>patch, bend);
    patch++;
    seed = greatestFree();
  }
  return patch;
}

/** The greatest triangle without a patch, the first of equals; −1 when all have one. */
function greatestFree(): i32 {
  let found = -1;
  let greatest: f64 = -1;
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (!isTriangle(t) || patchOf(t) != NONE) continue;
    const area = load<f64>(PLANES + <usize>(t * 40), 32);
    if (area <= greatest) continue;
    greatest = area;
    found = t;
  }
  return found;
}

function gather(seed: i32, patch: u8, bend: f64): void {
  store<u8>(PATCHES + <usize>seed, patch);
  store<u8>(STACK, <u8>seed);
  let waiting = 1;
  while (waiting > 0) {
    waiting--;
    const t = <i32>load<u8>(STACK + <usize>waiting);
    for (let i = 0; i < 3; i++) {
      const other = ownerOf(triangleCorner(t, i == 2 ? 0 : i + 1), triangleCorner(t, i));
      if (patchOf(other) != NONE || !liesIn(seed, other, bend)) continue;
      store<u8>(PATCHES + <usize>other, patch);
      store<u8>(STACK + <usize>waiting, <u8>other);
      waiting++;
    }
  }
}

function liesIn(seed: i32, other: i32, bend: f64): bool {
  for (let i = 0; i < 3; i++) {
    if (Math.abs(height(seed, triangleCorner(other, i))) > bend) return false;
  }
  return true;
}

/** The rim of each patch as a loop of given vertices; false when one is not a simple polygon. */
function traceLoops(h: Hull, patches: i32): bool {
  let end = 0;
  h.faceCount = patches;
  memory.fill(DEGREES, 0, HULL_VERTICES_MAX);
  for (let patch = 0; patch < patches; patch++) {
    const length = linkRim(<u8>patch);
    if (length < 3 || end + length > LOOPS_MAX) return false;
    setFaceStart(h, patch, end);
    let first = 0;
    while (load<u8>(NEXT + <usize>first) == NONE) first++;
    let v = first;
    for (let i = 0; i < length; i++) {
      if (i > 0 && v == first) return false;
      setLoopVertex(h, end + i, v);
      store<u8>(DEGREES + <usize>v, load<u8>(DEGREES + <usize>v) + 1);
      v = <i32>load<u8>(NEXT + <usize>v);
    }
    if (v != first) return false;
    end += length;
  }
  setFaceStart(h, patches, end);
  return true;
}

/** Sets the follower of each vertex on a patch's rim; its length, or 0 when it touches itself. */
function linkRim(patch: u8): i32 {
  memory.fill(NEXT, NONE, HULL_VERTICES_MAX);
  let length = 0;
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (!isTriangle(t) || patchOf(t) != patch) continue;
    for (let i = 0; i < 3; i++) {
      const a = triangleCorner(t, i);
      const b = triangleCorner(t, i == 2 ? 0 : i + 1);
      if (patchOf(ownerOf(b, a)) == patch) continue;
      if (load<u8>(NEXT + <usize>a) != NONE) return 0;
      store<u8>(NEXT + <usize>a, <u8>b);
      length++;
    }
  }
  return length;
}

/** Where only two faces meet there is no corner: such a vertex lies on an edge, or is covered. */
function keepCorners(h: Hull): void {
  let count = 0;
  for (let v = 0; v < HULL_VERTICES_MAX; v++) {
    if (load<u8>(DEGREES + <usize>v) < 3) {
      store<u8>(NUMBERS + <usize>v, NONE);
      continue;
    }
    store<u8>(NUMBERS + <usize>v, <u8>count);
    store<u8>(KEPT + <usize>count, <u8>v);
    count++;
  }
  h.vertexCount = count;
}

/** Renumbers the loops and drops what is no corner. */
function simplifyLoops(h: Hull): bool {
  let end = 0;
  let next = 0;
  for (let face = 0; face < h.faceCount; face++) {
    const from = next;
    next = faceStart(h, face + 1);
    setFaceStart(h, face, end);
    const start = end;
    for (let at = from; at < next; at++) {
      const number = load<u8>(NUMBERS + <usize>loopVertex(h, at));
      if (number == NONE) continue;
      setLoopVertex(h, end, number);
      end++;
    }
    if (end - start < 3) return false;
  }
  setFaceStart(h, h.faceCount, end);
  return true;
}

/** One edge for each pair of opposite sides of loops; Euler's formula must hold. */
function findEdges(h: Hull): bool {
  memory.fill(SIDES, 0, HULL_VERTICES_MAX * HULL_VERTICES_MAX);
  for (let face = 0; face < h.faceCount; face++) {
    for (let at = faceStart(h, face); at < faceStart(h, face + 1); at++) {
      const side = SIDES + <usize>(loopVertex(h, at) * HULL_VERTICES_MAX + follower(h, face, at));
      if (load<u8>(side) != 0) return false;
      store<u8>(side, <u8>(face + 1));
    }
  }
  let count = 0;
  for (let a = 0; a < h.vertexCount; a++) {
    for (let b = 0; b < h.vertexCount; b++) {
      const left = <u32>load<u8>(SIDES + <usize>(a * HULL_VERTICES_MAX + b));
      const right = <u32>load<u8>(SIDES + <usize>(b * HULL_VERTICES_MAX + a));
      if ((left == 0) != (right == 0)) return false;
      if (left == 0 || a > b) continue;
      if (count == EDGES_MAX) return false;
      setEdge(h, count, <u32>a | ((<u32>b) << 8) | ((left - 1) << 16) | ((right - 1) << 24));
      count++;
    }
  }
  h.edgeCount = count;
  return h.vertexCount - count + h.faceCount == 2;
}

/** The vertex after corner `at` on its face. */
export function follower(h: Hull, face: i32, at: i32): i32 {
  return loopVertex(h, at + 1 == faceStart(h, face + 1) ? faceStart(h, face) : at + 1);
}
