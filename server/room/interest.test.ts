import { describe, expect, test } from 'bun:test';
import type { MoverColumns } from '../../core-wasm/host/core.ts';
import { BodyRole } from '../../core-wasm/host/types.ts';
import {
  chooseWanted,
  createInterestScratch,
  createNear,
  type InterestLimits,
} from './interest.ts';

const CAPACITY = 1024;
const LIMITS: InterestLimits = {
  playersMax: 3,
  playerRadiusM: 60,
  playerMarginM: 10,
  bodyRadiusM: 40,
  bodyMarginM: 8,
};

/** Along x; the first is the own player, entity 1. */
function line(others: readonly (readonly [role: BodyRole, x: number])[]): MoverColumns {
  const rows = [[BodyRole.PLAYER, 0] as const, ...others];
  return {
    count: rows.length,
    ids: Uint32Array.from(rows, (_, row) => (1 << 16) | (row + 1)),
    roles: Uint8Array.from(rows, ([role]) => role),
    positions: Float32Array.from(rows.flatMap(([, x]) => [x, 0, 0])),
  };
}

function createChooser(limits = LIMITS) {
  const scratch = createInterestScratch(CAPACITY, limits);
  const near = createNear(CAPACITY);
  return (others: readonly (readonly [BodyRole, number])[], own = (1 << 16) | 1) =>
    [...chooseWanted(line(others), own, near, limits, scratch)].sort((a, b) => a - b);
}

const { PLAYER, LOOSE, HAND_LEFT } = BodyRole;

describe('interest', () => {
  test('wants players within 60 m until they are beyond 70, bodies within 40 until 48', () => {
    const walk = (role: BodyRole, places: readonly number[]) => {
      const choose = createChooser();
      return places.map((x) => choose([[role, x]]).length);
    };
    expect(walk(PLAYER, [61, 59, 61, 69, 71, 69, 61, 59])).toEqual([0, 1, 1, 1, 0, 0, 0, 1]);
    expect(walk(LOOSE, [41, 39, 41, 47, 49, 47, 41, 39])).toEqual([0, 1, 1, 1, 0, 0, 0, 1]);
  });

  test('wants the nearest players, and gives one up only for one who is 10 m nearer', () => {
    const choose = createChooser();
    const at = (...places: number[]) => places.map((x) => [PLAYER, x] as const);
    expect(choose(at(30, 10, 20, 40))).toEqual([2, 3, 4]);
    expect(choose(at(30, 10, 20, 25))).toEqual([2, 3, 4]);
    expect(choose(at(30, 10, 20, 19))).toEqual([3, 4, 5]);
  });

  test('prefers the lower entity among equals, and looks at no hands', () => {
    const choose = createChooser({ ...LIMITS, playersMax: 1 });
    expect(
      choose([
        [HAND_LEFT, 1],
        [PLAYER, 5],
        [PLAYER, 5],
        [LOOSE, 6],
      ]),
    ).toEqual([3, 5]);
  });

  test('wants nothing for who is not in the world', () => {
    expect(createChooser()([[PLAYER, 1]], 77)).toEqual([]);
  });
});
