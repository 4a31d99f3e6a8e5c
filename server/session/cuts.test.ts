import { expect, test } from 'bun:test';
import { loadCoreModule } from '../artifacts.ts';
import { cutSessions } from './cuts.fuzz.ts';

/** The long form, 1,000 cuts, is `bun run fuzz cuts`. */
test('200 cuts behind any byte, closes swallowed: nobody is lost, most miss nothing', async () => {
  const options = { cuts: 200, clients: 28, seed: 1, report: () => {} };
  const { cuts, returns, violations } = await cutSessions(await loadCoreModule(), options);
  expect(violations).toEqual([]);
  for (const count of Object.values(cuts)) expect(count).toBeGreaterThan(0);
  const { resumed, fresh } = returns;
  expect(resumed).toBeGreaterThan(70);
  expect(resumed / (resumed + fresh)).toBeGreaterThan(0.9);
}, 120_000);
