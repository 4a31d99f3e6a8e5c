import { Body, Shape } from '../body/body';
import { rotate, rotateInverse } from '../math/quat';
import { add3, addScaled3, dot3, normalizeOr3, vec3, x3, y3, z3 } from '../math/vec3';
import { pieceOf } from './child';
import { shapeOf } from './definition';
import { Hull, vertexOf } from './hull';

const UP: v128 = f32x4(0, 1, 0, 0);

/**
 * The point of a body's convex piece (`child.ts`) that lies furthest along `direction`, which need
 * not have unit length, in world space. Of equals the one with the lowest index. Takes the scratch
 * of side 0 when the body is a compound.
 */
export function support(b: Body, piece: i32, direction: v128): v128 {
  const p = pieceOf(b, piece, 0);
  const local = rotateInverse(p.rotation, direction);
  const point = add3(p.position, rotate(p.rotation, localSupport(p, local)));
  const radius = roundingOf(p);
  return radius > 0 ? addScaled3(point, normalizeOr3(direction, UP), radius) : point;
}

/** Radius by which a sphere or capsule is thicker than its core, 0 for what has corners. */
export function roundingOf(b: Body): f32 {
  return b.shape <= Shape.CAPSULE ? x3(b.size) : 0;
}

/** Furthest point of a simple body's core (point, segment, box, hull), in body axes. */
export function localSupport(b: Body, direction: v128): v128 {
  if (b.shape == Shape.SPHERE) return f32x4.splat(0);
  if (b.shape == Shape.CAPSULE) {
    return vec3(0, y3(direction) < 0 ? -y3(b.size) : y3(b.size), 0);
  }
  if (b.shape == Shape.BOX) {
    return vec3(
      x3(direction) < 0 ? -x3(b.size) : x3(b.size),
      y3(direction) < 0 ? -y3(b.size) : y3(b.size),
      z3(direction) < 0 ? -z3(b.size) : z3(b.size),
    );
  }
  return hullSupport(shapeOf(b.definition), direction);
}

export function hullSupport(h: Hull, direction: v128): v128 {
  let best = vertexOf(h, 0);
  let furthest = dot3(best, direction);
  for (let i = 1; i < h.vertexCount; i++) {
    const v = vertexOf(h, i);
    const reach = dot3(v, direction);
    if (reach <= furthest) continue;
    furthest = reach;
    best = v;
  }
  return best;
}
