import type { Random } from '../../core-wasm/test/random.ts';

/** The pieces of believable motion: what drifts, what is aimed at, what trembles. */

export type Vector = [number, number, number];
/** x y z w. */
export type Quaternion = [number, number, number, number];

/** Standard normal, by Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function noise(random: Random, deviation: number): Vector {
  return [normal(random) * deviation, normal(random) * deviation, normal(random) * deviation];
}

/**
 * What nobody means to do: an Ornstein-Uhlenbeck process behind a low pass, because bodies have
 * mass. A head that sways by 8 mm in 1.5 s does so at some 15 mm/s, as in quiet standing.
 */
export interface Drift {
  readonly value: Vector;
  readonly force: Vector;
  readonly deviation: number;
  readonly timeS: number;
}

/** Time of the low pass, s. */
const INERTIA_S = 0.2;

export function drift(deviation: number, timeS: number): Drift {
  return { value: [0, 0, 0], force: [0, 0, 0], deviation, timeS };
}

export function advanceDrift(d: Drift, random: Random, elapsedS: number): void {
  const kick = d.deviation * Math.sqrt((2 * elapsedS) / d.timeS);
  for (let axis = 0; axis < 3; axis++) {
    const force = d.force[axis] as number;
    const value = d.value[axis] as number;
    d.force[axis] = force - (force * elapsedS) / d.timeS + kick * normal(random);
    d.value[axis] = value + ((force - value) * elapsedS) / INERTIA_S;
  }
}

/** Where a movement begins, ends, how long it takes, and how long it rests there. */
export interface Aim {
  from: number[];
  to: number[];
  elapsedS: number;
  durationS: number;
  restS: number;
}

export function aimAt(place: readonly number[]): Aim {
  return { from: [...place], to: [...place], elapsedS: 0, durationS: 0.01, restS: 0 };
}

export function isAimDone(aim: Aim): boolean {
  return aim.elapsedS >= aim.durationS + aim.restS;
}

export function aimNext(aim: Aim, to: readonly number[], durationS: number, restS: number): void {
  aim.from = aim.to;
  aim.to = [...to];
  aim.elapsedS = 0;
  aim.durationS = durationS;
  aim.restS = restS;
}

/** Minimum jerk, as arms and necks move: Flash and Hogan, 1985. */
export function aimed(aim: Aim, axis: number): number {
  const t = Math.min(1, aim.elapsedS / aim.durationS);
  const share = t * t * t * (10 + t * (6 * t - 15));
  const from = aim.from[axis] as number;
  return from + ((aim.to[axis] as number) - from) * share;
}

/** Physiological tremor: 8 to 12 Hz, its strength comes and goes. */
export interface Tremor {
  readonly rate: number;
  phase: number;
  readonly strength: Drift;
}

export function tremor(random: Random): Tremor {
  return { rate: 8 + 4 * random(), phase: random(), strength: drift(1, 0.7) };
}

export function advanceTremor(t: Tremor, random: Random, elapsedS: number): void {
  t.phase += t.rate * elapsedS;
  advanceDrift(t.strength, random, elapsedS);
}

export function trembling(t: Tremor, axis: number, size: number): number {
  return size * (t.strength.value[axis] as number) * Math.sin(2 * Math.PI * (t.phase + axis / 3));
}

/** Turned by yaw, then pitch, then roll: Euler's YXZ. */
export function turned(yaw: number, pitch: number, roll: number): Quaternion {
  const [cy, sy] = [Math.cos(yaw / 2), Math.sin(yaw / 2)];
  const [cx, sx] = [Math.cos(pitch / 2), Math.sin(pitch / 2)];
  const [cz, sz] = [Math.cos(roll / 2), Math.sin(roll / 2)];
  return [
    sx * cy * cz + cx * sy * sz,
    cx * sy * cz - sx * cy * sz,
    cx * cy * sz - sx * sy * cz,
    cx * cy * cz + sx * sy * sz,
  ];
}
