import { expect, test } from 'bun:test';
import { loadCoreModule } from '../../server/artifacts.ts';
import { flipBits } from './bits.ts';

/** So many that some bits are the highest of a number, and some put a group before its elders. */
const FLIPS = 480;
const SEED = 3;

test('one altered bit in any column of a group or checkpoint is found and named', async () => {
  const module = await loadCoreModule();
  const { found, missed, flips } = await flipBits(module, { flips: FLIPS, seed: SEED });
  expect(missed).toEqual([]);
  expect(Object.keys(found)).toHaveLength(16);
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(flips);
}, 60_000);
