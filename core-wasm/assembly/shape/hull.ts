import { SHAPE_BYTES } from '../layout';
import { mergeFaces } from './face-merge';
import { finishHull } from './hull-finish';
import { wrapPoints } from './point-wrap';

/**
 * What follows from a definition: mass for density 1, bounds, and for a hull its faces, edges and
 * vertices about its centre of mass in its principal axes, which are the body's own. A compound
 * has its children in place of the vertices (`compound.ts`).
 */
@unmanaged
@final
export class Hull {
  /** Centre of mass and principal axes in the definition's own axes. */
  centre: v128;
  rotation: v128;
  /** Diagonal of the inertia for density 1 (m⁵), and the volume (m³) in lane 3. */
  inertia: v128;
  /** Bounds in body axes. */
  low: v128;
  high: v128;
  vertexCount: i32;
  faceCount: i32;
  edgeCount: i32;
  childCount: i32;
}

/** A polyhedron of 32 vertices has at most 60 faces, 90 edges and loops of 180 corners. */
export const FACES_MAX: i32 = 60;
export const EDGES_MAX: i32 = 90;
export const LOOPS_MAX: i32 = 180;

// Sections behind the head. Blocks are the vertices again, four at a time by component, the last
// one repeated to fill up.
const VERTICES: usize = 96;
const BLOCKS: usize = VERTICES + 32 * 16;
const PLANES: usize = BLOCKS + 8 * 48;
const STARTS: usize = PLANES + FACES_MAX * 16;
const LOOPS: usize = STARTS + 64;
const EDGES: usize = LOOPS + 192;

assert(offsetof<Hull>() == VERTICES);
assert(<i32>EDGES + EDGES_MAX * 4 <= SHAPE_BYTES);

export function vertexAddress(h: Hull, index: i32): usize {
  return changetype<usize>(h) + VERTICES + ((<usize>index) << 4);
}

export function vertexOf(h: Hull, index: i32): v128 {
  return v128.load(changetype<usize>(h) + ((<usize>index) << 4), VERTICES);
}

/** Four vertices: x of all, 16 bytes on y, 32 bytes on z. */
export function blockAddress(h: Hull, index: i32): usize {
  return changetype<usize>(h) + BLOCKS + <usize>index * 48;
}

export function planeAddress(h: Hull, index: i32): usize {
  return changetype<usize>(h) + PLANES + ((<usize>index) << 4);
}

/** Outward unit normal of a face, with its distance from the origin in lane 3. */
export function planeOf(h: Hull, index: i32): v128 {
  return v128.load(changetype<usize>(h) + ((<usize>index) << 4), PLANES);
}

/** Where a face's corners begin in the loops; face `faceCount` is the end of the last. */
export function faceStart(h: Hull, face: i32): i32 {
  return <i32>load<u8>(changetype<usize>(h) + <usize>face, STARTS);
}

export function setFaceStart(h: Hull, face: i32, start: i32): void {
  store<u8>(changetype<usize>(h) + <usize>face, <u8>start, STARTS);
}

/** A vertex of a face, counter-clockwise from outside. */
export function loopVertex(h: Hull, at: i32): i32 {
  return <i32>load<u8>(changetype<usize>(h) + <usize>at, LOOPS);
}

export function setLoopVertex(h: Hull, at: i32, vertex: i32): void {
  store<u8>(changetype<usize>(h) + <usize>at, <u8>vertex, LOOPS);
}

/** tail, head, face to the left from outside, face to the right: a byte each, least first. */
export function edgeOf(h: Hull, index: i32): u32 {
  return load<u32>(changetype<usize>(h) + ((<usize>index) << 2), EDGES);
}

export function setEdge(h: Hull, index: i32, edge: u32): void {
  store<u32>(changetype<usize>(h) + ((<usize>index) << 2), edge, EDGES);
}

/** Copies faces' corners and edges, not places, from one hull to another. */
export function copyTopology(from: Hull, to: Hull): void {
  to.vertexCount = from.vertexCount;
  to.faceCount = from.faceCount;
  to.edgeCount = from.edgeCount;
  memory.copy(
    changetype<usize>(to) + STARTS,
    changetype<usize>(from) + STARTS,
    <usize>SHAPE_BYTES - STARTS,
  );
}

/** Fills the blocks from the vertices. */
export function fillBlocks(h: Hull): void {
  const last = h.vertexCount - 1;
  for (let i = 0; i <= (last | 3); i++) {
    const v = vertexOf(h, min<i32>(i, last));
    const at = blockAddress(h, i >> 2) + <usize>((i & 3) << 2);
    store<f32>(at, f32x4.extract_lane(v, 0));
    store<f32>(at, f32x4.extract_lane(v, 1), 16);
    store<f32>(at, f32x4.extract_lane(v, 2), 32);
  }
}

/**
 * Makes the hull of `count` points (three f32 each). False, with rubbish in `h`, when they span no
 * body of the least thickness: the one check of points from outside.
 */
export function buildHull(points: usize, count: i32, h: Hull): bool {
  memory.fill(changetype<usize>(h), 0, SHAPE_BYTES);
  if (!wrapPoints(points, count)) return false;
  if (!mergeFaces(h, true) && !mergeFaces(h, false)) return false;
  return finishHull(h);
}
