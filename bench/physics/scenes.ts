import {
  type BodySpec,
  type Motion,
  type PhysicsScene,
  type Quaternion,
  type ShapeSpec,
  STEERED_HALF_M,
  STEERED_RADIUS_M,
  type Vector,
} from './scene.ts';

const BALL: ShapeSpec = { kind: 'sphere', radius: 0.25 };
const CRATE: ShapeSpec = { kind: 'box', half: [0.25, 0.25, 0.25] };
const PILL: ShapeSpec = { kind: 'capsule', radius: 0.2, half: 0.15 };
const PILLAR: ShapeSpec = { kind: 'box', half: [0.5, 0.5, 0.5] };
const PERSON: ShapeSpec = { kind: 'capsule', radius: STEERED_RADIUS_M, half: STEERED_HALF_M };

/** Room between the centres of neighbours before they fall. */
const PITCH_M = 0.72;
/** Largest turn of a body at the start, or boxes would fall into columns. */
const TILT_MAX_RAD = 0.35;
/** Of a whole turn: multiples of it never come close to each other. */
const GOLDEN_TURN = 0.381966;
const WALL_HALF_HEIGHT_M = 6;
const CROWD_HALF_M = 20;

const PACE = { joints: [], settleTicks: 180, measuredTicks: 120, rollbacks: 6 };
/** The largest scene is slow enough without. */
const LARGE_PACE = { joints: [], settleTicks: 120, measuredTicks: 24, rollbacks: 2 };

export const PHYSICS_SCENES: Readonly<Record<string, PhysicsScene>> = {
  A: {
    about: '1,000 spheres in a walled pile',
    bodies: [...pen(3.7), ...pile(1000, [BALL], 10)],
    ...PACE,
  },
  B: {
    about: '1,000 boxes in a walled pile',
    bodies: [...pen(3), ...pile(1000, [CRATE], 8)],
    ...PACE,
  },
  C: {
    about: '4,000 spheres, boxes and capsules in a walled pile',
    bodies: [...pen(7.3), ...pile(4000, [BALL, CRATE, PILL], 20)],
    ...LARGE_PACE,
  },
  D: {
    about: '256 steered capsules between 400 static and 500 loose boxes',
    bodies: crowd(),
    ...PACE,
  },
};

/** The same scene for a smoke test: a glance at every figure. */
export function quick(scene: PhysicsScene): PhysicsScene {
  return { ...scene, settleTicks: 9, measuredTicks: 6, rollbacks: 1 };
}

function at(motion: Motion, shape: ShapeSpec, position: Vector): BodySpec {
  return { motion, shape, position, rotation: [0, 0, 0, 1] };
}

/** A static floor at height 0 with four walls, `half` metres from the origin to each side. */
function pen(half: number): BodySpec[] {
  const high = WALL_HALF_HEIGHT_M;
  const wall = (size: Vector, position: Vector) =>
    at('static', { kind: 'box', half: size }, position);
  return [
    wall([half + 1, 0.5, half + 1], [0, -0.5, 0]),
    wall([half + 1, high, 0.5], [0, high, half + 0.5]),
    wall([half + 1, high, 0.5], [0, high, -half - 0.5]),
    wall([0.5, high, half], [half + 0.5, high, 0]),
    wall([0.5, high, half], [-half - 0.5, high, 0]),
  ];
}

/** Layers of `perSide` × `perSide` bodies, each layer shifted and each body tilted. */
function pile(count: number, shapes: readonly ShapeSpec[], perSide: number): BodySpec[] {
  const perLayer = perSide * perSide;
  return Array.from({ length: count }, (_, i) => {
    const layer = Math.floor(i / perLayer);
    const shift = ((layer * 5) % 7) * 0.03 - 0.09;
    const column = (i % perSide) - (perSide - 1) / 2;
    const row = (Math.floor(i / perSide) % perSide) - (perSide - 1) / 2;
    const shape = shapes[(i * 7 + layer) % shapes.length] as ShapeSpec;
    const place = [column * PITCH_M + shift, 0.4 + layer * PITCH_M, row * PITCH_M - shift] as const;
    return { ...at('dynamic', shape, place), rotation: tilt(i) };
  });
}

/**
 * About a level axis, another one and another angle for each index. By rational points of the
 * circle: sines differ between engines in the last bit, and the golden hashes with them.
 */
function tilt(index: number): Quaternion {
  const turns = index * GOLDEN_TURN;
  const quarters = (turns - Math.floor(turns)) * 4;
  const [cosine, sine] = circlePoint(quarters - Math.floor(quarters));
  const [x, z] = [
    [cosine, sine],
    [-sine, cosine],
    [-cosine, -sine],
    [sine, -cosine],
  ][Math.floor(quarters)] as [number, number];
  const [w, tilted] = circlePoint((((index * 37) % 101) / 100) * (TILT_MAX_RAD / 4));
  return [x * tilted, 0, z * tilted, w];
}

/** Cosine and sine of the angle whose half has the tangent `t`. */
function circlePoint(t: number): readonly [cosine: number, sine: number] {
  return [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
}

/** Squares of 2 m, each with a pillar; crates and people stand beside them without overlap. */
function crowd(): BodySpec[] {
  const perSide = 20;
  const place = (i: number, y: number, shift: number): Vector => [
    ((i % perSide) - (perSide - 1) / 2) * 2 + shift,
    y,
    (Math.floor(i / perSide) - (perSide - 1) / 2) * 2 + shift,
  ];
  const many = (count: number, make: (i: number) => BodySpec) =>
    Array.from({ length: count }, (_, i) => make(i));
  return [
    ...pen(CROWD_HALF_M),
    ...many(400, (i) => at('static', PILLAR, place(i, 0.5 - 0.1 * (i % 10), -0.4))),
    ...many(400, (i) => at('dynamic', CRATE, place(i, 0.26, 0.5))),
    ...many(100, (i) => at('dynamic', CRATE, place(i * 4, 0.8, 0.5))),
    ...many(256, (i) => at('steered', PERSON, place((i * 7) % 400, 2.2, 0.5))),
  ];
}
