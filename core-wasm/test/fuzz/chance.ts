import { integer, pick, type Random } from '../random.ts';

/** Values that no sensible caller passes, and the sensible ones that keep a world alive. */

const ODD = [0, -0, 1, -1, 0.5, 7, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, -(2 ** 31)];
const ODDER = [1e9, -1e9, 1e30, -1e30, 1e-40, Infinity, -Infinity, Number.NaN, 2 ** 53];

export type Triple = [number, number, number];

export function anyNumber(random: Random): number {
  if (random() < 0.5) return pick(random, random() < 0.6 ? ODD : ODDER);
  return (random() - 0.5) * pick(random, [1, 10, 400, 1e6]);
}

export function anyVector(random: Random): Triple {
  return [anyNumber(random), anyNumber(random), anyNumber(random)];
}

/** Mostly within what is allowed: else no body would ever live. */
export function mildNumber(random: Random, low: number, high: number): number {
  return random() < 0.995 ? low + (high - low) * random() : anyNumber(random);
}

export function mildVector(random: Random, low: number, high: number): Triple {
  return [
    mildNumber(random, low, high),
    mildNumber(random, low, high),
    mildNumber(random, low, high),
  ];
}

const QUARTER_TURN = Math.SQRT1_2;
export const TURNS: ReadonlyArray<readonly [number, number, number, number]> = [
  [0, 0, 0, 1],
  [0, 0.6, 0, 0.8],
  [QUARTER_TURN, 0, 0, QUARTER_TURN],
  [0.5, -0.5, 0.5, -0.5],
];

export function mildRotation(random: Random): readonly [number, number, number, number] {
  return random() < 0.995 ? pick(random, TURNS) : [...anyVector(random), anyNumber(random)];
}

export function anyBytes(random: Random, lengthMax: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: integer(random, 0, lengthMax) }, () => integer(random, 0, 255));
}

const HUGE = [70_000, 300_000, 9_000_000, 40_000_000].map((length) => new Uint8Array(length));

/** Zeros, longer than one thing or another may be. */
export function hugeBytes(random: Random): Uint8Array<ArrayBuffer> {
  return pick(random, HUGE) as Uint8Array<ArrayBuffer>;
}

/** The bytes with one to four things wrong: a flip, an odd byte, a run lost, doubled or random. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  let copy = bytes.slice();
  for (let i = integer(random, 1, 4); i > 0 && copy.length > 0; i--) {
    const at = integer(random, 0, copy.length - 1);
    switch (integer(random, 0, 5)) {
      case 0:
        copy[at] = (copy[at] as number) ^ (1 << integer(random, 0, 7));
        break;
      case 1:
        copy[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, 0xc0]);
        break;
      case 2:
        copy = copy.slice(0, at);
        break;
      case 3:
        copy = joined(copy.subarray(0, at + integer(random, 1, 40)), copy.subarray(at));
        break;
      case 4:
        copy = joined(copy.subarray(0, at), copy.subarray(at + integer(random, 1, 9)));
        break;
      default:
        for (let k = at; k < Math.min(copy.length, at + 4); k++) copy[k] = integer(random, 0, 255);
    }
  }
  return copy;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
