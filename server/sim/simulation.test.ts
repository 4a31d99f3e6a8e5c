import { beforeAll, expect, test } from 'bun:test';
import type { CoreModule } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { CANARIES } from './canary.ts';
import { createCorePool } from './core-pool.ts';
import { runSeeds } from './run-seeds.ts';
import { type SimulationReport, simulate } from './simulation.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCoreModule();
});

/** Only a server that is new remembers nobody. */
function expectRemembered({ seed, fresh, crashes, takeovers }: SimulationReport): void {
  if (crashes + takeovers === 0) expect([seed, fresh]).toEqual([seed, 0]);
}

/** 200 seeds, shorter than by night; in shares, so that a slow machine is in time for each. */
const SHARES = 4;
const SEEDS_PER_SHARE = 50;
const SECONDS = 4;
/** Starts of all shares that found something damaged in the store. */
let damages = 0;

for (let share = 0; share < SHARES; share++) {
  const first = 1 + share * SEEDS_PER_SHARE;
  const last = first + SEEDS_PER_SHARE - 1;
  test(`seeds ${first} to ${last}: every checker holds through storm and calm`, async () => {
    const reports: SimulationReport[] = [];
    const onReport = (report: SimulationReport) => void reports.push(report);
    const choice = { first, count: SEEDS_PER_SHARE, seconds: SECONDS, workers: 2 };
    const summary = await runSeeds(module, { ...choice, onReport });
    expect(summary.failures).toEqual([]);
    expect(summary.seeds).toBe(SEEDS_PER_SHARE);
    const { agreements, left, entered, durableFrames, rollbacks } = summary.totals;
    expect(agreements).toBeGreaterThan(7500);
    expect(entered).toBeGreaterThan(750);
    expect(left).toBeGreaterThan(750);
    expect(durableFrames).toBeGreaterThan(2500);
    expect(rollbacks).toBeGreaterThan(5000);
    const { crashes, cuts, takeovers, partitions, resumed } = summary.totals;
    expect(crashes + cuts + takeovers + partitions).toBeGreaterThan(50);
    expect(resumed).toBeGreaterThan(50);
    for (const report of reports) expectRemembered(report);
    damages += summary.totals.damages;
  });
}

test('what lay damaged in the store was met often enough', () => {
  expect(damages).toBeGreaterThan(10);
});

/** Long ones: what a client had confirmed before a crash outlived the server that forgot it. */
for (const seed of [3, 4]) {
  test(`seed ${seed} for 20 seconds`, async () => {
    const report = await simulate(createCorePool(module), { seed, clients: 4, seconds: 20 });
    expect(report.violations).toEqual([]);
    expect(report.agreements).toBeGreaterThan(500);
    expect(report.resumed).toBeGreaterThan(0);
    expectRemembered(report);
  });
}

test('the same seed gives the same run, with used cores and in a thread too', async () => {
  const pool = createCorePool(module);
  const once = await simulate(pool, { seed: 6 });
  await simulate(pool, { seed: 7 });
  expect(await simulate(pool, { seed: 6 })).toEqual(once);
  const reports: unknown[] = [];
  const onReport = (report: unknown) => reports.push(report);
  await runSeeds(module, { first: 5, count: 2, workers: 2, onReport });
  expect(reports).toContainEqual(once);
});

const CANARY_CHOICE = { first: 7, count: 2, seconds: SECONDS, workers: 1 };

for (const canary of CANARIES) {
  test(`the canary of ${canary} dies, by that checker alone`, async () => {
    const { failures } = await runSeeds(module, { ...CANARY_CHOICE, canary });
    expect(failures).toHaveLength(2);
    for (const { violations } of failures) {
      expect([...new Set(violations.map((text) => text.split(':')[0]))]).toEqual([canary]);
    }
  });
}

test('what a client gets is enough, and names nobody whom he was not given', async () => {
  for (const seed of [8, 9, 10]) {
    const pool = createCorePool(module);
    const choice = { clients: 5, seconds: 10, capture: true };
    const { violations, captured } = await simulate(pool, { ...choice, seed });
    expect(violations).toEqual([]);
    expect(captured.frames).toBeGreaterThan(500);
    expect(captured.proofs).toBeGreaterThan(20);
    // Of seed 8 everybody is in everybody's bubble.
    if (seed !== 8) expect(captured.ghosts).toBeGreaterThan(100);
  }
});
