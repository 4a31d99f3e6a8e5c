import { CONSTRAINT_BYTES, CONSTRAINTS, POINT_BYTES, POINTS } from '../layout';

/**
 * One manifold as the solver sees it, 320 bytes. Non-penetration is solved per point; friction is
 * solved once at the centroid, with two tangents and a twist about the normal: 3 rows a manifold
 * instead of 2 rows a point.
 */
@unmanaged
@final
export class Constraint {
  slotA: i32;
  slotB: i32;
  firstPoint: i32;
  pointCount: i32;
  normal: v128;
  tangent1: v128;
  tangent2: v128;
  /** Lever × tangent of each body, and the same times its inverse inertia. */
  arm1A: v128;
  arm1B: v128;
  turn1A: v128;
  turn1B: v128;
  arm2A: v128;
  arm2B: v128;
  turn2A: v128;
  turn2B: v128;
  /** Normal times inverse inertia, for the twist. */
  twistA: v128;
  twistB: v128;
  friction: f32;
  restitution: f32;
  tangentMass1: f32;
  tangentMass2: f32;
  impulse1: f32;
  impulse2: f32;
  twist: f32;
  twistMass: f32;
  biasRate: f32;
  massScale: f32;
  impulseScale: f32;
  /** Mean distance of the points from the centroid: the lever of the twist friction. */
  twistRadius: f32;
  idA: u32;
  idB: u32;
  part: u32;
  /** 1 when B is a static body. */
  staticB: u32;
  /** Of both bodies together. */
  inverseMass: f32;
  reserved0: f32;
  reserved1: f32;
  reserved2: f32;
  reserved3: v128;
}

/** One contact point, 96 bytes. */
@unmanaged
@final
export class Point {
  armA: v128;
  armB: v128;
  turnA: v128;
  turnB: v128;
  /** Separation when the tick began. */
  separation: f32;
  normalMass: f32;
  impulse: f32;
  /** Greatest impulse of the tick: tells whether there was a hit that may bounce. */
  impulseMax: f32;
  /** Normal velocity before the tick, for restitution. */
  approach: f32;
  /** See `contact/anchor.ts`. */
  anchor: u32;
  /** Speed along the normal: above 0 what a gap allows, below how fast an overlap leaves. */
  bias: f32;
  reserved: u32;
}

assert(offsetof<Constraint>() == CONSTRAINT_BYTES);
assert(offsetof<Point>() == POINT_BYTES);

export function constraint(index: i32): Constraint {
  return changetype<Constraint>(CONSTRAINTS + <usize>index * CONSTRAINT_BYTES);
}

export function point(index: i32): Point {
  return changetype<Point>(POINTS + <usize>index * POINT_BYTES);
}

let constraintCount: i32 = 0;
let pointTotal: i32 = 0;

export function clearConstraints(): void {
  constraintCount = 0;
  pointTotal = 0;
}

export function constraints(): i32 {
  return constraintCount;
}

export function points(): i32 {
  return pointTotal;
}

/** Takes the next constraint with room for `pointCount` points. */
export function appendConstraint(pointCount: i32): Constraint {
  const c = constraint(constraintCount);
  c.firstPoint = pointTotal;
  c.pointCount = pointCount;
  constraintCount++;
  pointTotal += pointCount;
  return c;
}
