import { BodyKind, ShapeKind, type SpawnBody } from '../../../core-wasm/host/types.ts';

/**
 * What stands in the clearing when a world begins: a landing pad with a ramp, a half-open shelter,
 * pillars, and loose cargo to push, stack and throw. Metres; `ground` gives the terrain's height.
 */
export function landingSite(ground: (x: number, z: number) => number): Omit<SpawnBody, 'entity'>[] {
  return [...pad(ground), ...shelter(ground), ...pillars(ground), ...cargo(ground)];
}

type Ground = (x: number, z: number) => number;
type Vector = readonly [number, number, number];
type Body = Omit<SpawnBody, 'entity'>;

const UPRIGHT = [0, 0, 0, 1] as const;
const REST: Vector = [0, 0, 0];
/** Empty steel boxes and tanks, kg/m³: a crate of half a metre weighs 22 kg. */
const CARGO_DENSITY = 180;
const ROCK_DENSITY = 2600;

function fixed(size: Vector, position: Vector, rotation: readonly number[] = UPRIGHT): Body {
  return {
    kind: BodyKind.STATIC,
    shape: ShapeKind.BOX,
    size,
    position,
    rotation: rotation as SpawnBody['rotation'],
    linearVelocity: REST,
    angularVelocity: REST,
    density: ROCK_DENSITY,
    friction: 0.8,
    restitution: 0,
  };
}

function loose(shape: ShapeKind, size: Vector, position: Vector, restitution: number): Body {
  return {
    kind: BodyKind.DYNAMIC,
    shape,
    size,
    position,
    rotation: UPRIGHT,
    linearVelocity: REST,
    angularVelocity: REST,
    density: CARGO_DENSITY,
    friction: 0.6,
    restitution,
  };
}

function pad(ground: Ground): Body[] {
  const y = ground(0, 0);
  /** A turn of 11.5° about x: sine and cosine of half of it. */
  const slope = [0.1, 0, 0, 0.995] as const;
  return [fixed([4, 0.25, 4], [0, y + 0.25, 0]), fixed([1.5, 0.1, 1.4], [0, y + 0.2, 5.3], slope)];
}

function shelter(ground: Ground): Body[] {
  const [x, z] = [-13, -6];
  const y = ground(x, z);
  return [
    fixed([3, 0.1, 2.5], [x, y + 0.1, z]),
    fixed([0.12, 1.4, 2.5], [x - 2.88, y + 1.5, z]),
    fixed([0.12, 1.4, 2.5], [x + 2.88, y + 1.5, z]),
    fixed([3, 1.4, 0.12], [x, y + 1.5, z - 2.38]),
    fixed([3.2, 0.12, 2.7], [x, y + 3.02, z]),
  ];
}

/** The corners of a hexagon of radius 1: half of √3 written out, because sine is not portable. */
const HEXAGON: readonly (readonly [number, number])[] = [
  [1, 0],
  [0.5, 0.8660254],
  [-0.5, 0.8660254],
  [-1, 0],
  [-0.5, -0.8660254],
  [0.5, -0.8660254],
];
const PILLAR_RING_M = 16;

function pillars(ground: Ground): Body[] {
  return HEXAGON.map(([right, ahead], i) => {
    const [x, z] = [PILLAR_RING_M * right, PILLAR_RING_M * ahead];
    return fixed([0.5, 2 + (i % 3), 0.5], [x, ground(x, z) + 1.5 + (i % 3), z]);
  });
}

function cargo(ground: Ground): Body[] {
  const bodies: Body[] = [];
  const put = (shape: ShapeKind, size: Vector, x: number, z: number, above: number, bounce = 0) =>
    bodies.push(loose(shape, size, [x, ground(x, z) + above, z], bounce));

  for (let row = 0; row < 4; row++) {
    for (let i = 0; i < 4 - row; i++) {
      put(ShapeKind.BOX, [0.4, 0.4, 0.4], 8 + row * 0.42 + i * 0.84, -4, 0.41 + row * 0.81);
    }
  }
  for (let i = 0; i < 12; i++) {
    put(ShapeKind.BOX, [0.25, 0.25, 0.25], -6 + (i % 6) * 1.1, 9 + Math.floor(i / 6) * 1.1, 0.26);
  }
  for (let i = 0; i < 6; i++) put(ShapeKind.SPHERE, [0.3, 0, 0], 7 + i * 0.9, 7, 0.31, 0.5);
  for (let i = 0; i < 4; i++) put(ShapeKind.CAPSULE, [0.25, 0.4, 0], -9 - i * 0.8, 3, 0.66);
  put(ShapeKind.BOX, [0.6, 0.6, 0.6], -13, -6, 0.85);
  return bodies;
}
