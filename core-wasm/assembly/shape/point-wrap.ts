import { HULL_VERTICES_MAX } from '../limits';

/**
 * The convex hull of at most 32 points as triangles. Points are snapped to a grid of 2^-19 of their
 * extent, a float's own precision, so that every orientation is an exact 64-bit integer: there is
 * no tolerance, and so no input, that could make the triangles anything but a closed surface.
 * Points go in one by one (Kallay's beneath-beyond): the triangles that a point lies strictly
 * outside of are replaced by a fan from the point to their rim. Quickhull with tolerances was
 * rejected: its repairs are longer than this, and 32 points give it nothing to save.
 */

/** Coordinates stay below 2^19: a determinant of differences then stays below 2^63. */
const GRID_MAX: f64 = 524288.0;
export const TRIANGLES_MAX: i32 = 64;
const SIDE: i32 = HULL_VERTICES_MAX;

const GRID: usize = memory.data(HULL_VERTICES_MAX * 24, 16);
/** a, b, c and 1 when in use. */
const TRIANGLES: usize = memory.data(TRIANGLES_MAX * 4, 16);
/** 1 + triangle of each directed edge, 0 for none. */
const OWNERS: usize = memory.data(HULL_VERTICES_MAX * HULL_VERTICES_MAX, 16);
const RIM: usize = memory.data(128 * 2, 16);

let scale: f64 = 1;
let extent: f64 = 0;
let middleX: f64 = 0;
let middleY: f64 = 0;
let middleZ: f64 = 0;

function gridX(i: i32): i64 {
  return load<i64>(GRID + <usize>(i * 24));
}

function gridY(i: i32): i64 {
  return load<i64>(GRID + <usize>(i * 24), 8);
}

function gridZ(i: i32): i64 {
  return load<i64>(GRID + <usize>(i * 24), 16);
}

/** Metres from the middle of the points' bounds. */
export function wrapX(i: i32): f64 {
  return <f64>gridX(i) / scale;
}

export function wrapY(i: i32): f64 {
  return <f64>gridY(i) / scale;
}

export function wrapZ(i: i32): f64 {
  return <f64>gridZ(i) / scale;
}

export function wrapMiddleX(): f64 {
  return middleX;
}

export function wrapMiddleY(): f64 {
  return middleY;
}

export function wrapMiddleZ(): f64 {
  return middleZ;
}

/** Half the greatest side of the points' bounds, in metres. */
export function wrapExtent(): f64 {
  return extent;
}

export function triangleAddress(t: i32): usize {
  return TRIANGLES + ((<usize>t) << 2);
}

export function isTriangle(t: i32): bool {
  return load<u8>(triangleAddress(t), 3) != 0;
}

/** Corner 0, 1 or 2 of a triangle, counter-clockwise from outside. */
export function triangleCorner(t: i32, corner: i32): i32 {
  return <i32>load<u8>(triangleAddress(t) + <usize>corner);
}

/** Triangle to the left of the edge from `a` to `b`, or −1. */
export function ownerOf(a: i32, b: i32): i32 {
  return <i32>load<u8>(OWNERS + <usize>(a * SIDE + b)) - 1;
}

function setOwner(a: i32, b: i32, t: i32): void {
  store<u8>(OWNERS + <usize>(a * SIDE + b), <u8>(t + 1));
}

/** False when the points are not finite or lie in one plane. */
export function wrapPoints(points: usize, count: i32): bool {
  if (!snap(points, count)) return false;
  memory.fill(TRIANGLES, 0, TRIANGLES_MAX * 4);
  memory.fill(OWNERS, 0, HULL_VERTICES_MAX * HULL_VERTICES_MAX);
  if (!startTetrahedron(count)) return false;
  for (let p = 0; p < count; p++) insertPoint(p);
  return true;
}

function snap(points: usize, count: i32): bool {
  middleX = snapMiddle(points, count, 0);
  const sideX = snapHalf;
  middleY = snapMiddle(points, count, 4);
  const sideY = snapHalf;
  middleZ = snapMiddle(points, count, 8);
  extent = max<f64>(sideX, max<f64>(sideY, snapHalf));
  if (!(extent > 0 && extent < 1e6)) return false;
  scale = 1;
  while (extent * scale < 0.5 * GRID_MAX) scale *= 2;
  while (extent * scale > GRID_MAX) scale *= 0.5;
  for (let i = 0; i < count; i++) {
    const from = points + <usize>(i * 12);
    const to = GRID + <usize>(i * 24);
    store<i64>(to, <i64>nearest((<f64>load<f32>(from) - middleX) * scale));
    store<i64>(to, <i64>nearest((<f64>load<f32>(from, 4) - middleY) * scale), 8);
    store<i64>(to, <i64>nearest((<f64>load<f32>(from, 8) - middleZ) * scale), 16);
  }
  return true;
}

let snapHalf: f64 = 0;

/** Middle of the points along one axis; leaves half their spread in `snapHalf`. */
function snapMiddle(points: usize, count: i32, axisOffset: usize): f64 {
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = <f64>load<f32>(points + <usize>(i * 12) + axisOffset);
    low = min<f64>(low, value);
    high = max<f64>(high, value);
  }
  snapHalf = 0.5 * (high - low);
  return 0.5 * (low + high);
}

let crossX: i64 = 0;
let crossY: i64 = 0;
let crossZ: i64 = 0;

/** (b − a) × (c − a), exact. */
function crossOf(a: i32, b: i32, c: i32): void {
  const ux = gridX(b) - gridX(a);
  const uy = gridY(b) - gridY(a);
  const uz = gridZ(b) - gridZ(a);
  const vx = gridX(c) - gridX(a);
  const vy = gridY(c) - gridY(a);
  const vz = gridZ(c) - gridZ(a);
  crossX = uy * vz - uz * vy;
  crossY = uz * vx - ux * vz;
  crossZ = ux * vy - uy * vx;
}

/** Above zero when `p` lies outside of the plane through a, b, c. */
function sideOf(a: i32, b: i32, c: i32, p: i32): i64 {
  crossOf(a, b, c);
  return (
    crossX * (gridX(p) - gridX(a)) + crossY * (gridY(p) - gridY(a)) + crossZ * (gridZ(p) - gridZ(a))
  );
}

function startTetrahedron(count: i32): bool {
  let b = 1;
  while (b < count && gridX(b) == gridX(0) && gridY(b) == gridY(0) && gridZ(b) == gridZ(0)) b++;
  if (b >= count) return false;
  let c = b + 1;
  for (; c < count; c++) {
    crossOf(0, b, c);
    if (crossX != 0 || crossY != 0 || crossZ != 0) break;
  }
  if (c >= count) return false;
  let d = c + 1;
  while (d < count && sideOf(0, b, c, d) == 0) d++;
  if (d >= count) return false;
  if (sideOf(0, b, c, d) > 0) {
    const swap = b;
    b = c;
    c = swap;
  }
  addTriangle(0, b, c);
  addTriangle(0, d, b);
  addTriangle(b, d, c);
  addTriangle(c, d, 0);
  return true;
}

function addTriangle(a: i32, b: i32, c: i32): void {
  let t = 0;
  while (isTriangle(t)) t++;
  assert(t < TRIANGLES_MAX);
  const at = triangleAddress(t);
  store<u8>(at, <u8>a);
  store<u8>(at, <u8>b, 1);
  store<u8>(at, <u8>c, 2);
  store<u8>(at, 1, 3);
  setOwner(a, b, t);
  setOwner(b, c, t);
  setOwner(c, a, t);
}

/** Marks what the point sees with 2, collects the rim, then puts the fan in its place. */
function insertPoint(p: i32): void {
  let sees = false;
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (!isTriangle(t)) continue;
    const a = triangleCorner(t, 0);
    if (sideOf(a, triangleCorner(t, 1), triangleCorner(t, 2), p) <= 0) continue;
    store<u8>(triangleAddress(t), 2, 3);
    sees = true;
  }
  if (!sees) return;
  let rim = 0;
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (load<u8>(triangleAddress(t), 3) != 2) continue;
    for (let i = 0; i < 3; i++) {
      const a = triangleCorner(t, i);
      const b = triangleCorner(t, i == 2 ? 0 : i + 1);
      if (load<u8>(triangleAddress(ownerOf(b, a)), 3) == 2) continue;
      store<u8>(RIM + <usize>(rim * 2), <u8>a);
      store<u8>(RIM + <usize>(rim * 2), <u8>b, 1);
      rim++;
    }
  }
  removeSeen();
  for (let i = 0; i < rim; i++) {
    addTriangle(<i32>load<u8>(RIM + <usize>(i * 2)), <i32>load<u8>(RIM + <usize>(i * 2), 1), p);
  }
}

function removeSeen(): void {
  for (let t = 0; t < TRIANGLES_MAX; t++) {
    if (load<u8>(triangleAddress(t), 3) != 2) continue;
    for (let i = 0; i < 3; i++) {
      setOwner(triangleCorner(t, i), triangleCorner(t, i == 2 ? 0 : i + 1), -1);
    }
    store<u32>(triangleAddress(t), 0);
  }
}
