import { ShapeKind } from '../host/types.ts';
import { type Rotation, rotate, type Vec3 } from './world.ts';

/**
 * Distances between convex shapes in doubles, by going over all corners and edges: slow, apart from
 * the core, and exact. What queries are judged by.
 */

/** A convex core with a radius: corners, edges between them, and what tells a point's distance. */
export interface Convex {
  readonly corners: readonly Vec3[];
  readonly edges: ReadonlyArray<readonly [Vec3, Vec3]>;
  readonly radius: number;
  /** Distance of a point to the core, 0 inside. */
  distanceTo(p: Vec3): number;
  /** Whether the segment has a point of the core that its ends and edges do not tell. */
  isPierced(from: Vec3, to: Vec3): boolean;
}

export interface Posed {
  readonly shape: number;
  readonly size: ArrayLike<number>;
  readonly position: Vec3;
  readonly rotation: Rotation;
}

export const sub = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const addScaled = (a: Vec3, b: Vec3, s: number): Vec3 => [
  a[0] + b[0] * s,
  a[1] + b[1] * s,
  a[2] + b[2] * s,
];
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

export function convexOf(posed: Posed): Convex {
  const { shape, size, position, rotation } = posed;
  const at = (local: Vec3): Vec3 => addScaled(rotate(rotation, local), position, 1);
  const [a, b, c] = [size[0] as number, size[1] as number, size[2] as number];
  if (shape === ShapeKind.SPHERE) return segmentCore(position, position, a);
  if (shape === ShapeKind.CAPSULE) return segmentCore(at([0, -b, 0]), at([0, b, 0]), a);
  return boxCore(at, [a, b, c], posed);
}

function segmentCore(from: Vec3, to: Vec3, radius: number): Convex {
  return {
    corners: [from, to],
    edges: [[from, to]],
    radius,
    distanceTo: (p) => segmentDistance(p, p, from, to),
    isPierced: () => false,
  };
}

function boxCore(at: (local: Vec3) => Vec3, half: Vec3, { position, rotation }: Posed): Convex {
  const signs = [-1, 1] as const;
  const corners = signs.flatMap((x) =>
    signs.flatMap((y) => signs.map((z) => at([x * half[0], y * half[1], z * half[2]]))),
  );
  const edges: Array<readonly [Vec3, Vec3]> = [];
  for (let i = 0; i < 8; i++) {
    for (const bit of [1, 2, 4]) {
      if ((i & bit) === 0) edges.push([corners[i] as Vec3, corners[i | bit] as Vec3]);
    }
  }
  const back: Rotation = [-rotation[0], -rotation[1], -rotation[2], rotation[3]];
  const local = (p: Vec3): Vec3 => rotate(back, sub(p, position));
  const distanceTo = (p: Vec3): number => {
    const q = local(p);
    return Math.hypot(...q.map((value, i) => Math.max(0, Math.abs(value) - (half[i] as number))));
  };
  const isPierced = (from: Vec3, to: Vec3): boolean => {
    const [o, end] = [local(from), local(to)];
    let [enter, leave] = [0, 1];
    for (let i = 0; i < 3; i++) {
      const [p, d, h] = [o[i] as number, (end[i] as number) - (o[i] as number), half[i] as number];
      if (d === 0 && Math.abs(p) > h) return false;
      if (d === 0) continue;
      enter = Math.max(enter, Math.min((-h - p) / d, (h - p) / d));
      leave = Math.min(leave, Math.max((-h - p) / d, (h - p) / d));
    }
    return enter <= leave;
  };
  return { corners, edges, radius: 0, distanceTo, isPierced };
}

export interface Hull extends Convex {
  /** Over the highest face: negative inside, and there the distance to the surface. */
  heightOf(p: Vec3): number;
  /** Least that a corner lies under a face that it is not a corner of. */
  readonly clearance: number;
}

/** The hull of a few points, found by trying every three of them. */
export function hullCore(points: readonly Vec3[]): Hull {
  const planes = planesThrough(points);
  const triangles = planes.flatMap(({ on }) =>
    threesOf(on).map(([a, b, c]) => triangleCore(a, b, c)),
  );
  const below = planes.flatMap(({ normal, height, on }) =>
    points.filter((p) => !on.includes(p)).map((p) => height - dot(normal, p)),
  );
  const heightOf = (p: Vec3): number =>
    Math.max(...planes.map(({ normal, height }) => dot(normal, p) - height));
  return {
    corners: points,
    edges: triangles.flatMap(({ edges }) => edges),
    radius: 0,
    clearance: Math.min(...below),
    heightOf,
    distanceTo(p) {
      if (heightOf(p) <= 0) return 0;
      return Math.min(...triangles.map((triangle) => triangle.distanceTo(p)));
    },
    isPierced(from, to) {
      let [enter, leave] = [0, 1];
      for (const { normal, height } of planes) {
        const [one, two] = [dot(normal, from) - height, dot(normal, to) - height];
        if (one > 0 && two > 0) return false;
        if (one > two) enter = Math.max(enter, one / (one - two));
        else if (two > one) leave = Math.min(leave, one / (one - two));
      }
      return enter <= leave;
    },
  };
}

interface Plane {
  readonly normal: Vec3;
  readonly height: number;
  readonly on: readonly Vec3[];
}

/** Wide enough for points that were turned in doubles and stand 300 m from the origin. */
const ON_PLANE_M = 1e-9;

function planesThrough(points: readonly Vec3[]): Plane[] {
  const planes: Plane[] = [];
  for (const [a, b, c] of threesOf(points)) {
    const across = cross(sub(b, a), sub(c, a));
    const length = Math.hypot(...across);
    if (length < 1e-6) continue;
    for (const sign of [1, -1]) {
      const normal = addScaled([0, 0, 0], across, sign / length);
      const height = dot(normal, a);
      if (points.some((p) => dot(normal, p) > height + ON_PLANE_M)) continue;
      if (planes.some((plane) => dot(plane.normal, normal) > 1 - 1e-12)) continue;
      planes.push({
        normal,
        height,
        on: points.filter((p) => dot(normal, p) > height - ON_PLANE_M),
      });
    }
  }
  return planes;
}

function threesOf<T>(items: readonly T[]): Array<readonly [T, T, T]> {
  return items.flatMap((a, i) =>
    items.slice(i + 1).flatMap((b, j) => items.slice(i + j + 2).map((c) => [a, b, c] as const)),
  );
}

export function triangleCore(a: Vec3, b: Vec3, c: Vec3): Convex {
  const normal = cross(sub(b, a), sub(c, a));
  const sides = [
    [a, b],
    [b, c],
    [c, a],
  ] as const;
  const isOver = (p: Vec3): boolean =>
    sides.every(([from, to]) => dot(cross(sub(to, from), sub(p, from)), normal) >= 0);
  const height = (p: Vec3): number => dot(sub(p, a), normal) / Math.hypot(...normal);
  return {
    corners: [a, b, c],
    edges: sides,
    radius: 0,
    distanceTo(p) {
      if (isOver(p)) return Math.abs(height(p));
      return Math.min(...sides.map(([from, to]) => segmentDistance(p, p, from, to)));
    },
    isPierced(from, to) {
      const [one, two] = [height(from), height(to)];
      if (one * two > 0 || one === two) return false;
      return isOver(addScaled(from, sub(to, from), one / (one - two)));
    },
  };
}

/** Distance of the surfaces; cores that overlap count as 0 apart. */
export function gapBetween(a: Convex, b: Convex): number {
  return coreGap(a, b) - a.radius - b.radius;
}

function coreGap(a: Convex, b: Convex): number {
  let least = Infinity;
  for (const corner of a.corners) least = Math.min(least, b.distanceTo(corner));
  for (const corner of b.corners) least = Math.min(least, a.distanceTo(corner));
  for (const [from, to] of a.edges) if (b.isPierced(from, to)) return 0;
  for (const [from, to] of b.edges) if (a.isPierced(from, to)) return 0;
  for (const [from, to] of a.edges) {
    for (const [start, end] of b.edges) {
      least = Math.min(least, segmentDistance(from, to, start, end));
    }
  }
  return least;
}

/** Distance of two segments (Ericson, Real-Time Collision Detection, 5.1.9). */
export function segmentDistance(p1: Vec3, q1: Vec3, p2: Vec3, q2: Vec3): number {
  const [d1, d2, r] = [sub(q1, p1), sub(q2, p2), sub(p1, p2)];
  const [a, e, f, c, b] = [dot(d1, d1), dot(d2, d2), dot(d2, r), dot(d1, r), dot(d1, d2)];
  if (e === 0) {
    const along = a > 0 ? clamp(-c / a, 0, 1) : 0;
    return Math.hypot(...sub(addScaled(p1, d1, along), p2));
  }
  const determinant = a * e - b * b;
  let s = determinant > 1e-18 ? clamp((b * f - c * e) / determinant, 0, 1) : 0;
  let t = (b * s + f) / e;
  if (t < 0 || t > 1) {
    t = clamp(t, 0, 1);
    s = a > 0 ? clamp((b * t - c) / a, 0, 1) : 0;
  }
  return Math.hypot(...sub(addScaled(p1, d1, s), addScaled(p2, d2, t)));
}
