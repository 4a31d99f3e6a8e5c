import { Body } from '../body/body';
import { CLIP } from '../layout';
import { addScaled3, at3, dot3, sub3 } from '../math/vec3';
import { addPoint } from './manifold';

/**
 * A corner of the incident face in the reference face's own coordinates, 32 bytes. `code` names it
 * for warm starting; `edge` names the polygon's edge that starts at it.
 */
@unmanaged
@final
class ClipVertex {
  u: f32;
  v: f32;
  /** Height above the reference face: the separation. */
  height: f32;
  code: u32;
  edge: u32;
  reserved0: u32;
  reserved1: u64;
}

const POLYGON_BYTES: usize = 8 * 32;

function vertex(polygon: usize, index: i32): ClipVertex {
  return changetype<ClipVertex>(polygon + ((<usize>index) << 5));
}

/**
 * Clips the incident box's face against the sides of face `axis` of the reference box and adds
 * what lies near or below it to the manifold. `side` tells A from B in the features.
 */
export function clipFace(
  reference: Body,
  rX: v128,
  rY: v128,
  rZ: v128,
  axis: i32,
  outward: v128,
  incident: Body,
  iX: v128,
  iY: v128,
  iZ: v128,
  side: u32,
): void {
  const uAxis = axis == 0 ? rY : rX;
  const vAxis = axis == 2 ? rY : rZ;
  const uLimit = at3(reference.size, axis == 0 ? 1 : 0);
  const vLimit = at3(reference.size, axis == 2 ? 1 : 2);
  const height = at3(reference.size, axis);

  const face = incidentFace(outward, iX, iY, iZ);
  loadIncident(reference, uAxis, vAxis, outward, height, incident, iX, iY, iZ, face);
  let count = 4;
  count = clipU(CLIP, CLIP + POLYGON_BYTES, count, uLimit, 1.0, 0);
  count = clipU(CLIP + POLYGON_BYTES, CLIP, count, uLimit, -1.0, 1);
  count = clipV(CLIP, CLIP + POLYGON_BYTES, count, vLimit, 1.0, 2);
  count = clipV(CLIP + POLYGON_BYTES, CLIP, count, vLimit, -1.0, 3);

  const faces = (side << 12) | ((<u32>axis) << 10) | ((<u32>face) << 7);
  for (let i = 0; i < count; i++) {
    const p = vertex(CLIP, i);
    const onFace = addScaled3(addScaled3(reference.position, uAxis, p.u), vAxis, p.v);
    addPoint(addScaled3(onFace, outward, height + 0.5 * p.height), p.height, faces | p.code);
  }
}

/** The face that looks most against `outward`: axis · 2, plus 1 when it is the negative side. */
function incidentFace(outward: v128, x: v128, y: v128, z: v128): i32 {
  const dx = dot3(x, outward);
  const dy = dot3(y, outward);
  const dz = dot3(z, outward);
  let axis = 0;
  let steepest = dx;
  if (Mathf.abs(dy) > Mathf.abs(steepest)) {
    axis = 1;
    steepest = dy;
  }
  if (Mathf.abs(dz) > Mathf.abs(steepest)) {
    axis = 2;
    steepest = dz;
  }
  return axis * 2 + (steepest > 0 ? 1 : 0);
}

function loadIncident(
  reference: Body,
  uAxis: v128,
  vAxis: v128,
  outward: v128,
  height: f32,
  incident: Body,
  x: v128,
  y: v128,
  z: v128,
  face: i32,
): void {
  const axis = face >> 1;
  const normal = axis == 0 ? x : axis == 1 ? y : z;
  const one = axis == 0 ? y : x;
  const two = axis == 2 ? y : z;
  const halfOne = at3(incident.size, axis == 0 ? 1 : 0);
  const halfTwo = at3(incident.size, axis == 2 ? 1 : 2);
  const reach = at3(incident.size, axis);
  const centre = addScaled3(
    sub3(incident.position, reference.position),
    normal,
    (face & 1) != 0 ? -reach : reach,
  );
  for (let i = 0; i < 4; i++) {
    const alongOne = i == 0 || i == 3 ? -halfOne : halfOne;
    const alongTwo = i < 2 ? -halfTwo : halfTwo;
    const corner = addScaled3(addScaled3(centre, one, alongOne), two, alongTwo);
    const p = vertex(CLIP, i);
    p.u = dot3(corner, uAxis);
    p.v = dot3(corner, vAxis);
    p.height = dot3(corner, outward) - height;
    p.code = <u32>i;
    p.edge = <u32>i;
  }
}

/** Sutherland-Hodgman against sign·u ≤ limit. Returns the count of what stays. */
function clipU(from: usize, to: usize, count: i32, limit: f32, sign: f32, plane: u32): i32 {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const p = vertex(from, i);
    const q = vertex(from, i + 1 == count ? 0 : i + 1);
    kept = clipEdge(p, q, limit - sign * p.u, limit - sign * q.u, plane, to, kept);
  }
  return kept;
}

function clipV(from: usize, to: usize, count: i32, limit: f32, sign: f32, plane: u32): i32 {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const p = vertex(from, i);
    const q = vertex(from, i + 1 == count ? 0 : i + 1);
    kept = clipEdge(p, q, limit - sign * p.v, limit - sign * q.v, plane, to, kept);
  }
  return kept;
}

/** Keeps p when inside, and the crossing when edge p→q crosses. `dp`, `dq`: inside distances. */
function clipEdge(
  p: ClipVertex,
  q: ClipVertex,
  dp: f32,
  dq: f32,
  plane: u32,
  to: usize,
  kept: i32,
): i32 {
  let count = kept;
  if (dp >= 0) {
    const target = changetype<usize>(vertex(to, count));
    v128.store(target, v128.load(changetype<usize>(p)));
    v128.store(target, v128.load(changetype<usize>(p), 16), 16);
    count++;
  }
  if (dp >= 0 != dq >= 0) {
    const t = dp / (dp - dq);
    const made = vertex(to, count);
    made.u = p.u + (q.u - p.u) * t;
    made.v = p.v + (q.v - p.v) * t;
    made.height = p.height + (q.height - p.height) * t;
    made.code = 16 + p.edge * 4 + plane;
    made.edge = dp >= 0 ? 4 + plane : p.edge;
    count++;
  }
  return count;
}
