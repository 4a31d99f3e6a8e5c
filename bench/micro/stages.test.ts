import { expect, test } from 'bun:test';
import { STEP_STAGES } from '../../core-wasm/host/stages.ts';
import { UnknownChoice } from '../bench.ts';
import { stages } from './stages.ts';

const QUICK = { scenes: 'B', engines: undefined, runtimes: undefined, quick: true };

test('shows every stage of the chosen scenes, and shares that make a whole', async () => {
  const lines: string[] = [];
  const { results } = (await stages.run((line) => lines.push(line), QUICK)) as {
    results: { scene: string; stages: { stage: string; medianMs: number; share: number }[] }[];
  };
  expect(results.map(({ scene }) => scene)).toEqual(['B']);
  const rows = results[0]?.stages ?? [];
  expect(rows.map(({ stage }) => stage)).toEqual([...STEP_STAGES]);
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
  expect(rows.find(({ stage }) => stage === 'broadphase')?.medianMs).toBeGreaterThan(0);
  for (const stage of STEP_STAGES) {
    expect(lines.some((line) => line.startsWith(`  ${stage} `))).toBe(true);
  }
});

test('knows the scenes that there are', () => {
  expect(stages.run(() => {}, { ...QUICK, scenes: 'E' })).rejects.toThrow(UnknownChoice);
});
