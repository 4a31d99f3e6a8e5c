import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createSeededRandom } from '../seeded-random.ts';
import { createAir, createLossChannel, type Loss } from './loss-channel.ts';

const SEGMENTS = 1_000_000;

function sample(seed: number, loss: Loss): { rate: number; runs: number } {
  const loses = createLossChannel(createSeededRandom(seed), loss);
  let lost = 0;
  let runs = 0;
  let before = false;
  for (let i = 0; i < SEGMENTS; i++) {
    const isLost = loses();
    if (isLost) lost++;
    if (isLost && !before) runs++;
    before = isLost;
  }
  return { rate: lost / SEGMENTS, runs };
}

test('law: whatever the bursts, the share that is lost is the one asked for', () => {
  const losses = fc.record({
    lossRate: fc.double({ min: 0.01, max: 0.1, noNaN: true }),
    lossBurst: fc.integer({ min: 1, max: 10 }),
    badLossRate: fc.double({ min: 0.3, max: 1, noNaN: true }),
    goodLossRate: fc.double({ min: 0, max: 0.01, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.nat(), losses, (seed, loss) => {
      const bursts = (SEGMENTS * loss.lossRate) / loss.lossBurst;
      // Bursts are as long as they want: their number and their lengths deviate alike.
      const deviation = Math.sqrt(2 / bursts);
      const off = Math.abs(sample(seed, loss).rate / loss.lossRate - 1);
      expect(off).toBeLessThan(5 * deviation);
    }),
    { numRuns: 30 },
  );
});

test('bursts lose the same share in fewer gaps; a mild bad state breaks them up', () => {
  const even = sample(1, { lossRate: 0.02, lossBurst: 1 });
  const bursts = sample(1, { lossRate: 0.02, lossBurst: 8 });
  const mild = sample(1, { lossRate: 0.02, lossBurst: 8, badLossRate: 0.3 });
  expect(bursts.runs).toBeLessThan(even.runs / 5);
  expect(mild.runs).toBeGreaterThan(bursts.runs * 3);
});

test('a perfect channel takes nothing from the stream of chance', () => {
  const random = createSeededRandom(1);
  const loses = createLossChannel(random, { lossRate: 0, lossBurst: 1 });
  expect(loses()).toBe(false);
  expect(random()).toBe(createSeededRandom(1)());
});

test('a burst in the air meets all who send: copies are lost together', () => {
  const { up, down } = createAir([5, 6], { lossRate: 0.02, lossBurst: 1.5 });
  let [lost, both] = [0, 0];
  for (let i = 0; i < SEGMENTS; i++) {
    const [first, second] = [up(), up()];
    if (first || second) lost++;
    if (first && second) both++;
  }
  expect(both / lost).toBeGreaterThan(0.15);
  expect(both / lost).toBeLessThan(0.3);
  const ways = Array.from({ length: SEGMENTS }, () => Number(up()) + 2 * Number(down()));
  const apart = ways.filter((way) => way === 3).length / SEGMENTS;
  expect(apart).toBeLessThan(0.001);
});
