import { Body, Shape } from '../body/body';
import { CONVEX_BYTES } from '../layout';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, dot3, scale3, sub3, x3, y3, z3 } from '../math/vec3';

/**
 * An operand of `gjk.ts`: a convex core about a centre and a radius around it. The cores of sphere,
 * capsule and box are one kind, centre ± x ± y ± z with axes that may be zero, so that round shapes
 * stay exactly round and GJK sees points, segments and boxes only.
 */
@unmanaged
@final
export class Convex {
  centre: v128;
  /** Scaled axes of the core, or the corners of a triangle about the centre. */
  x: v128;
  y: v128;
  z: v128;
  radius: f32;
  isTriangle: u32;
  reserved: u64;
}

assert(offsetof<Convex>() == CONVEX_BYTES);

/** The shape of a body, seen from `about`. */
export function loadConvex(c: Convex, b: Body, about: v128): void {
  const zero = f32x4.splat(0);
  const isBox = b.shape == Shape.BOX;
  c.centre = sub3(b.position, about);
  c.x = isBox ? scale3(axisX(b.rotation), x3(b.size)) : zero;
  c.y = b.shape == Shape.SPHERE ? zero : scale3(axisY(b.rotation), y3(b.size));
  c.z = isBox ? scale3(axisZ(b.rotation), z3(b.size)) : zero;
  c.radius = isBox ? 0 : x3(b.size);
  c.isTriangle = 0;
}

/** A triangle whose corners are given about `c`'s future centre. */
export function loadTriangle(c: Convex, centre: v128, one: v128, two: v128, three: v128): void {
  c.centre = centre;
  c.x = one;
  c.y = two;
  c.z = three;
  c.radius = 0;
  c.isTriangle = 1;
}

/** The core's point that lies furthest along `direction`. */
export function supportOf(c: Convex, direction: v128): v128 {
  if (c.isTriangle != 0) return add3(c.centre, furthest(c, direction));
  return add3(
    add3(c.centre, towards(c.x, direction)),
    add3(towards(c.y, direction), towards(c.z, direction)),
  );
}

function towards(axis: v128, direction: v128): v128 {
  return dot3(axis, direction) < 0 ? sub3(f32x4.splat(0), axis) : axis;
}

function furthest(c: Convex, direction: v128): v128 {
  const one = dot3(c.x, direction);
  const two = dot3(c.y, direction);
  const three = dot3(c.z, direction);
  if (one >= two && one >= three) return c.x;
  return two >= three ? c.y : c.z;
}
