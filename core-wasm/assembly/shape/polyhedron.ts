import { Body, Shape } from '../body/body';
import { SHAPE_BYTES } from '../layout';
import { x3, y3, z3 } from '../math/vec3';
import { shapeOf } from './definition';
import {
  buildHull,
  copyTopology,
  fillBlocks,
  Hull,
  planeAddress,
  planeOf,
  vertexAddress,
  vertexOf,
} from './hull';

/**
 * Boxes as hulls, where they meet hulls: the corners and faces of a cube, scaled. Two at a time,
 * one for each side of a pair.
 */

const CUBE: usize = memory.data(SHAPE_BYTES, 16);
const BOXES: usize = memory.data(2 * SHAPE_BYTES, 16);
let isReady: bool = false;

/** The hull of a box or hull; a box's is good until the next one of the same side. */
export function polyhedronOf(b: Body, side: i32): Hull {
  return b.shape == Shape.HULL ? shapeOf(b.definition) : boxHull(b.size, side);
}

function boxHull(half: v128, side: i32): Hull {
  if (!isReady) makeCube();
  const cube = changetype<Hull>(CUBE);
  const h = changetype<Hull>(BOXES + <usize>side * SHAPE_BYTES);
  for (let i = 0; i < cube.vertexCount; i++) {
    v128.store(vertexAddress(h, i), f32x4.mul(vertexOf(cube, i), half));
  }
  for (let i = 0; i < cube.faceCount; i++) {
    const n = f32x4.replace_lane(planeOf(cube, i), 3, 0);
    const reach = f32x4.mul(f32x4.abs(n), half);
    v128.store(planeAddress(h, i), f32x4.replace_lane(n, 3, x3(reach) + y3(reach) + z3(reach)));
  }
  h.low = f32x4.sub(f32x4.splat(0), half);
  h.high = half;
  fillBlocks(h);
  return h;
}

/** The corners of the cube of half side 1, bit i of the index telling the side along axis i. */
function makeCube(): void {
  for (let i = 0; i < 8; i++) {
    const at = BOXES + <usize>(i * 12);
    store<f32>(at, (i & 1) != 0 ? 1 : -1);
    store<f32>(at, (i & 2) != 0 ? 1 : -1, 4);
    store<f32>(at, (i & 4) != 0 ? 1 : -1, 8);
  }
  const isBuilt = buildHull(BOXES, 8, changetype<Hull>(CUBE));
  assert(isBuilt);
  copyTopology(changetype<Hull>(CUBE), changetype<Hull>(BOXES));
  copyTopology(changetype<Hull>(CUBE), changetype<Hull>(BOXES + SHAPE_BYTES));
  isReady = true;
}
