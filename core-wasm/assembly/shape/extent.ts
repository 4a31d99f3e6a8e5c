import { Body, Shape } from '../body/body';
import { halfExtents } from '../broadphase/bounds';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, sub3 } from '../math/vec3';
import { pieceCount, pieceOf } from './child';
import { shapeOf } from './definition';
import { Hull, vertexAddress } from './hull';

/** The box around a body of any shape in world axes, at its place and without any margin. */

let low: v128 = f32x4.splat(0);
let high: v128 = f32x4.splat(0);

export function extentLow(): v128 {
  return low;
}

export function extentHigh(): v128 {
  return high;
}

/** Takes the scratch of side 0 when the body is a compound. */
export function measureExtent(b: Body): void {
  if (b.shape != Shape.COMPOUND) {
    measurePiece(b);
    return;
  }
  let least = f32x4.splat(Infinity);
  let greatest = f32x4.splat(-Infinity);
  const count = pieceCount(b);
  for (let i = 0; i < count; i++) {
    measurePiece(pieceOf(b, i, 0));
    least = f32x4.min(least, low);
    greatest = f32x4.max(greatest, high);
  }
  low = least;
  high = greatest;
}

function measurePiece(b: Body): void {
  if (b.shape == Shape.HULL) {
    measureHull(shapeOf(b.definition), b);
    return;
  }
  const half = halfExtents(b);
  low = sub3(b.position, half);
  high = add3(b.position, half);
}

function measureHull(h: Hull, b: Body): void {
  const x = axisX(b.rotation);
  const y = axisY(b.rotation);
  const z = axisZ(b.rotation);
  low = f32x4.splat(Infinity);
  high = f32x4.splat(-Infinity);
  const end = vertexAddress(h, h.vertexCount);
  for (let at = vertexAddress(h, 0); at < end; at += 16) {
    const along = f32x4.mul(x, v128.load32_splat(at));
    const across = f32x4.mul(y, v128.load32_splat(at, 4));
    const p = add3(add3(along, across), f32x4.mul(z, v128.load32_splat(at, 8)));
    low = f32x4.min(low, p);
    high = f32x4.max(high, p);
  }
  low = add3(b.position, low);
  high = add3(b.position, high);
}
