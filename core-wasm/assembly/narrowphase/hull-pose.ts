import { axisX, axisY, axisZ } from '../math/quat';
import { add3 } from '../math/vec3';

/** Where one hull stands in the axes of another, while a pair is at work. */

let columnX: v128 = f32x4.splat(0);
let columnY: v128 = f32x4.splat(0);
let columnZ: v128 = f32x4.splat(0);
let origin: v128 = f32x4.splat(0);

export function setPose(turn: v128, place: v128): void {
  columnX = axisX(turn);
  columnY = axisY(turn);
  columnZ = axisZ(turn);
  origin = place;
}

/** A direction that stands in memory, turned. */
export function turnAt(address: usize): v128 {
  const x = f32x4.mul(columnX, v128.load32_splat(address));
  const y = f32x4.mul(columnY, v128.load32_splat(address, 4));
  return add3(add3(x, y), f32x4.mul(columnZ, v128.load32_splat(address, 8)));
}

/** A point that stands in memory, turned and moved. */
export function poseAt(address: usize): v128 {
  return add3(turnAt(address), origin);
}

function splat(v: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  if (lane == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  return v128.shuffle<f32>(v, v, 2, 2, 2, 2);
}

/** Turns and moves the vertex blocks from `from` to `to`. */
export function poseBlocks(from: usize, to: usize, blocks: i32): void {
  for (let lane = 0; lane < 3; lane++) {
    const x = splat(columnX, lane);
    const y = splat(columnY, lane);
    const z = splat(columnZ, lane);
    const move = splat(origin, lane);
    for (let i = 0; i < blocks; i++) {
      const at = from + <usize>(i * 48);
      const along = f32x4.mul(x, v128.load(at));
      const across = f32x4.mul(y, v128.load(at, 16));
      const sum = f32x4.add(f32x4.add(along, across), f32x4.mul(z, v128.load(at, 32)));
      v128.store(to + <usize>(i * 48 + lane * 16), f32x4.add(sum, move));
    }
  }
}

/** The least of the block's vertices along `n`, in metres from the origin. */
export function leastAlong(from: usize, blocks: i32, n: v128): f32 {
  const x = splat(n, 0);
  const y = splat(n, 1);
  const z = splat(n, 2);
  let least = f32x4.splat(Infinity);
  const end = from + <usize>(blocks * 48);
  for (let at = from; at < end; at += 48) {
    const along = f32x4.mul(x, v128.load(at));
    const across = f32x4.mul(y, v128.load(at, 16));
    const sum = f32x4.add(f32x4.add(along, across), f32x4.mul(z, v128.load(at, 32)));
    least = f32x4.pmin(least, sum);
  }
  const low = min<f32>(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  return min<f32>(low, min<f32>(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)));
}
