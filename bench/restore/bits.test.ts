import { expect, test } from 'bun:test';
import { loadCoreModule } from '../../server/artifacts.ts';
import { flipBits } from './bits.ts';

/** So many that some bits are the highest of a number. */
const FLIPS = 480;
const SEED = 3;

test('one altered bit in any column of a group or checkpoint is found and named', async () => {
  const module = await loadCoreModule();
  const { found, missed, flips } = await flipBits(module, { flips: FLIPS, seed: SEED });
  expect(missed).toEqual([]);
  expect(Object.keys(found)).toHaveLength(16);
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(flips);
}, 60_000);

test('a group that its own number puts before its elders is named', async () => {
  const given = [{ table: 'journal_groups', column: 'last_frame', row: 314, bit: 6 }] as const;
  const { missed } = await flipBits(await loadCoreModule(), { flips: 1, seed: 1, given });
  expect(missed).toEqual([]);
}, 60_000);
