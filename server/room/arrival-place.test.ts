import { expect, test } from 'bun:test';
import { arrivalPlace } from './arrival-place.ts';

const ACCOUNTS = Array.from({ length: 3000 }, (_, i) => i + 1);
const SPREAD_M = 240;

/** How far off the way from (x, z) to the middle `yaw` looks, radians. */
function awayFromMiddle({ x, z, yaw }: { x: number; z: number; yaw: number }): number {
  const angle = (yaw / 65536) * 2 * Math.PI;
  const [aheadX, aheadZ] = [-Math.sin(angle), -Math.cos(angle)];
  return Math.acos(Math.min(1, (-x * aheadX - z * aheadZ) / Math.hypot(x, z)));
}

test('newcomers stand on the ring or in the square, and all look inwards', () => {
  for (const account of ACCOUNTS) {
    const onRing = arrivalPlace(account, 0);
    expect(Math.hypot(onRing.x, onRing.z)).toBeCloseTo(7);
    const spread = arrivalPlace(account, SPREAD_M);
    expect(Math.max(Math.abs(spread.x), Math.abs(spread.z))).toBeLessThanOrEqual(SPREAD_M);
    expect(awayFromMiddle(onRing)).toBeLessThan(0.001);
    if (Math.hypot(spread.x, spread.z) > 0.1) expect(awayFromMiddle(spread)).toBeLessThan(0.001);
  }
});

test('a spread is even: no tenth by tenth of the square gets more than twice its share', () => {
  for (const first of [0, 1000, 2000]) {
    const cells = new Map<number, number>();
    for (const account of ACCOUNTS.slice(first, first + 1000)) {
      const { x, z } = arrivalPlace(account, SPREAD_M);
      const cell = (metres: number) => Math.floor(((metres + SPREAD_M) / (2 * SPREAD_M)) * 9.999);
      const at = cell(x) * 10 + cell(z);
      cells.set(at, (cells.get(at) ?? 0) + 1);
    }
    expect(cells.size).toBe(100);
    expect(Math.max(...cells.values())).toBeLessThanOrEqual(20);
  }
});

test('nobody gets the place of another', () => {
  const places = ACCOUNTS.map((account) => arrivalPlace(account, SPREAD_M));
  let leastM = Number.POSITIVE_INFINITY;
  for (const [i, a] of places.entries()) {
    for (const b of places.slice(i + 1)) {
      leastM = Math.min(leastM, Math.hypot(a.x - b.x, a.z - b.z));
    }
  }
  expect(leastM).toBeGreaterThan(2);
});
