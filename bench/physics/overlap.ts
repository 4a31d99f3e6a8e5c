import type { BodySpec, PhysicsScene, ShapeSpec, Vector } from './scene.ts';

export interface Overlap {
  /** Deepest penetration of any pair, in millimetres. */
  readonly maxMm: number;
  /** Mean over the pairs that overlap at all. */
  readonly meanMm: number;
}

const CELL_M = 1.5;

/** Where a body is: centre, and the axes of its frame in the world. */
interface Placed {
  readonly shape: ShapeSpec;
  readonly isStatic: boolean;
  readonly centre: Vector;
  readonly axes: readonly [Vector, Vector, Vector];
}

/**
 * How deep bodies stand in each other, by the geometry alone and in double precision, so that no
 * engine is asked about itself.
 */
export function measureOverlap(scene: PhysicsScene, transforms: Float64Array, legsM = 0): Overlap {
  const placed = scene.bodies.map((spec, i) =>
    withoutLegs(spec, place(spec, transforms, i * 7), legsM),
  );
  let max = 0;
  let sum = 0;
  let count = 0;
  for (const [a, b] of nearPairs(placed)) {
    const depth = penetration(a, b);
    if (depth <= 0) continue;
    max = Math.max(max, depth);
    sum += depth;
    count++;
  }
  return { maxMm: max * 1000, meanMm: count === 0 ? 0 : (sum / count) * 1000 };
}

/** A steered capsule stands upright: what is solid of it is a shorter one. */
function withoutLegs({ motion, shape }: BodySpec, placed: Placed, legsM: number): Placed {
  if (legsM === 0 || motion !== 'steered' || shape.kind !== 'capsule') return placed;
  const [x, y, z] = placed.centre;
  const half = shape.half - legsM / 2;
  return { ...placed, shape: { ...shape, half }, centre: [x, y + legsM / 2, z] };
}

function place({ shape, motion }: BodySpec, transforms: Float64Array, at: number): Placed {
  const [x, y, z, qx, qy, qz, qw] = transforms.subarray(at, at + 7) as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    shape,
    isStatic: motion === 'static',
    centre: [x, y, z],
    axes: [
      [1 - 2 * (qy * qy + qz * qz), 2 * (qx * qy + qz * qw), 2 * (qx * qz - qy * qw)],
      [2 * (qx * qy - qz * qw), 1 - 2 * (qx * qx + qz * qz), 2 * (qy * qz + qx * qw)],
      [2 * (qx * qz + qy * qw), 2 * (qy * qz - qx * qw), 1 - 2 * (qx * qx + qy * qy)],
    ],
  };
}

/** Radius of a ball around the shape. */
function reach(shape: ShapeSpec): number {
  if (shape.kind === 'sphere') return shape.radius;
  return shape.kind === 'capsule' ? shape.radius + shape.half : Math.hypot(...shape.half);
}

/** Small bodies by a grid, large ones against everybody. */
function* nearPairs(all: readonly Placed[]): Generator<[Placed, Placed]> {
  const large = all.filter(({ shape }) => reach(shape) > CELL_M);
  const small = all.filter(({ shape }) => reach(shape) <= CELL_M);
  const cells = new Map<string, Placed[]>();
  for (const body of small) {
    const [x, y, z] = body.centre.map((value) => Math.floor(value / CELL_M));
    for (const [dx, dy, dz] of NEIGHBOURS) {
      const others = cells.get(`${Number(x) + dx},${Number(y) + dy},${Number(z) + dz}`) ?? [];
      for (const other of others) if (mayTouch(body, other)) yield [body, other];
    }
    const key = `${x},${y},${z}`;
    const here = cells.get(key);
    if (here) here.push(body);
    else cells.set(key, [body]);
    for (const other of large) if (mayTouch(body, other)) yield [body, other];
  }
}

const STEPS = [-1, 0, 1] as const;
/** All 27 cells: a body meets those that were entered before it. */
const NEIGHBOURS = STEPS.flatMap((x) => STEPS.flatMap((y) => STEPS.map((z) => [x, y, z] as const)));

function mayTouch(a: Placed, b: Placed): boolean {
  if (a.isStatic && b.isStatic) return false;
  return length(sub(a.centre, b.centre)) < reach(a.shape) + reach(b.shape);
}

/** Depth in metres, negative or zero when apart. */
export function penetration(a: Placed, b: Placed): number {
  if (a.shape.kind === 'box' && b.shape.kind === 'box')
    return boxBox(a, a.shape.half, b, b.shape.half);
  if (b.shape.kind === 'box') return roundBox(a, b, b.shape.half);
  if (a.shape.kind === 'box') return roundBox(b, a, a.shape.half);
  return radius(a) + radius(b) - segmentDistance(segment(a), segment(b));
}

function radius({ shape }: Placed): number {
  return shape.kind === 'box' ? 0 : shape.radius;
}

/** A sphere's is a point. */
function segment({ shape, centre, axes }: Placed): readonly [Vector, Vector] {
  const half = shape.kind === 'capsule' ? shape.half : 0;
  return [add(centre, axes[1], -half), add(centre, axes[1], half)];
}

/** Separating axes: three faces of each and the nine products of edges. */
function boxBox(a: Placed, halfA: Vector, b: Placed, halfB: Vector): number {
  const between = sub(b.centre, a.centre);
  const crosses = a.axes.flatMap((one) => b.axes.map((two) => cross(one, two)));
  let least = Number.POSITIVE_INFINITY;
  for (const axis of [...a.axes, ...b.axes, ...crosses]) {
    const size = length(axis);
    if (size < 1e-6) continue;
    const depth = extent(a, halfA, axis) + extent(b, halfB, axis) - Math.abs(dot(between, axis));
    least = Math.min(least, depth / size);
    if (least <= 0) return least;
  }
  return least;
}

function extent({ axes }: Placed, half: Vector, axis: Vector): number {
  return (
    half[0] * Math.abs(dot(axes[0], axis)) +
    half[1] * Math.abs(dot(axes[1], axis)) +
    half[2] * Math.abs(dot(axes[2], axis))
  );
}

/** The distance to a box is convex along a segment: golden section. */
function roundBox(round: Placed, box: Placed, half: Vector): number {
  const [from, to] = segment(round);
  const along = sub(to, from);
  const distance = (t: number) => signedDistance(box, half, add(from, along, t));
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const left = high - (high - low) * golden;
    const right = low + (high - low) * golden;
    if (distance(left) < distance(right)) high = right;
    else low = left;
  }
  return radius(round) - Math.min(distance(0), distance(1), distance((low + high) / 2));
}

function signedDistance({ centre, axes }: Placed, half: Vector, point: Vector): number {
  const from = sub(point, centre);
  const beyond = axes.map((axis, i) => Math.abs(dot(axis, from)) - (half[i] as number));
  const outside = Math.hypot(...beyond.map((value) => Math.max(value, 0)));
  return outside + Math.min(0, Math.max(...beyond));
}

/** After Ericson, "Real-Time Collision Detection", 5.1.9. */
function segmentDistance(
  [p1, q1]: readonly [Vector, Vector],
  [p2, q2]: readonly [Vector, Vector],
): number {
  const d1 = sub(q1, p1);
  const d2 = sub(q2, p2);
  const r = sub(p1, p2);
  const a = dot(d1, d1);
  const e = dot(d2, d2);
  const b = dot(d1, d2);
  const c = dot(d1, r);
  const f = dot(d2, r);
  const denominator = a * e - b * b;
  let s = denominator > 1e-12 ? clamp((b * f - c * e) / denominator) : 0;
  const t = e > 1e-12 ? clamp((b * s + f) / e) : 0;
  if (a > 1e-12) s = clamp((b * t - c) / a);
  else s = 0;
  return length(sub(add(p1, d1, s), add(p2, d2, t)));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function sub(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function add(a: Vector, b: Vector, share: number): Vector {
  return [a[0] + b[0] * share, a[1] + b[1] * share, a[2] + b[2] * share];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function length(a: Vector): number {
  return Math.hypot(...a);
}
