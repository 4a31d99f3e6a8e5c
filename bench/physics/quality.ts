import { rounded } from '../bench.ts';
import type { Engine } from './engine.ts';
import {
  ANGULAR_DAMPING,
  type BodySpec,
  FRICTION,
  GRAVITY_MPS2,
  type JointSpec,
  LINEAR_DAMPING,
  type PhysicsScene,
  type Quaternion,
  type ShapeSpec,
  TICK_S,
  type Vector,
} from './scene.ts';

/** How true an engine is, by what its bodies do; null where it cannot do the experiment. */
export interface Quality {
  readonly engine: string;
  /** Ten boxes on each other after a minute: how far the top came down; 250 is a fallen box. */
  readonly stackSinkMm: number | null;
  /** The same: the furthest that any box stands beside the axis. */
  readonly stackSwayMm: number | null;
  /** A box down a slope of 45° for 2 s against the formula. */
  readonly slopeErrorPercent: number | null;
  /** Energy of a pendulum after 20 s beside that of the formula, in parts of the first energy. */
  readonly pendulumDriftPercent: number | null;
  /** Widest gap in a chain of eight links with thirteen times a link's mass on its end. */
  readonly jointErrorMm: number | null;
}

interface Experiment {
  readonly bodies: readonly BodySpec[];
  readonly joints: readonly JointSpec[];
  readonly ticks: number;
}

/** All experiments, one after the other. */
export function measureQuality(engine: Engine): Quality {
  const final = run(engine, STACK);
  const slid = run(engine, SLOPE);
  return {
    engine: engine.name,
    stackSinkMm: rounded((topOfStack(STACK_START) - topOfStack(final)) * 1000),
    stackSwayMm: rounded(swayOf(final) * 1000),
    slopeErrorPercent: rounded((slideOf(slid) / slideExpected() - 1) * 100),
    pendulumDriftPercent: pendulumDrift(engine),
    jointErrorMm: chainGap(engine),
  };
}

/** Transforms after the last tick; `watch` sees those of each. */
function run(
  engine: Engine,
  { bodies, joints, ticks }: Experiment,
  watch: (transforms: Float64Array, tick: number) => void = () => {},
): Float64Array {
  const scene: PhysicsScene = { ...UNTIMED, bodies, joints };
  const transforms = new Float64Array(bodies.length * 7);
  for (let tick = engine.load(scene); tick < ticks; tick++) {
    engine.step(tick);
    engine.readTransforms(transforms);
    watch(transforms, tick);
  }
  return transforms;
}

const UNTIMED = { about: '', settleTicks: 0, measuredTicks: 0, rollbacks: 0 };
const LEVEL: Quaternion = [0, 0, 0, 1];
const CUBE: ShapeSpec = { kind: 'box', half: [0.25, 0.25, 0.25] };

function fixed(half: Vector, position: Vector, rotation = LEVEL): BodySpec {
  return { motion: 'static', shape: { kind: 'box', half }, position, rotation };
}

function loose(shape: ShapeSpec, position: Vector, rotation = LEVEL): BodySpec {
  return { motion: 'dynamic', shape, position, rotation };
}

// A stack.

const STACKED = 10;
const STACK: Experiment = {
  bodies: [
    fixed([5, 0.5, 5], [0, -0.5, 0]),
    ...Array.from({ length: STACKED }, (_, i) => loose(CUBE, [0, 0.25 + i * 0.5, 0])),
  ],
  joints: [],
  ticks: 3600,
};
const STACK_START = Float64Array.from(
  STACK.bodies.flatMap(({ position, rotation }) => [...position, ...rotation]),
);

function topOfStack(transforms: Float64Array): number {
  return transforms[STACKED * 7 + 1] as number;
}

function swayOf(transforms: Float64Array): number {
  const offsets = Array.from({ length: STACKED }, (_, i) => (i + 1) * 7);
  return Math.max(
    ...offsets.map((at) => Math.hypot(transforms[at] as number, transforms[at + 2] as number)),
  );
}

// A slope of 45° that falls towards +x.

const SLOPE_S = 2;
const HALF_ROOT = Math.SQRT1_2;
const SLOPE_TURN: Quaternion = [0, 0, -Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
const SLOPE_FROM: Vector = [(0.75 - 8) * HALF_ROOT, (0.75 + 8) * HALF_ROOT, 0];
const SLOPE: Experiment = {
  bodies: [fixed([12, 0.5, 2], [0, 0, 0], SLOPE_TURN), loose(CUBE, SLOPE_FROM, SLOPE_TURN)],
  joints: [],
  ticks: SLOPE_S / TICK_S,
};

function slideOf(transforms: Float64Array): number {
  const x = (transforms[7] as number) - SLOPE_FROM[0];
  const y = (transforms[8] as number) - SLOPE_FROM[1];
  return (x - y) * HALF_ROOT;
}

/** dv/dt = a − c·v from rest, with a the pull along the slope less friction, c the damping. */
function slideExpected(): number {
  const a = -GRAVITY_MPS2 * HALF_ROOT * (1 - FRICTION);
  const c = LINEAR_DAMPING;
  return (a / c) * (SLOPE_S - (1 - Math.exp(-c * SLOPE_S)) / c);
}

// A pendulum of one metre that starts level.

const PENDULUM_Y = 3;
const BOB_RADIUS_M = 0.2;
const PENDULUM: Experiment = {
  bodies: [
    fixed([0.05, 0.05, 0.05], [0, PENDULUM_Y, 0]),
    loose({ kind: 'sphere', radius: BOB_RADIUS_M }, [1, PENDULUM_Y, 0]),
  ],
  joints: [{ a: 0, b: 1, place: [0, PENDULUM_Y, 0] }],
  ticks: 1200,
};
/** Longer than half a swing. */
const LAST_TICKS = 120;

function pendulumDrift(engine: Engine): number | null {
  if (!engine.canJoin) return null;
  let highest = 0;
  run(engine, PENDULUM, (transforms, tick) => {
    if (tick < PENDULUM.ticks - LAST_TICKS) return;
    highest = Math.max(highest, transforms[8] as number);
  });
  return rounded((highest - (PENDULUM_Y - 1) - pendulumExpected()) * 100);
}

/** Height of the last turning points over the lowest one: Euler's steps, small enough. */
function pendulumExpected(): number {
  const inertia = 0.4 * BOB_RADIUS_M ** 2;
  const step = TICK_S / 1000;
  let [angle, speed, highest] = [Math.PI / 2, 0, 0];
  for (let i = 0; i < PENDULUM.ticks * 1000; i++) {
    const damping = (LINEAR_DAMPING + ANGULAR_DAMPING * inertia) * speed;
    speed += ((GRAVITY_MPS2 * Math.sin(angle) - damping) / (1 + inertia)) * step;
    angle += speed * step;
    if (i >= (PENDULUM.ticks - LAST_TICKS) * 1000) highest = Math.max(highest, 1 - Math.cos(angle));
  }
  return highest;
}

// A chain that hangs, with a ball on its end.

const LINKS = 8;
const LINK_M = 0.5;
const CHAIN_Y = 8;
const LINK: ShapeSpec = { kind: 'box', half: [0.1, 0.2, 0.1] };
const BALL_RADIUS_M = 0.35;
const CHAIN: Experiment = {
  bodies: [
    fixed([0.05, 0.05, 0.05], [0, CHAIN_Y + 0.1, 0]),
    ...Array.from({ length: LINKS }, (_, i) => loose(LINK, [0, CHAIN_Y - (i + 0.5) * LINK_M, 0])),
    loose({ kind: 'sphere', radius: BALL_RADIUS_M }, [0, CHAIN_Y - LINKS * LINK_M - 0.4, 0]),
  ],
  joints: Array.from({ length: LINKS + 1 }, (_, i) => ({
    a: i,
    b: i + 1,
    place: [0, CHAIN_Y - i * LINK_M, 0] as const,
  })),
  ticks: 600,
};

/** What the experiments are made of, to be looked at. */
export const EXPERIMENTS: Readonly<Record<string, PhysicsScene>> = {
  stack: { ...UNTIMED, ...STACK, about: 'ten boxes stand on each other' },
  slope: { ...UNTIMED, ...SLOPE, about: 'a box slides down 45°' },
  pendulum: { ...UNTIMED, ...PENDULUM, about: 'a pendulum of one metre' },
  chain: { ...UNTIMED, ...CHAIN, about: 'eight links carry thirteen times the mass of one' },
};

function chainGap(engine: Engine): number | null {
  if (!engine.canJoin) return null;
  let widest = 0;
  run(engine, CHAIN, (transforms) => {
    for (const { a, b, place } of CHAIN.joints) {
      const one = anchorNow(CHAIN.bodies[a], transforms, a * 7, place);
      const two = anchorNow(CHAIN.bodies[b], transforms, b * 7, place);
      widest = Math.max(widest, Math.hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2]));
    }
  });
  return rounded(widest * 1000);
}

/** Where the point of a body that was at `place` has come to; bodies start without a turn. */
function anchorNow(
  spec: BodySpec | undefined,
  transforms: Float64Array,
  at: number,
  place: Vector,
): Vector {
  const [px, py, pz, x, y, z, w] = transforms.subarray(at, at + 7) as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const start = spec?.position ?? place;
  const [vx, vy, vz] = [place[0] - start[0], place[1] - start[1], place[2] - start[2]];
  const [tx, ty, tz] = [2 * (y * vz - z * vy), 2 * (z * vx - x * vz), 2 * (x * vy - y * vx)];
  return [
    px + vx + w * tx + y * tz - z * ty,
    py + vy + w * ty + z * tx - x * tz,
    pz + vz + w * tz + x * ty - y * tx,
  ];
}
