import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { UnknownChoice } from '../bench.ts';
import { physics } from './bench.ts';
import type { Engine } from './engine.ts';
import { ENGINES } from './engines.ts';
import { measure, type Row } from './measure.ts';
import { measureOverlap } from './overlap.ts';
import { PHYSICS_SCENES, quick } from './scenes.ts';

const ARTIFACT = `${import.meta.dir}/../../build/core.wasm`;
const ALL = { scenes: undefined, engines: undefined, runtimes: undefined, quick: true };

test.each(Object.entries(PHYSICS_SCENES))(
  'our core goes through scene %s',
  async (_name, scene) => {
    const engine = (await ENGINES.ours?.(ARTIFACT)) as Engine;
    const figures = measure(engine, quick(scene));
    expect(figures.rollbackExact).toBe(1);
    expect(figures.medianMs).toBeGreaterThan(0);
    expect(figures.rollback8Ms).toBeGreaterThan(0);
    expect(figures.stateBytes).toBeGreaterThan(scene.bodies.length * 64);
    expect(figures.driftMmps).toBeGreaterThan(0);
  },
);

test.each(Object.entries(PHYSICS_SCENES))('scene %s begins without overlap', (_name, scene) => {
  const numbers = scene.bodies.flatMap(({ position, rotation }) => [...position, ...rotation]);
  expect(measureOverlap(scene, Float64Array.from(numbers)).maxMm).toBe(0);
});

test('scenes hold as many as they say', () => {
  const counts = Object.values(PHYSICS_SCENES).map(({ bodies }) =>
    ['dynamic', 'steered'].map((motion) => bodies.filter((body) => body.motion === motion).length),
  );
  expect(counts).toEqual([
    [1000, 0],
    [1000, 0],
    [4000, 0],
    [500, 256],
  ]);
});

test('measures in processes of both runtimes and tells what it read', async () => {
  const lines: string[] = [];
  const choice = { ...ALL, scenes: 'A', engines: 'ours,havok' };
  const result = await physics.run((line) => lines.push(line), choice);
  const { results } = result as { results: Row[] };
  expect(results.map(({ runtime, engine }) => [runtime.split(' ')[0], engine])).toEqual([
    ['bun', 'ours'],
    ['bun', 'havok'],
    ['node', 'ours'],
    ['node', 'havok'],
  ]);
  // What our core keeps is the same on both.
  expect(results[0]?.overlapMeanMm).toBe(results[2]?.overlapMeanMm as number);
  expect(lines.some((line) => line.startsWith('ours ÷ best peer'))).toBe(true);
}, 60_000);

test('knows what it was not given', () => {
  expect(physics.run(() => {}, { ...ALL, engines: 'bullet' })).rejects.toThrow(UnknownChoice);
});

test('the legs that overlap leaves out are those that the core steps with', () => {
  const limits = new URL('../../core-wasm/assembly/limits.ts', import.meta.url);
  const adapter = new URL('ours.ts', import.meta.url);
  const read = (url: URL) =>
    /STEP_MAX_M(?:: f32)? = ([\d.]+);/.exec(readFileSync(url, 'utf8'))?.[1];
  expect(read(adapter)).toBe(read(limits) as string);
});
