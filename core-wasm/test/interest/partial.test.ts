import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { Core, compileCore } from '../../host/core.ts';
import { artifactBytes } from '../world.ts';
import { followInterest } from './follow-interest.ts';

setDefaultTimeout(600_000);

let cores: [Core, Core];
beforeAll(async () => {
  const module = await compileCore(artifactBytes());
  cores = [await Core.create(module), await Core.create(module)];
});

const WORLDS = 25;
const FRAMES = 500;

test(`a client that has its members is the whole world, bit for bit: ${WORLDS} worlds`, () => {
  const sums = { entered: 0, left: 0, compared: 0, overfull: 0, rimmed: 0, again: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
      const report = followInterest(cores, seed, FRAMES);
      expect(report.difference).toBe('');
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += report[key];
    }),
    { numRuns: WORLDS, endOnFailure: true },
  );
  expect(sums.entered).toBeGreaterThan(WORLDS * 20);
  expect(sums.left).toBeGreaterThan(WORLDS * 20);
  expect(sums.compared).toBeGreaterThan(WORLDS * FRAMES * 5);
  expect(sums.rimmed).toBeGreaterThan(0);
  expect(sums.again).toBeGreaterThan(WORLDS * 5);
});
