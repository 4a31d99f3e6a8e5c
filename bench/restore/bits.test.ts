import { expect, test } from 'bun:test';
import { loadCoreModule } from '../../server/artifacts.ts';
import { flipBits } from './bits.ts';

test('one altered bit in any column of a group or checkpoint is found and named', async () => {
  const { found, missed, flips } = await flipBits(await loadCoreModule(), { flips: 32, seed: 3 });
  expect(missed).toEqual([]);
  expect(Object.keys(found)).toHaveLength(16);
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(flips);
}, 60_000);
