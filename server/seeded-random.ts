/** Numbers in [0, 1) that depend on the seed alone. */
export type SeededRandom = () => number;

/** splitmix32 (Steele, Lea, Flood 2014, in its 32-bit form): passes from any seed, 0 included. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
