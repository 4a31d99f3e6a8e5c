import { bodyPose, type Core, meshPose } from '../host/core.ts';
import { type Rotation, rotate, type Vec3 } from './world.ts';

/** Convex polyhedra in doubles, computed apart from the core: what hulls are judged by. */

export interface Polyhedron {
  readonly vertices: readonly Vec3[];
  /** Unit normals, outward, without repeats. */
  readonly normals: readonly Vec3[];
  /** Directions of edges, without repeats. */
  readonly edges: readonly Vec3[];
}

export function sub(a: Vec3, b: Vec3): [number, number, number] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): [number, number, number] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function unit(a: Vec3): [number, number, number] {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}

/** Every plane through three points that has all others on one side, by trying all. */
export function polyhedronOf(points: readonly Vec3[]): Polyhedron {
  const size = Math.max(...points.map((p) => Math.hypot(...sub(p, points[0] as Vec3))));
  const planes: Array<{ normal: Vec3; on: number[] }> = [];
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      for (let k = j + 1; k < points.length; k++) {
        const p = points[i] as Vec3;
        const n = cross(sub(points[j] as Vec3, p), sub(points[k] as Vec3, p));
        if (Math.hypot(...n) < 1e-9 * size * size) continue;
        addPlane(planes, points, p, unit(n), size * 1e-6);
      }
    }
  }
  const edges: Vec3[] = [];
  for (let i = 0; i < planes.length; i++) {
    for (let j = i + 1; j < planes.length; j++) {
      const common = (planes[i]?.on ?? []).filter((v) => planes[j]?.on.includes(v));
      if (common.length < 2) continue;
      const [a, b] = [points[common[0] as number], points[common[1] as number]];
      addDirection(edges, unit(sub(b as Vec3, a as Vec3)), true);
    }
  }
  return { vertices: points, normals: planes.map((plane) => plane.normal), edges };
}

function addPlane(
  planes: Array<{ normal: Vec3; on: number[] }>,
  points: readonly Vec3[],
  through: Vec3,
  normal: Vec3,
  tolerance: number,
): void {
  const heights = points.map((p) => dot(normal, sub(p, through)));
  const isUnder = heights.every((h) => h < tolerance);
  if (!isUnder && !heights.every((h) => h > -tolerance)) return;
  const outward: Vec3 = isUnder ? normal : [-normal[0], -normal[1], -normal[2]];
  if (planes.some((plane) => dot(plane.normal, outward) > 1 - 1e-9)) return;
  const on = heights.flatMap((h, i) => (Math.abs(h) < tolerance ? [i] : []));
  planes.push({ normal: outward, on });
}

function addDirection(directions: Vec3[], d: Vec3, isLine: boolean): void {
  const isKnown = directions.some((other) => {
    const cosine = dot(other, d);
    return (isLine ? Math.abs(cosine) : cosine) > 1 - 1e-9;
  });
  if (!isKnown) directions.push(d);
}

export function posed(p: Polyhedron, position: Vec3, rotation: Rotation): Polyhedron {
  const move = (v: Vec3): Vec3 => {
    const [x, y, z] = rotate(rotation, v);
    return [x + position[0], y + position[1], z + position[2]];
  };
  return {
    vertices: p.vertices.map(move),
    normals: p.normals.map((n) => rotate(rotation, n)),
    edges: p.edges.map((e) => rotate(rotation, e)),
  };
}

/** The polyhedron that was given as definition `id`, where the body of that look stands. */
export function posedMesh(
  core: Core,
  id: number,
  mesh: Polyhedron,
  position: Vec3,
  rotation: Rotation,
): Polyhedron {
  const frame = core.definitionFrame(id);
  if (!frame) throw new Error(`no definition ${id}`);
  const pose = meshPose(frame, position, rotation);
  return posed(mesh, pose.position, pose.rotation);
}

/** Where to spawn the body whose mesh is to stand at a pose. */
export function spawnPose(core: Core, id: number, position: Vec3, rotation: Rotation) {
  const frame = core.definitionFrame(id);
  if (!frame) throw new Error(`no definition ${id}`);
  return bodyPose(frame, position, rotation);
}

/** Depth of the least overlap of the shadows on any axis that may part the two; 0 when apart. */
export function depthOf(a: Polyhedron, b: Polyhedron): number {
  let depth = Number.POSITIVE_INFINITY;
  const consider = (axis: Vec3): void => {
    const [lowA, highA] = shadow(a, axis);
    const [lowB, highB] = shadow(b, axis);
    depth = Math.min(depth, highA - lowB, highB - lowA);
  };
  for (const n of [...a.normals, ...b.normals]) {
    consider(n);
    if (depth <= 0) return 0;
  }
  for (const one of a.edges) {
    for (const two of b.edges) {
      const axis = cross(one, two);
      if (Math.hypot(...axis) < 1e-4) continue;
      consider(unit(axis));
      if (depth <= 0) return 0;
    }
  }
  return depth;
}

function shadow(p: Polyhedron, axis: Vec3): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of p.vertices) {
    const at = dot(v, axis);
    low = Math.min(low, at);
    high = Math.max(high, at);
  }
  return [low, high];
}

export function boxPoints(half: Vec3): Vec3[] {
  return Array.from({ length: 8 }, (_, i) => [
    i & 1 ? half[0] : -half[0],
    i & 2 ? half[1] : -half[1],
    i & 4 ? half[2] : -half[2],
  ]);
}

/** `count` points all over a ball: a near-sphere. */
export function ballPoints(count: number, radius: number): Vec3[] {
  return Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * (i + 0.5)) / count;
    const r = Math.sqrt(1 - y * y) * radius;
    const angle = i * 2.399963;
    return [r * Math.cos(angle), y * radius, r * Math.sin(angle)];
  });
}
