import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { fillGrid, nearestTo, type Placed } from './nearest.ts';

const PLACE = fc.integer({ min: -60_000, max: 60_000 });

function placed([xMm, zMm]: readonly [number, number]): Placed {
  return { stance: { xMm, yMm: 0, zMm, yaw: 0 } };
}

function distance(a: Placed, b: Placed): number {
  return Math.hypot(a.stance.xMm - b.stance.xMm, a.stance.zMm - b.stance.zMm);
}

test('the nearest are the nearest, with and without those that are held', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(PLACE, PLACE), { minLength: 1, maxLength: 120 }),
      fc.nat({ max: 40 }),
      fc.nat({ max: 20 }),
      (places, count, heldCount) => {
        const all = places.map(placed);
        const own = all[0] as Placed;
        const held = new Set(all.slice(1, 1 + heldCount));
        const found = nearestTo(fillGrid(all), own, count, held, all.length);
        const rankMm = (one: Placed) => distance(one, own) - (held.has(one) ? 2_000 : 0);
        const right = all
          .slice(1)
          .map(rankMm)
          .sort((a, b) => a - b);
        expect(found.map(rankMm)).toEqual(right.slice(0, count));
        expect(found).not.toContain(own);
      },
    ),
  );
});
