import { expect, test } from 'bun:test';
import { HORIZON_TICKS } from '../../client/predict/history.ts';
import { loadCoreModule } from '../artifacts.ts';
import { BAD_LINK, findBad, playOnBadLink } from './bad-link.ts';
import { createCorePool } from './core-pool.ts';

/** `bun run sim --bad-link` plays ten minutes. */
const SECONDS = 75;

test('150 ± 50 ms, 2 % loss, 1 Mbit/s: no deep rollback, no visible correction', async () => {
  const pool = createCorePool(await loadCoreModule());
  const report = await playOnBadLink(pool, { seed: 4, seconds: SECONDS, others: 5 });
  expect(findBad(report)).toEqual([]);
  expect(report.deepestRollbackTicks).toBeGreaterThan(HORIZON_TICKS / 2);
  // There was something to correct, and the others gave cause for it.
  expect(report.own.count).toBeGreaterThan(0);
  expect(report.conflicts.count).toBeGreaterThan(500);
  expect(report.conflicts.mostM).toBeGreaterThan(0.5);
  expect(report.rttMs).toBeGreaterThan(120);
  expect(report.hasSpare).toBe(true);
  // What the own feet do on the screen is what feet do, whatever was waited for.
  expect(report.ownDrawnExcessM).toBeLessThan(0.75);
  expect(report.bytesInPerSecond).toBeLessThan(125_000 / 8);
});

test('the measure finds what it is for: a link so bad that inputs come too late', async () => {
  const pool = createCorePool(await loadCoreModule());
  const link = { ...BAD_LINK, lossRate: 0.15, lossBurst: 6 };
  const report = await playOnBadLink(pool, { seed: 4, seconds: 40, others: 3, link });
  expect(report.own.visible).toBeGreaterThan(0);
  expect(findBad(report).join()).toContain('own:');
});

test('a good link costs no delay, no wait and no correction', async () => {
  const pool = createCorePool(await loadCoreModule());
  const link = { delayMs: 25, jitterMs: 8, lossRate: 0, lossBurst: 1 };
  const report = await playOnBadLink(pool, { seed: 4, seconds: 30, others: 5, link });
  expect(findBad(report)).toEqual([]);
  expect(report.own.mostM).toBeLessThan(0.1);
  expect(report.waitCount).toBe(0);
  expect(report.hasSpare).toBe(false);
  expect(report.deepestRollbackTicks).toBeLessThan(15);
});
