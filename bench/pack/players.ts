import { type DeviceActions, idleActions } from '../../client/input/actions.ts';
import { type Control, createControl, type Part, steer } from '../../client/input/control.ts';
import { holdAngle } from '../../client/input/steady.ts';
import { between, type Random } from '../../core-wasm/test/random.ts';
import {
  type Aim,
  advanceDrift,
  advanceTremor,
  aimAt,
  aimed,
  aimNext,
  type Drift,
  drift,
  isAimDone,
  noise,
  type Quaternion,
  type Tremor,
  trembling,
  tremor,
  turned,
  type Vector,
} from './motion.ts';

/** Ways to be there with a headset on. */
export const VR_MOTIONS = ['still', 'look', 'walk', 'gesture', 'work'] as const;
export type VrMotion = (typeof VR_MOTIONS)[number];

const DEGREE = Math.PI / 180;

/** What a kind of motion is made of; times in s, angles in radians, lengths in m. */
interface Habit {
  /** Between two looks, and how far they go. */
  readonly look: { readonly restS: number; readonly yaw: number; readonly pitch: number };
  /** Between two movements of a hand, and the size of the box in which they end; 0 none. */
  readonly reach: { readonly restS: number; readonly size: number; readonly turn: number };
  /** Steps a second; 0 stands. */
  readonly stepHz: number;
  /** Whether the stick is pushed. */
  readonly walks: boolean;
  /** Grips a minute. */
  readonly grips: number;
}

const HABITS: Readonly<Record<VrMotion, Habit>> = {
  still: {
    look: { restS: 6, yaw: 10 * DEGREE, pitch: 5 * DEGREE },
    reach: { restS: 0, size: 0, turn: 0 },
    stepHz: 0,
    walks: false,
    grips: 0,
  },
  look: {
    look: { restS: 0.8, yaw: 60 * DEGREE, pitch: 25 * DEGREE },
    reach: { restS: 5, size: 0.1, turn: 15 * DEGREE },
    stepHz: 0,
    walks: false,
    grips: 0,
  },
  walk: {
    look: { restS: 2, yaw: 35 * DEGREE, pitch: 12 * DEGREE },
    reach: { restS: 6, size: 0.1, turn: 15 * DEGREE },
    stepHz: 0.95,
    walks: true,
    grips: 1,
  },
  gesture: {
    look: { restS: 1.5, yaw: 25 * DEGREE, pitch: 10 * DEGREE },
    reach: { restS: 0.35, size: 0.3, turn: 50 * DEGREE },
    stepHz: 0,
    walks: false,
    grips: 2,
  },
  work: {
    look: { restS: 1.5, yaw: 30 * DEGREE, pitch: 25 * DEGREE },
    reach: { restS: 1, size: 0.35, turn: 40 * DEGREE },
    stepHz: 0,
    walks: false,
    grips: 20,
  },
};

interface Hand {
  readonly side: -1 | 1;
  readonly place: Aim;
  readonly turn: Aim;
  readonly drift: Drift;
  readonly sway: Drift;
  readonly tremor: Tremor;
}

/** A player with a headset, tick by tick. */
export interface VrPlayer {
  readonly control: Control;
  readonly habit: Habit;
  readonly random: Random;
  readonly actions: DeviceActions;
  readonly gaze: Aim;
  readonly stick: Aim;
  readonly sway: Drift;
  readonly nod: Drift;
  readonly hands: readonly [Hand, Hand];
  readonly phase: number;
  /** Trackers' noise: 1 is 0.5 mm and 0.1° on each axis. */
  readonly noise: number;
  /** Slack of the angles that intents carry, radians. */
  readonly slack: number;
  heading: number;
  elapsedS: number;
}

const NOISE_M = 0.0005;
const NOISE_RAD = 0.1 * DEGREE;

export function createVrPlayer(
  motion: VrMotion,
  random: Random,
  noiseShare: number,
  slack: number,
): VrPlayer {
  const hand = (side: -1 | 1): Hand => ({
    side,
    place: aimAt([side * 0.25, 1.05, -0.25]),
    turn: aimAt([side * -0.2, -0.5, side * 0.3]),
    drift: drift(0.006, 2),
    sway: drift(1.5 * DEGREE, 1.5),
    tremor: tremor(random),
  });
  return {
    control: createControl(),
    habit: HABITS[motion],
    random,
    actions: idleActions(),
    gaze: aimAt([between(random, -0.5, 0.5), 0]),
    stick: aimAt([0, 0]),
    sway: drift(0.008, 1.5),
    nod: drift(0.3 * DEGREE, 0.5),
    hands: [hand(-1), hand(1)],
    phase: random(),
    noise: noiseShare,
    slack,
    heading: 0,
    elapsedS: 0,
  };
}

/** What the headset reports `elapsedS` later, in `control`. */
export function advanceVrPlayer(p: VrPlayer, elapsedS: number): void {
  const { random } = p;
  p.elapsedS += elapsedS;
  for (const d of [p.sway, p.nod]) advanceDrift(d, random, elapsedS);
  advanceGaze(p, elapsedS);
  advanceStick(p, elapsedS);
  for (const hand of p.hands) advanceHand(p, hand, elapsedS);
  const step = 2 * Math.PI * (p.habit.stepHz * p.elapsedS + p.phase);
  const strides = p.habit.stepHz > 0 ? 1 : 0;
  placeHead(p, step, strides);
  placeHand(p, p.hands[0], p.control.left, step, strides);
  placeHand(p, p.hands[1], p.control.right, step + Math.PI, strides);
  p.control.posed = true;
}

function advanceGaze(p: VrPlayer, elapsedS: number): void {
  const { gaze, habit, random } = p;
  gaze.elapsedS += elapsedS;
  if (!isAimDone(gaze)) return;
  const yaw = between(random, -1, 1) * habit.look.yaw;
  const pitch = between(random, -1, 0.6) * habit.look.pitch;
  const far = Math.abs(yaw - (gaze.to[0] as number));
  aimNext(gaze, [yaw, pitch], 0.25 + 0.4 * far, habit.look.restS * between(random, 0.2, 1.8));
}

function advanceStick(p: VrPlayer, elapsedS: number): void {
  const { stick, habit, random } = p;
  stick.elapsedS += elapsedS;
  if (habit.walks && isAimDone(stick)) {
    const stops = random() < 0.2;
    const to = stops ? [0, 0] : [between(random, -0.3, 0.3), 1];
    aimNext(stick, to, 0.15, between(random, 1, 5));
  }
  p.actions.moveX = aimed(stick, 0);
  p.actions.moveZ = aimed(stick, 1);
}

function advanceHand(p: VrPlayer, hand: Hand, elapsedS: number): void {
  const { random, habit } = p;
  for (const d of [hand.drift, hand.sway]) advanceDrift(d, random, elapsedS);
  advanceTremor(hand.tremor, random, elapsedS);
  hand.place.elapsedS += elapsedS;
  hand.turn.elapsedS += elapsedS;
  if (habit.reach.size > 0 && isAimDone(hand.place)) {
    const { size, turn, restS } = habit.reach;
    const around = (middle: number) => middle + between(random, -1, 1) * size;
    const duration = between(random, 0.3, 0.9);
    const rest = restS * between(random, 0, 2);
    aimNext(hand.place, [around(hand.side * 0.25), around(1.2), around(-0.35)], duration, rest);
    const angle = () => between(random, -1, 1) * turn;
    aimNext(hand.turn, [angle(), angle() - 0.4, angle()], duration * between(random, 0.7, 1.2), 0);
  }
  const grips = habit.grips > 0 && random() < (habit.grips / 60) * elapsedS;
  if (!grips) return;
  if (hand.side < 0) p.actions.gripLeft = !p.actions.gripLeft;
  else p.actions.gripRight = !p.actions.gripRight;
}

function placeHead(p: VrPlayer, step: number, strides: number): void {
  const { random, sway, nod, gaze, control } = p;
  const tracked = noise(random, NOISE_RAD * p.noise);
  const yaw = aimed(gaze, 0) + nod.value[0];
  const pitch = aimed(gaze, 1) + nod.value[1];
  const roll = 0.05 * Math.sin(yaw) + nod.value[2] + strides * 0.01 * Math.sin(step);
  const heading = yaw + tracked[0];
  // Heads turn about the neck, which the eyes are 10 cm ahead of.
  const place: Vector = [
    sway.value[0] - 0.1 * Math.sin(yaw) + strides * 0.015 * Math.sin(step),
    1.65 + 0.3 * sway.value[1] + 0.1 * Math.sin(pitch) + strides * 0.018 * Math.cos(2 * step),
    sway.value[2] - 0.1 * Math.cos(yaw) * Math.cos(pitch),
  ];
  report(p, control.head, place, turned(heading, pitch + tracked[1], roll + tracked[2]));
  p.heading = holdAngle(p.heading, heading, p.slack);
  control.pitch = holdAngle(control.pitch, pitch + tracked[1], p.slack);
  steer(control, p.actions, p.heading);
}

function placeHand(p: VrPlayer, hand: Hand, part: Part, step: number, strides: number): void {
  const { sway: body, random } = p;
  const swing = strides * Math.sin(step);
  const place: Vector = [0, 1, 2].map(
    (axis) =>
      aimed(hand.place, axis) +
      (hand.drift.value[axis] as number) +
      0.8 * (body.value[axis] as number) +
      trembling(hand.tremor, axis, 0.0003),
  ) as Vector;
  place[2] += 0.12 * swing;
  place[1] += 0.03 * Math.abs(swing) + strides * 0.015 * Math.cos(2 * step);
  const tracked = noise(random, NOISE_RAD * p.noise);
  const [yaw, pitch, roll] = [0, 1, 2].map(
    (axis) =>
      aimed(hand.turn, axis) +
      (hand.sway.value[axis] as number) +
      trembling(hand.tremor, axis, 0.1 * DEGREE) +
      (tracked[axis] as number),
  ) as Vector;
  report(p, part, place, turned(yaw, pitch + 0.25 * swing, roll));
}

function report(p: VrPlayer, part: Part, place: Vector, rotation: Quaternion): void {
  const tracked = noise(p.random, NOISE_M * p.noise);
  for (let axis = 0; axis < 3; axis++) {
    part.position[axis] = (place[axis] as number) + (tracked[axis] as number);
  }
  part.rotation.set(rotation);
}
