import type { Control, Part } from './control.ts';

/**
 * Takes the trackers' noise out of what is sent. A headset reports a resting hand some 0.5 mm and
 * 0.1° off, elsewhere in each sample; nobody sees that in somebody else's avatar, and it is a third
 * of what an avatar costs on the wire. What the player sees of himself is drawn as it was tracked.
 *
 * First a One Euro filter (Casiez, Roussel, Vogel, CHI 2012): a low pass whose cutoff rises with
 * the speed. A part in even motion lags by at most 1/(2π · 120) s·m/s = 1.3 mm and 0.23°, however
 * fast it moves; a fixed low pass would lag by its delay. Then a dead band: what was sent stays
 * until the part is further from it than about the wire's own step, so that a part at rest costs
 * nothing. Of parts that gesture, 99 % are sent within 2 mm and 0.4° of where they were tracked
 * (noise included), of arms that swing while walking within 4 mm and 0.5°: two pixels of a headset
 * at arm's length are 1.4 mm, and others see an avatar a tenth of a second late.
 */
const CUTOFF_HZ = 1;
const SPEED_CUTOFF_HZ = 4;
const CUTOFF_PER_M_S = 120;
const CUTOFF_PER_RAD_S = 40;
const PLACE_SLACK_M = 0.001;
const TURN_SLACK_RAD = 0.0035;
/** A part that jumps further than this was lost or recentred: there is nothing to smooth. */
const JUMP_M = 0.5;

/** One part as it is sent, with what the filters remember. */
export interface SteadyPart extends Part {
  readonly smoothPosition: Float64Array;
  readonly velocity: Float64Array;
  readonly smoothRotation: Float64Array;
  readonly turnRate: Float64Array;
  begun: boolean;
}

export interface SteadyParts {
  posed: boolean;
  readonly head: SteadyPart;
  readonly left: SteadyPart;
  readonly right: SteadyPart;
}

export function createSteadyParts(): SteadyParts {
  return { posed: false, head: steadyPart(), left: steadyPart(), right: steadyPart() };
}

function steadyPart(): SteadyPart {
  return {
    position: new Float32Array(3),
    rotation: new Float32Array(4),
    smoothPosition: new Float64Array(3),
    velocity: new Float64Array(3),
    smoothRotation: new Float64Array(4),
    turnRate: new Float64Array(3),
    begun: false,
  };
}

/** Leads the parts on to where `control` has them `elapsedMs` later; allocates nothing. */
export function steady(parts: SteadyParts, control: Control, elapsedMs: number): void {
  parts.posed = control.posed;
  follow(parts.head, control.head, elapsedMs / 1000);
  follow(parts.left, control.left, elapsedMs / 1000);
  follow(parts.right, control.right, elapsedMs / 1000);
}

/**
 * How far view and walking direction may be from the head's before they follow it: the core needs
 * them for where one walks and swims to, and a head is never still.
 */
export const HEADING_SLACK_RAD = (2 * Math.PI) / 180;

/** `angle`, or `held` while that is no more than `slack` away; radians, any number of turns. */
export function holdAngle(held: number, angle: number, slack: number): number {
  const apart = angle - held;
  const wrapped = apart - 2 * Math.PI * Math.round(apart / (2 * Math.PI));
  return Math.abs(wrapped) <= slack ? held : angle;
}

function follow(part: SteadyPart, tracked: Part, elapsedS: number): void {
  const { smoothPosition, smoothRotation } = part;
  if (!part.begun || elapsedS <= 0 || distance(smoothPosition, tracked.position) > JUMP_M) {
    begin(part, tracked);
    return;
  }
  followPlace(part, tracked, elapsedS);
  followTurn(part, tracked, elapsedS);
  if (distance(smoothPosition, part.position) > PLACE_SLACK_M) part.position.set(smoothPosition);
  if (angleBetween(smoothRotation, part.rotation) > TURN_SLACK_RAD) {
    part.rotation.set(smoothRotation);
  }
}

function begin(part: SteadyPart, tracked: Part): void {
  part.begun = true;
  part.position.set(tracked.position);
  part.smoothPosition.set(tracked.position);
  part.velocity.fill(0);
  part.rotation.set(tracked.rotation);
  part.smoothRotation.set(tracked.rotation);
  part.turnRate.fill(0);
}

/** Share of the way to a new sample that a first-order low pass goes. */
function share(cutoffHz: number, elapsedS: number): number {
  const turns = 2 * Math.PI * cutoffHz * elapsedS;
  return turns / (1 + turns);
}

function followPlace(part: SteadyPart, { position }: Part, elapsedS: number): void {
  const { smoothPosition, velocity } = part;
  const slow = share(SPEED_CUTOFF_HZ, elapsedS);
  for (let axis = 0; axis < 3; axis++) {
    const now = (at(position, axis) - at(smoothPosition, axis)) / elapsedS;
    velocity[axis] = at(velocity, axis) + (now - at(velocity, axis)) * slow;
  }
  const toGo = share(CUTOFF_HZ + CUTOFF_PER_M_S * length(velocity), elapsedS);
  for (let axis = 0; axis < 3; axis++) {
    const from = at(smoothPosition, axis);
    smoothPosition[axis] = from + (at(position, axis) - from) * toGo;
  }
}

function followTurn(part: SteadyPart, { rotation }: Part, elapsedS: number): void {
  const { smoothRotation, turnRate } = part;
  const sign = dot(rotation, smoothRotation) < 0 ? -1 : 1;
  const slow = share(SPEED_CUTOFF_HZ, elapsedS);
  const [sx = 0, sy = 0, sz = 0, sw = 1] = smoothRotation;
  const [x = 0, y = 0, z = 0, w = 1] = rotation;
  // Twice the vector part of (rotation · smooth⁻¹) is the small turn between them.
  const turns = [
    w * -sx + x * sw + y * -sz - z * -sy,
    w * -sy - x * -sz + y * sw + z * -sx,
    w * -sz + x * -sy - y * -sx + z * sw,
  ];
  for (let axis = 0; axis < 3; axis++) {
    const now = (2 * sign * at(turns, axis)) / elapsedS;
    turnRate[axis] = at(turnRate, axis) + (now - at(turnRate, axis)) * slow;
  }
  const toGo = share(CUTOFF_HZ + CUTOFF_PER_RAD_S * length(turnRate), elapsedS);
  for (let i = 0; i < 4; i++) {
    const from = at(smoothRotation, i);
    smoothRotation[i] = from + (sign * at(rotation, i) - from) * toGo;
  }
  const size = Math.sqrt(dot(smoothRotation, smoothRotation));
  for (let i = 0; i < 4; i++) smoothRotation[i] = at(smoothRotation, i) / size;
}

function at(of: ArrayLike<number>, index: number): number {
  return of[index] as number;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}

function length(v: ArrayLike<number>): number {
  return Math.sqrt(dot(v, v));
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(at(a, 0) - at(b, 0), at(a, 1) - at(b, 1), at(a, 2) - at(b, 2));
}

/** For rotations near each other; exact enough for a dead band. */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const cosine = Math.min(1, Math.abs(dot(a, b)));
  return 2 * Math.sqrt(2 * (1 - cosine));
}
