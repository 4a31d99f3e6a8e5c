import type { MoverColumns } from '../../core-wasm/host/core.ts';
import { BodyRole } from '../../core-wasm/host/types.ts';

/** How far a client's interest goes. */
export interface InterestLimits {
  /** Other players at most. */
  readonly playersMax: number;
  /** Within it other players are wanted. */
  readonly playerRadiusM: number;
  /** So much further until they are wanted no more; they also outrank newcomers by it. */
  readonly playerMarginM: number;
  readonly bodyRadiusM: number;
  readonly bodyMarginM: number;
}

export const INTEREST: InterestLimits = {
  playersMax: 32,
  playerRadiusM: 60,
  playerMarginM: 10,
  bodyRadiusM: 40,
  bodyMarginM: 8,
};

/** Movers that a client wants by distance, as bits by entity index: what hysteresis remembers. */
export type Near = Uint32Array;

export function createNear(entityCapacity: number): Near {
  return new Uint32Array(entityCapacity / 32);
}

function isNear(near: Near, index: number): boolean {
  return (((near[index >>> 5] as number) >>> (index & 31)) & 1) === 1;
}

function setNear(near: Near, index: number): void {
  near[index >>> 5] = (near[index >>> 5] as number) | (1 << (index & 31));
}

/** The nearest players found so far, nearest first. */
interface Ranking {
  readonly indices: Uint16Array;
  readonly distancesM: Float64Array;
  count: number;
}

/** What choosing needs beside the world; one serves a whole room. */
export interface InterestScratch {
  readonly ranking: Ranking;
  /** Entity indices that are wanted. */
  readonly wanted: Uint16Array;
  near: Near;
}

export function createInterestScratch(
  entityCapacity: number,
  { playersMax }: InterestLimits,
): InterestScratch {
  return {
    ranking: {
      indices: new Uint16Array(playersMax),
      distancesM: new Float64Array(playersMax),
      count: 0,
    },
    wanted: new Uint16Array(entityCapacity),
    near: createNear(entityCapacity),
  };
}

/**
 * Entity indices that the owner of player `own` wants to have, beside himself: the nearest players
 * and what is loose around him. `near` holds what he wanted before and then what he wants now.
 * Distances are those of centres. The one place that decides by distance: groups are closed, and
 * bubbles kept, elsewhere.
 */
export function chooseWanted(
  movers: MoverColumns,
  own: number,
  near: Near,
  limits: InterestLimits,
  scratch: InterestScratch,
): Uint16Array {
  const { ranking, wanted } = scratch;
  const ownRow = movers.ids.subarray(0, movers.count).indexOf(own);
  if (ownRow < 0) return wanted.subarray(0, 0);
  scratch.near.fill(0);
  ranking.count = 0;
  let count = 0;
  for (let row = 0; row < movers.count; row++) {
    const role = movers.roles[row] as number;
    if (row === ownRow || (role !== BodyRole.LOOSE && role !== BodyRole.PLAYER)) continue;
    const index = (movers.ids[row] as number) & 0xffff;
    const isPlayer = role === BodyRole.PLAYER;
    const marginM = isPlayer ? limits.playerMarginM : limits.bodyMarginM;
    const heldM = isNear(near, index) ? marginM : 0;
    const distanceM = distance(movers.positions, ownRow, row) - heldM;
    if (isPlayer) {
      if (distanceM < limits.playerRadiusM) rank(ranking, index, distanceM);
    } else if (distanceM < limits.bodyRadiusM) {
      setNear(scratch.near, index);
      wanted[count++] = index;
    }
  }
  for (let i = 0; i < ranking.count; i++) {
    const index = ranking.indices[i] as number;
    setNear(scratch.near, index);
    wanted[count++] = index;
  }
  near.set(scratch.near);
  return wanted.subarray(0, count);
}

function distance(positions: Float32Array, a: number, b: number): number {
  const x = (positions[a * 3] as number) - (positions[b * 3] as number);
  const y = (positions[a * 3 + 1] as number) - (positions[b * 3 + 1] as number);
  const z = (positions[a * 3 + 2] as number) - (positions[b * 3 + 2] as number);
  return Math.sqrt(x * x + y * y + z * z);
}

/** Among equals the first stays: rows come in entity order. */
function rank(ranking: Ranking, index: number, distanceM: number): void {
  const { indices, distancesM } = ranking;
  let at = ranking.count;
  if (at === indices.length) {
    if (at === 0 || distanceM >= (distancesM[at - 1] as number)) return;
    at--;
  } else {
    ranking.count++;
  }
  for (; at > 0 && (distancesM[at - 1] as number) > distanceM; at--) {
    indices[at] = indices[at - 1] as number;
    distancesM[at] = distancesM[at - 1] as number;
  }
  indices[at] = index;
  distancesM[at] = distanceM;
}
