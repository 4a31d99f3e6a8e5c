/** Repeatable chance for tests: mulberry32, 0 ≤ value < 1. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** An integer, both ends included. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[integer(random, 0, from.length - 1)] as T;
}

export function direction(random: Random): [number, number, number] {
  const y = between(random, -1, 1);
  // Rational points of the circle: no sine, so that a recording is the same in every engine.
  const t = between(random, -4, 4);
  const r = Math.sqrt(1 - y * y) / (1 + t * t);
  return [r * (1 - t * t), y, r * 2 * t];
}

export function rotation(random: Random): [number, number, number, number] {
  const [x, y, z] = direction(random);
  const w = between(random, -1, 1);
  const s = Math.sqrt(1 - w * w);
  return [x * s, y * s, z * s, w];
}
