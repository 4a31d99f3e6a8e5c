import { type BodyKind, ShapeKind } from '../host/types.ts';
import { type Convex, convexOf, gapBetween, triangleCore } from './gap.ts';
import { between, integer, type Random, rotation } from './random.ts';
import { addBody, play, type Rotation, UPRIGHT, type Vec3, type World } from './world.ts';

/** Random shapes and worlds of them, with what queries are judged by. */

export interface Given {
  readonly shape: ShapeKind;
  readonly size: Vec3;
  readonly rotation: Rotation;
}

/** Some are slabs and needles: three digits between the dimensions. */
export function anyShape(random: Random): Given {
  const length = (): number =>
    random() < 0.2 ? between(random, 0.02, 0.1) : between(random, 0.1, 3);
  const shape = integer(random, 0, 2) as ShapeKind;
  const size: Vec3 =
    shape === ShapeKind.SPHERE
      ? [length(), 0, 0]
      : shape === ShapeKind.CAPSULE
        ? [length(), length(), 0]
        : [length(), length(), random() < 0.1 ? 30 : length()];
  // Half of the world stands upright: parallel faces have many closest points.
  return { shape, size, rotation: random() < 0.5 ? UPRIGHT : rotation(random) };
}

export function placed(given: Given, position: Vec3): Convex {
  return convexOf({ ...given, position });
}

export interface Target {
  readonly entity: number;
  readonly layer: number;
  readonly given: Given;
  readonly position: Vec3;
  readonly core: Convex;
}

/** Bodies that stay where they are, high above the ground, on layers 1, 2 and 4. */
export function addTargets(world: World, random: Random, count: number): Target[] {
  const targets = Array.from({ length: count }, () => {
    const given = anyShape(random);
    const position: Vec3 = [
      between(random, -15, 15),
      between(random, 285, 315),
      between(random, -15, 15),
    ];
    const layer = 1 << integer(random, 0, 2);
    const kind = integer(random, 1, 2) as BodyKind;
    const entity = addBody(world, { ...given, kind, layer, position });
    return { entity, layer, given, position, core: placed(given, position) };
  });
  play(world, 1);
  return targets;
}

/** Distance of a shape to the terrain; surfaces that cut count as 0 apart, less the radius. */
export function terrainGap({ core }: World, shape: Convex, reach = 1): number {
  const { spacing, verticesPerSide, heights } = core.terrain;
  const half = (verticesPerSide - 1) / 2;
  const vertex = (column: number, row: number): Vec3 => [
    (column - half) * spacing,
    heights[row * verticesPerSide + column] as number,
    (row - half) * spacing,
  ];
  const edge = (axis: 0 | 2, side: 1 | -1): number =>
    Math.max(...shape.corners.map((corner) => side * corner[axis])) + shape.radius + reach;
  const cell = (metres: number): number => Math.floor(metres / spacing) + half;
  const lowest = Math.min(...shape.corners.map((corner) => corner[1])) - shape.radius;
  let least = reach;
  for (let row = cell(-edge(2, -1)); row <= cell(edge(2, 1)); row++) {
    for (let column = cell(-edge(0, -1)); column <= cell(edge(0, 1)); column++) {
      const [a, d] = [vertex(column, row), vertex(column + 1, row + 1)];
      for (const third of [vertex(column + 1, row), vertex(column, row + 1)]) {
        if (lowest > Math.max(a[1], d[1], third[1]) + least) continue;
        least = Math.min(least, gapBetween(shape, triangleCore(a, d, third)));
      }
    }
  }
  return least;
}
