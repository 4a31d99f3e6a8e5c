import { rotateInverse } from '../math/quat';
import { abs3, dot3, length3, sub3, vec3, x3, y3 } from '../math/vec3';
import { pieceCount, pieceOf } from '../shape/child';
import { shapeOf } from '../shape/definition';
import { hullDistance } from '../shape/nearest';
import { Body, Shape } from './body';

/** Distance from a point to a body's surface, 0 or less inside. Takes the scratch of side 0. */
export function surfaceDistance(b: Body, p: v128): f32 {
  if (b.shape == Shape.COMPOUND) return nearestPiece(b, p);
  const local = rotateInverse(b.rotation, sub3(p, b.position));
  if (b.shape == Shape.SPHERE) return length3(local) - x3(b.size);
  if (b.shape == Shape.CAPSULE) {
    const along = min<f32>(y3(b.size), max<f32>(-y3(b.size), y3(local)));
    return length3(sub3(local, vec3(0, along, 0))) - x3(b.size);
  }
  if (b.shape == Shape.HULL) return hullDistance(shapeOf(b.definition), local);
  const outside = f32x4.max(sub3(abs3(local), b.size), f32x4.splat(0));
  return Mathf.sqrt(dot3(outside, outside));
}

function nearestPiece(b: Body, p: v128): f32 {
  let least: f32 = Infinity;
  const count = pieceCount(b);
  for (let i = 0; i < count; i++) least = min<f32>(least, surfaceDistance(pieceOf(b, i, 0), p));
  return least;
}
