import type { Core } from '../../host/core.ts';
import type { Rewind } from '../../host/rewind.ts';
import type { PlayerInput, ShapeKind } from '../../host/types.ts';
import { integer, pick, type Random } from '../random.ts';
import {
  anyNumber,
  anyVector,
  damaged,
  hugeBytes,
  mildNumber,
  mildVector,
  type Triple,
} from './chance.ts';

/** What the calls of one run know of each other. */
export interface Caller {
  readonly core: Core;
  readonly random: Random;
  /** Ids that were given out, alive or not. */
  readonly ids: number[];
  /** The last snapshot that was taken and the last frame that was finished. */
  state: Uint8Array;
  frame: Uint8Array;
  /** Of one player's entries, at the sender's and at the receiver's end; always equal. */
  histories: readonly [Uint8Array, Uint8Array];
  /** What `keepPast` gave last. */
  past: Rewind | null;
}

/** A method of the facade with arguments that chance chooses, good and bad. */
export interface FacadeCall {
  call(c: Caller): unknown;
  /** How often among the others; 1 unless given. */
  readonly share?: number;
  /** True: it only looks, so that the world's hash must stay. */
  readonly looks?: true;
}

export type FacadeCalls = Readonly<Record<string, FacadeCall>>;

const IDS_KEPT = 120;

export function anyId({ random, ids }: Caller): number {
  return random() < 0.8 && ids.length > 0 ? pick(random, ids) : anyNumber(random);
}

export function reserve(c: Caller): number {
  const last = c.ids.at(-1) ?? 0;
  const entity = c.core.nextEntity(c.random() < 0.95 ? last : anyNumber(c.random));
  c.ids.push(entity);
  if (c.ids.length > IDS_KEPT) c.ids.splice(0, IDS_KEPT / 3);
  return entity;
}

export function anyInput(random: Random): PlayerInput {
  const intent = () => ({
    moveX: anyNumber(random),
    moveZ: anyNumber(random),
    yaw: anyNumber(random),
    pitch: anyNumber(random),
    buttons: anyNumber(random),
  });
  const part = () => {
    const rotation = [...anyVector(random), anyNumber(random)] as const;
    return {
      position: random() < 0.5 ? mildVector(random, -900, 900) : anyVector(random),
      rotation,
    };
  };
  return {
    intents: [intent(), intent(), intent()],
    pose: random() < 0.5 ? null : { head: part(), left: part(), right: part() },
  };
}

export function anyShape(random: Random): { shape: ShapeKind; size: Triple } {
  const shape = integer(random, 0, 2) as ShapeKind;
  const side = (): number => mildNumber(random, 0.05, 1.5);
  return { shape, size: [side(), shape === 0 ? 0 : side(), shape === 2 ? side() : 0] };
}

export function mildPlace(random: Random): Triple {
  return [mildNumber(random, -3, 3), mildNumber(random, 0, 3), mildNumber(random, -3, 3)];
}

/** Absent as often as not: then the facade has a default. */
export function maybe<K extends string>(random: Random, key: K, low: number, high: number) {
  if (random() < 0.6) return {};
  return { [key]: mildNumber(random, low, high) } as { [P in K]: number };
}

export function framed({ random, frame }: Caller): Uint8Array {
  const chance = random();
  if (chance < 0.85) return frame;
  return chance < 0.99 ? damaged(random, frame) : hugeBytes(random);
}

export function anyHash(random: Random): bigint {
  return BigInt(Math.floor((random() - 0.5) * 2 ** 53)) << BigInt(integer(random, 0, 70));
}
