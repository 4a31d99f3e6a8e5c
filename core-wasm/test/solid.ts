import type { Core } from '../host/core.ts';
import { emptyBodies } from '../host/core.ts';
import { ShapeKind } from '../host/types.ts';
import { type Rotation, rotate, type Vec3 } from './world.ts';

/** Bodies as solids, computed apart from the core: what overlap and rays are judged by. */
export interface Solid {
  readonly id: number;
  readonly kind: number;
  readonly shape: number;
  readonly size: Vec3;
  readonly position: Vec3;
  readonly rotation: Rotation;
}

const columns = emptyBodies();

export function solids(core: Core): Solid[] {
  core.readBodies(columns);
  return Array.from({ length: columns.count }, (_, i) => ({
    id: columns.ids[i] as number,
    kind: columns.kinds[i] as number,
    shape: columns.shapes[i] as number,
    size: [...columns.sizes.subarray(i * 3, i * 3 + 3)] as unknown as Vec3,
    position: [...columns.positions.subarray(i * 3, i * 3 + 3)] as unknown as Vec3,
    rotation: [...columns.rotations.subarray(i * 4, i * 4 + 4)] as unknown as Rotation,
  }));
}

export function solidOf(core: Core, id: number): Solid {
  const found = solids(core).find((solid) => solid.id === id);
  if (!found) throw new Error(`no body ${id}`);
  return found;
}

/** Distance from `p` to the surface, negative inside. */
export function signedDistance(solid: Solid, p: Vec3): number {
  const { position, rotation, size } = solid;
  const back: Rotation = [-rotation[0], -rotation[1], -rotation[2], rotation[3]];
  const [x, y, z] = rotate(back, [p[0] - position[0], p[1] - position[1], p[2] - position[2]]);
  if (solid.shape === ShapeKind.SPHERE) return Math.hypot(x, y, z) - size[0];
  if (solid.shape === ShapeKind.CAPSULE) {
    const along = Math.max(-size[1], Math.min(size[1], y));
    return Math.hypot(x, y - along, z) - size[0];
  }
  const dx = Math.abs(x) - size[0];
  const dy = Math.abs(y) - size[1];
  const dz = Math.abs(z) - size[2];
  const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0), Math.max(dz, 0));
  return outside + Math.min(Math.max(dx, dy, dz), 0);
}

/** Half extents of the box around the solid in world axes. */
export function halfExtents(solid: Solid): Vec3 {
  const { rotation, size, shape } = solid;
  if (shape === ShapeKind.SPHERE) return [size[0], size[0], size[0]];
  if (shape === ShapeKind.CAPSULE) {
    const axis = rotate(rotation, [0, size[1], 0]);
    return [Math.abs(axis[0]) + size[0], Math.abs(axis[1]) + size[0], Math.abs(axis[2]) + size[0]];
  }
  const sides = [
    rotate(rotation, [size[0], 0, 0]),
    rotate(rotation, [0, size[1], 0]),
    rotate(rotation, [0, 0, size[2]]),
  ];
  const reach = (axis: 0 | 1 | 2): number =>
    sides.reduce((sum, side) => sum + Math.abs(side[axis]), 0);
  return [reach(0), reach(1), reach(2)];
}

/**
 * How deep the terrain's surface reaches into the solid, in metres; negative is the height of the
 * gap. Looked for on a grid of `step` metres.
 */
export function terrainDepth(core: Core, solid: Solid, step = 0.02): number {
  const half = halfExtents(solid);
  const [cx, , cz] = solid.position;
  let depth = -Infinity;
  for (let x = cx - half[0]; x <= cx + half[0]; x += step) {
    for (let z = cz - half[2]; z <= cz + half[2]; z += step) {
      depth = Math.max(depth, -signedDistance(solid, [x, core.terrainHeight(x, z), z]));
    }
  }
  return depth;
}

/** Points all over a solid's surface, about `count` of them. */
export function surfacePoints(solid: Solid, count = 400): Vec3[] {
  const points: Vec3[] = [];
  const push = (local: Vec3): void => {
    const p = rotate(solid.rotation, local);
    points.push([p[0] + solid.position[0], p[1] + solid.position[1], p[2] + solid.position[2]]);
  };
  const [a, b, c] = solid.size;
  if (solid.shape === ShapeKind.BOX) {
    const side = Math.max(2, Math.round(Math.sqrt(count / 6)));
    for (let i = 0; i <= side; i++) {
      for (let j = 0; j <= side; j++) {
        const u = (2 * i) / side - 1;
        const v = (2 * j) / side - 1;
        for (const s of [-1, 1]) {
          push([s * a, u * b, v * c]);
          push([u * a, s * b, v * c]);
          push([u * a, v * b, s * c]);
        }
      }
    }
    return points;
  }
  const half = solid.shape === ShapeKind.CAPSULE ? b : 0;
  for (let i = 0; i < count; i++) {
    const y = 1 - (2 * (i + 0.5)) / count;
    const angle = i * 2.399963;
    const r = Math.sqrt(1 - y * y) * a;
    push([r * Math.cos(angle), y * a + (y > 0 ? half : -half), r * Math.sin(angle)]);
    if (half > 0) push([a * Math.cos(angle), y * half, a * Math.sin(angle)]);
  }
  return points;
}

/** How deep two solids reach into each other, by points of either surface; 0 when apart. */
export function overlap(a: Solid, b: Solid, count = 400): number {
  const reach = Math.hypot(...halfExtents(a)) + Math.hypot(...halfExtents(b));
  const [x, y, z] = a.position;
  if (Math.hypot(x - b.position[0], y - b.position[1], z - b.position[2]) > reach) return 0;
  let depth = 0;
  for (const p of surfacePoints(a, count)) depth = Math.max(depth, -signedDistance(b, p));
  for (const p of surfacePoints(b, count)) depth = Math.max(depth, -signedDistance(a, p));
  return depth;
}
