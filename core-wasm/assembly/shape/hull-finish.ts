import { vec3 } from '../math/vec3';
import { keptVertex } from './face-merge';
import {
  faceStart,
  fillBlocks,
  Hull,
  loopVertex,
  planeAddress,
  vertexAddress,
  vertexOf,
} from './hull';
import {
  addTetrahedron,
  beginTensor,
  finishTensor,
  principal,
  principalInertia,
  principalRotation,
  tensorVolume,
  tensorX,
  tensorY,
  tensorZ,
} from './mass-tensor';
import { wrapMiddleX, wrapMiddleY, wrapMiddleZ, wrapX, wrapY, wrapZ } from './point-wrap';

/** Last part of a hull: mass, vertices about the centre of mass in principal axes, planes. */
export function finishHull(h: Hull): bool {
  weigh(h);
  if (!(tensorVolume() > 0)) return false;
  h.centre = vec3(
    <f32>(wrapMiddleX() + tensorX()),
    <f32>(wrapMiddleY() + tensorY()),
    <f32>(wrapMiddleZ() + tensorZ()),
  );
  h.rotation = principalRotation();
  h.inertia = principalInertia();
  h.low = f32x4.splat(Infinity);
  h.high = f32x4.splat(-Infinity);
  for (let i = 0; i < h.vertexCount; i++) {
    const v = turned(keptVertex(i));
    v128.store(vertexAddress(h, i), v);
    h.low = f32x4.min(h.low, v);
    h.high = f32x4.max(h.high, v);
  }
  for (let face = 0; face < h.faceCount; face++) {
    v128.store(planeAddress(h, face), planeThrough(h, face));
  }
  fillBlocks(h);
  return true;
}

/** Tetrahedra from the middle to fans of all faces: exact also where merged faces bend. */
function weigh(h: Hull): void {
  beginTensor();
  for (let face = 0; face < h.faceCount; face++) {
    const start = faceStart(h, face);
    const a = keptVertex(loopVertex(h, start));
    for (let at = start + 2; at < faceStart(h, face + 1); at++) {
      const b = keptVertex(loopVertex(h, at - 1));
      const c = keptVertex(loopVertex(h, at));
      addTetrahedron(
        wrapX(a),
        wrapY(a),
        wrapZ(a),
        wrapX(b),
        wrapY(b),
        wrapZ(b),
        wrapX(c),
        wrapY(c),
        wrapZ(c),
      );
    }
  }
  finishTensor();
}

function turned(v: i32): v128 {
  const x = wrapX(v) - tensorX();
  const y = wrapY(v) - tensorY();
  const z = wrapZ(v) - tensorZ();
  return vec3(along(x, y, z, 0), along(x, y, z, 1), along(x, y, z, 2));
}

function along(x: f64, y: f64, z: f64, axis: i32): f32 {
  return <f32>(x * principal(0, axis) + y * principal(1, axis) + z * principal(2, axis));
}

/** Newell's normal of the loop, moved out until no vertex of the hull lies outside. */
function planeThrough(h: Hull, face: i32): v128 {
  let x: f64 = 0;
  let y: f64 = 0;
  let z: f64 = 0;
  const end = faceStart(h, face + 1);
  let p = vertexOf(h, loopVertex(h, end - 1));
  for (let at = faceStart(h, face); at < end; at++) {
    const q = vertexOf(h, loopVertex(h, at));
    x += (lane(p, 1) - lane(q, 1)) * (lane(p, 2) + lane(q, 2));
    y += (lane(p, 2) - lane(q, 2)) * (lane(p, 0) + lane(q, 0));
    z += (lane(p, 0) - lane(q, 0)) * (lane(p, 1) + lane(q, 1));
    p = q;
  }
  const length = Math.sqrt(x * x + y * y + z * z);
  let reach: f64 = -Infinity;
  for (let i = 0; i < h.vertexCount; i++) {
    const v = vertexOf(h, i);
    reach = max<f64>(reach, (x * lane(v, 0) + y * lane(v, 1) + z * lane(v, 2)) / length);
  }
  const normal = vec3(<f32>(x / length), <f32>(y / length), <f32>(z / length));
  return f32x4.replace_lane(normal, 3, <f32>reach);
}

function lane(v: v128, axis: i32): f64 {
  if (axis == 0) return <f64>f32x4.extract_lane(v, 0);
  if (axis == 1) return <f64>f32x4.extract_lane(v, 1);
  return <f64>f32x4.extract_lane(v, 2);
}
