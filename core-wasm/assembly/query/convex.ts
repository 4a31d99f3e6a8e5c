import { Body, Shape } from '../body/body';
import { CONVEX_BYTES } from '../layout';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, dot3, scale3, sub3, vec3, x3, y3, z3 } from '../math/vec3';
import { placeOf, shapeAt } from '../shape/definition';
import { hullSupport } from '../shape/support';

const enum CoreKind {
  AXES = 0,
  TRIANGLE = 1,
  HULL = 2,
}

/**
 * An operand of `gjk.ts`: a convex core about a centre and a radius around it. The cores of sphere,
 * capsule and box are one kind, centre ± x ± y ± z with axes that may be zero, so that round
 * shapes stay exactly round. Hulls and triangles have corners.
 */
@unmanaged
@final
export class Convex {
  centre: v128;
  /** Scaled axes of the core, the axes of a hull, or a triangle's corners about the centre. */
  x: v128;
  y: v128;
  z: v128;
  radius: f32;
  kind: CoreKind;
  /** Place of a hull's definition. */
  hull: i32;
  reserved: u32;
}

assert(offsetof<Convex>() == CONVEX_BYTES);

/** The shape of a body that is no compound, seen from `about`. */
export function loadConvex(c: Convex, b: Body, about: v128): void {
  if (b.shape == Shape.HULL) {
    loadHull(c, b, about);
    return;
  }
  const zero = f32x4.splat(0);
  const isBox = b.shape == Shape.BOX;
  c.centre = sub3(b.position, about);
  c.x = isBox ? scale3(axisX(b.rotation), x3(b.size)) : zero;
  c.y = b.shape == Shape.SPHERE ? zero : scale3(axisY(b.rotation), y3(b.size));
  c.z = isBox ? scale3(axisZ(b.rotation), z3(b.size)) : zero;
  c.radius = isBox ? 0 : x3(b.size);
  c.kind = CoreKind.AXES;
}

function loadHull(c: Convex, b: Body, about: v128): void {
  c.centre = sub3(b.position, about);
  c.x = axisX(b.rotation);
  c.y = axisY(b.rotation);
  c.z = axisZ(b.rotation);
  c.radius = 0;
  c.kind = CoreKind.HULL;
  c.hull = placeOf(b.definition);
}

/** A triangle whose corners are given about `c`'s future centre. */
export function loadTriangle(c: Convex, centre: v128, one: v128, two: v128, three: v128): void {
  c.centre = centre;
  c.x = one;
  c.y = two;
  c.z = three;
  c.radius = 0;
  c.kind = CoreKind.TRIANGLE;
}

/** The core's point that lies furthest along `direction`. */
export function supportOf(c: Convex, direction: v128): v128 {
  if (c.kind == CoreKind.TRIANGLE) return add3(c.centre, furthest(c, direction));
  if (c.kind == CoreKind.HULL) return add3(c.centre, furthestCorner(c, direction));
  return add3(
    add3(c.centre, towards(c.x, direction)),
    add3(towards(c.y, direction), towards(c.z, direction)),
  );
}

function furthestCorner(c: Convex, direction: v128): v128 {
  const local = vec3(dot3(c.x, direction), dot3(c.y, direction), dot3(c.z, direction));
  const corner = hullSupport(shapeAt(c.hull), local);
  return add3(add3(scale3(c.x, x3(corner)), scale3(c.y, y3(corner))), scale3(c.z, z3(corner)));
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
