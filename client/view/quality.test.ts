import { describe, expect, test } from 'bun:test';
import { createQuality, observeFrame, type Quality, RUNGS } from './quality.ts';

const BUDGET_MS = 1000 / 72;

/** Frames of one length for so many seconds; gives how often the rung changed. */
function run(quality: Quality, frameMs: number, seconds: number): number {
  let changes = 0;
  for (let ms = 0; ms < seconds * 1000; ms += frameMs) {
    if (observeFrame(quality, frameMs, BUDGET_MS)) changes++;
  }
  return changes;
}

describe('quality ladder', () => {
  test('slow frames lead down within two seconds a rung, to the last and no further', () => {
    const quality = createQuality(0);
    run(quality, 30, 2);
    expect(quality.rung).toBe(1);
    run(quality, 30, 60);
    expect(quality.rung).toBe(RUNGS.length - 1);
  });

  test('a few late frames change nothing', () => {
    const quality = createQuality(2);
    for (let i = 0; i < 5000; i++) observeFrame(quality, i % 10 === 0 ? 28 : BUDGET_MS, BUDGET_MS);
    expect(quality.rung).toBe(2);
  });

  test('in calm it climbs, one rung at a time', () => {
    const quality = createQuality(3);
    run(quality, BUDGET_MS, 11);
    expect(quality.rung).toBe(2);
    run(quality, BUDGET_MS, 60);
    expect(quality.rung).toBe(0);
  });

  test('a machine between two rungs tries the upper one ever more seldom', () => {
    const quality = createQuality(2);
    const changesIn = (seconds: number): number => {
      let changes = 0;
      for (let ms = 0; ms < seconds * 1000; ) {
        // Rung 1 is too much for it, rung 2 is fine.
        const frameMs = quality.rung < 2 ? 25 : BUDGET_MS;
        ms += frameMs;
        if (observeFrame(quality, frameMs, BUDGET_MS)) changes++;
      }
      return changes;
    };
    const early = changesIn(120);
    const late = changesIn(120);
    expect(early).toBeGreaterThan(0);
    expect(late).toBeLessThan(early);
    expect(late).toBeLessThanOrEqual(2);
  });

  test('a hidden tab is no slow frame', () => {
    const quality = createQuality(0);
    for (let i = 0; i < 50; i++) observeFrame(quality, 1000, BUDGET_MS);
    expect(quality.rung).toBe(0);
  });

  test('pinned, it stays', () => {
    const quality = createQuality(0, true);
    expect(run(quality, 60, 30)).toBe(0);
  });
});

test('each rung costs no more than the one before', () => {
  for (let i = 1; i < RUNGS.length; i++) {
    const [better, cheaper] = [RUNGS[i - 1], RUNGS[i]];
    if (better === undefined || cheaper === undefined) throw new Error('a rung is missing');
    expect(cheaper.resolution).toBeLessThanOrEqual(better.resolution);
    expect(cheaper.shadowMapSize).toBeLessThanOrEqual(better.shadowMapSize);
    expect(cheaper.foveation).toBeGreaterThanOrEqual(better.foveation);
    expect(cheaper.frameRateHz).toBeLessThanOrEqual(better.frameRateHz);
  }
});
