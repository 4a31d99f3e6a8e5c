/** A world in words that every engine understands. Metres, kilograms, seconds; y is up. */
export interface PhysicsScene {
  readonly about: string;
  readonly bodies: readonly BodySpec[];
  readonly joints: readonly JointSpec[];
  /** Ticks before anything is measured: the pile has fallen and the engine's best code is made. */
  readonly settleTicks: number;
  readonly measuredTicks: number;
  readonly rollbacks: number;
}

export type Vector = readonly [x: number, y: number, z: number];
export type Quaternion = readonly [x: number, y: number, z: number, w: number];

export type ShapeSpec =
  | { readonly kind: 'sphere'; readonly radius: number }
  /** Along y; `half` is half of the segment between the two centres. */
  | { readonly kind: 'capsule'; readonly radius: number; readonly half: number }
  | { readonly kind: 'box'; readonly half: Vector };

/** `steered`: a dynamic body that never turns, without friction, led by `steer`. */
export type Motion = 'static' | 'dynamic' | 'steered';

export interface BodySpec {
  readonly motion: Motion;
  readonly shape: ShapeSpec;
  readonly position: Vector;
  readonly rotation: Quaternion;
}

/** Holds a point of two bodies together, given where it is in the world at the start. */
export interface JointSpec {
  /** Indices of the scene's bodies; bodies with a joint start without a turn. */
  readonly a: number;
  readonly b: number;
  readonly place: Vector;
}

export const TICK_S = 1 / 60;
export const GRAVITY_MPS2 = -9.81;
export const DENSITY_KGPM3 = 400;
/** Of everything that is not steered: all engines agree on the mean of equal frictions. */
export const FRICTION = 0.6;
/** As our core has them; there they are no parameter. */
export const LINEAR_DAMPING = 0.02;
export const ANGULAR_DAMPING = 0.1;

/** Our player: 80 kg. */
export const STEERED_RADIUS_M = 0.3;
export const STEERED_HALF_M = 0.6;
export const STEERED_MASS_KG = 80;
export const STEERED_SPEED_MPS = 3.5;

export const HEADINGS = 8;
/** A multiple of the three ticks of a frame. */
const TICKS_PER_LEG = 90;

/** Which of `HEADINGS` equal turns the `index`-th steered body walks in, counter-clockwise. */
export function headingAt(index: number, tick: number): number {
  return (Math.floor(tick / TICKS_PER_LEG) * 3 + index * 5) % HEADINGS;
}

/** Velocities in the plane, x and z in m/s; heading 0 looks along −z. */
export const HEADING_VELOCITIES: readonly (readonly [x: number, z: number])[] = Array.from(
  { length: HEADINGS },
  (_, heading) => {
    const angle = (heading / HEADINGS) * 2 * Math.PI;
    return [-Math.sin(angle) * STEERED_SPEED_MPS, -Math.cos(angle) * STEERED_SPEED_MPS];
  },
);

/** Tells each steered body's velocity at `tick`; gravity keeps the third component. */
export function steer(
  count: number,
  tick: number,
  turn: (index: number, x: number, z: number) => void,
): void {
  for (let i = 0; i < count; i++) {
    const [x, z] = HEADING_VELOCITIES[headingAt(i, tick)] as readonly [number, number];
    turn(i, x, z);
  }
}
