import { TICK_RATE_HZ } from '../../core-wasm/host/types.ts';

/** The planet turns once in 24 minutes, so a game hour is a minute. */
export const DAY_TICKS = 24 * 60 * TICK_RATE_HZ;
/** A new world begins just after sunrise. */
const FIRST_HOUR = 6.6;
/** How far the sun's path leans from the zenith. */
const PATH_TILT = 0.42;

/** Everything about the sky at one moment. Colours are linear RGB, directions unit vectors. */
export interface Sky {
  /** 0…24; the sun rises at 6 and sets at 18. */
  hour: number;
  /** Towards the sun. */
  readonly sun: Float32Array;
  /** Towards the brighter moon, opposite the sun. */
  readonly moon: Float32Array;
  readonly zenith: Float32Array;
  readonly horizon: Float32Array;
  /** Around the sun's place on the horizon. */
  readonly glow: Float32Array;
  /** Towards whichever of sun and moon lights the ground. */
  readonly key: Float32Array;
  readonly keyColor: Float32Array;
  keyIntensity: number;
  readonly ground: Float32Array;
  ambientIntensity: number;
  /** 0 (invisible) … 1. */
  stars: number;
}

interface Mood {
  /** Sine of the sun's elevation at which this mood is pure. */
  readonly at: number;
  readonly zenith: readonly number[];
  readonly horizon: readonly number[];
  readonly glow: readonly number[];
  readonly keyColor: readonly number[];
  readonly keyIntensity: number;
  readonly ground: readonly number[];
  readonly ambientIntensity: number;
  readonly stars: number;
}

/** Night to noon. Sun and moon swap at the second row, where neither lights anything. */
const MOODS: readonly Mood[] = [
  {
    at: -0.3,
    zenith: [0.006, 0.008, 0.03],
    horizon: [0.025, 0.04, 0.085],
    glow: [0.02, 0.03, 0.06],
    keyColor: [0.55, 0.7, 1],
    keyIntensity: 1.7,
    ground: [0.05, 0.05, 0.09],
    ambientIntensity: 8,
    stars: 1,
  },
  {
    at: -0.07,
    zenith: [0.018, 0.022, 0.085],
    horizon: [0.16, 0.1, 0.2],
    glow: [0.62, 0.2, 0.16],
    keyColor: [1, 0.5, 0.35],
    keyIntensity: 0,
    ground: [0.1, 0.07, 0.1],
    ambientIntensity: 4.5,
    stars: 0.55,
  },
  {
    at: 0.1,
    zenith: [0.075, 0.13, 0.34],
    horizon: [0.72, 0.42, 0.36],
    glow: [1.1, 0.52, 0.2],
    keyColor: [1, 0.66, 0.4],
    keyIntensity: 5.4,
    ground: [0.26, 0.17, 0.16],
    ambientIntensity: 2.7,
    stars: 0.06,
  },
  {
    at: 0.5,
    zenith: [0.07, 0.25, 0.52],
    horizon: [0.5, 0.66, 0.68],
    glow: [0.85, 0.75, 0.55],
    keyColor: [1, 0.93, 0.8],
    keyIntensity: 3.2,
    ground: [0.3, 0.25, 0.2],
    ambientIntensity: 3.6,
    stars: 0,
  },
];

export function createSky(): Sky {
  const triple = (): Float32Array => new Float32Array(3);
  return {
    hour: 0,
    sun: triple(),
    moon: triple(),
    zenith: triple(),
    horizon: triple(),
    glow: triple(),
    key: triple(),
    keyColor: triple(),
    keyIntensity: 0,
    ground: triple(),
    ambientIntensity: 0,
    stars: 0,
  };
}

/** Hour of the day at `tick`, 0…24; fractions of a tick are welcome. */
export function hourOfDay(tick: number): number {
  return (FIRST_HOUR + (tick / DAY_TICKS) * 24) % 24;
}

/** The first tick of a world at which it is `hour`, 0…24. */
function tickOfHour(hour: number): number {
  return (((hour - FIRST_HOUR + 24) % 24) / 24) * DAY_TICKS;
}

/** `?debug&hour=0` … `24` stops the sun there, for pictures; null: it is the world's own. */
export function skyTickOf(query: URLSearchParams): number | null {
  const hour = Number(query.get('hour') || Number.NaN);
  return query.has('debug') && hour >= 0 && hour <= 24 ? tickOfHour(hour) : null;
}

/** The sky at `tick`: a pure function, so everybody stands under the same one. */
export function skyAt(tick: number, into: Sky): void {
  into.hour = hourOfDay(tick);
  aim(into);
  const height = into.sun[1] ?? 0;
  let row = 0;
  while (row < MOODS.length - 2 && height > (MOODS[row + 1]?.at ?? 1)) row++;
  const low = MOODS[row];
  const high = MOODS[row + 1];
  if (low === undefined || high === undefined) return;
  const blend = smooth((height - low.at) / (high.at - low.at));
  mix(low.zenith, high.zenith, blend, into.zenith);
  mix(low.horizon, high.horizon, blend, into.horizon);
  mix(low.glow, high.glow, blend, into.glow);
  mix(low.keyColor, high.keyColor, blend, into.keyColor);
  mix(low.ground, high.ground, blend, into.ground);
  into.keyIntensity = low.keyIntensity + (high.keyIntensity - low.keyIntensity) * blend;
  into.ambientIntensity =
    low.ambientIntensity + (high.ambientIntensity - low.ambientIntensity) * blend;
  into.stars = low.stars + (high.stars - low.stars) * blend;
  const swap = MOODS[1]?.at ?? 0;
  into.key.set(height > swap ? into.sun : into.moon);
}

function aim(sky: Sky): void {
  const angle = ((sky.hour - 6) / 24) * Math.PI * 2;
  const x = Math.cos(angle);
  const y = Math.sin(angle);
  const z = -PATH_TILT;
  const length = Math.hypot(x, y, z);
  sky.sun[0] = x / length;
  sky.sun[1] = y / length;
  sky.sun[2] = z / length;
  sky.moon[0] = -x / length;
  sky.moon[1] = -y / length;
  sky.moon[2] = z / length;
}

function smooth(value: number): number {
  const t = Math.min(1, Math.max(0, value));
  return t * t * (3 - 2 * t);
}

function mix(
  from: readonly number[],
  to: readonly number[],
  blend: number,
  out: Float32Array,
): void {
  for (let i = 0; i < 3; i++) {
    const a = from[i] ?? 0;
    out[i] = a + ((to[i] ?? 0) - a) * blend;
  }
}
