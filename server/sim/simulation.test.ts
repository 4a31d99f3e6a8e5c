import { beforeAll, expect, test } from 'bun:test';
import type { CoreModule } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { simulate } from './simulation.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCoreModule();
});

const OPTIONS = { clients: 3, seconds: 10, canary: false };

/** 3: what a client had confirmed before a crash outlived the server that forgot it. */
for (const seed of [1, 2, 3, 4, 5]) {
  test(`seed ${seed}: server and clients agree through storm, crash and calm`, async () => {
    const report = await simulate(module, { ...OPTIONS, seed, seconds: seed === 3 ? 20 : 10 });
    expect(report.violations).toEqual([]);
    expect(report.agreements).toBeGreaterThan(500);
    // Only a server that crashed remembers nobody.
    expect(report.resumed).toBeGreaterThan(0);
    expect(report.fresh).toBeLessThanOrEqual(report.crashes * OPTIONS.clients);
    if (seed % 4 !== 0) expect(report.left).toBeGreaterThan(30);
  });
}

test('the same seed gives the same run', async () => {
  const once = await simulate(module, { ...OPTIONS, seed: 6 });
  const again = await simulate(module, { ...OPTIONS, seed: 6 });
  expect(again).toEqual(once);
});

test('the canary dies: one flipped bit in one client is noticed', async () => {
  const report = await simulate(module, { ...OPTIONS, seed: 7, seconds: 3, canary: true });
  expect(report.violations.join()).toContain('desync');
  expect(report.violations.join()).toContain('differs in one of');
  expect(report.violations.join()).not.toMatch(/dropped|not repaired|behind|proved right last/);
});

test('what a client gets is enough, and names nobody whom he was not given', async () => {
  const options = { ...OPTIONS, seed: 8, clients: 5, capture: true };
  const reports = await Promise.all(
    [8, 9, 10].map((seed) => simulate(module, { ...options, seed })),
  );
  for (const { violations, captured } of reports) {
    expect(violations).toEqual([]);
    expect(captured.frames).toBeGreaterThan(1000);
    expect(captured.proofs).toBeGreaterThan(50);
  }
  // In the first everybody is in everybody's bubble.
  for (const { captured } of reports.slice(1)) expect(captured.ghosts).toBeGreaterThan(100);
});
