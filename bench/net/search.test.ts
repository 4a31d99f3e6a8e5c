import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { searchMost } from './search.ts';

const FIRST = 250;
const LAST = 8000;

test('finds the limit to within its share, and asks for nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (limit) => {
      const asked: number[] = [];
      const { most, tooMany } = await searchMost(FIRST, LAST, 0.05, async (players) => {
        asked.push(players);
        return { holds: players <= limit, says: '' };
      });
      expect(new Set(asked).size).toBe(asked.length);
      expect(most).toBeLessThanOrEqual(limit);
      if (limit >= LAST) {
        expect([most, tooMany]).toEqual([LAST, null]);
      } else {
        expect(tooMany).toBeGreaterThan(limit);
        expect((tooMany as number) - most).toBeLessThanOrEqual(Math.max(1, most * 0.05));
      }
    }),
  );
});
