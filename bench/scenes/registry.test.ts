import { beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Core, type CoreModule, compileCore } from '../../core-wasm/host/core.ts';
import { SCENES } from './registry.ts';
import type { Scene } from './scene.ts';

const FRAMES = 40;

let module: CoreModule;

beforeAll(async () => {
  const artifact = `${import.meta.dir}/../../build/core.wasm`;
  module = await compileCore(new Uint8Array(readFileSync(artifact)));
});

function run(core: Core, scene: Scene, frames: number): bigint[] {
  return Array.from({ length: frames }, () => {
    expect(core.stepFrame(scene.nextFrame(core))).toEqual({ wire: 0, faults: 0 });
    return core.stateHash();
  });
}

describe.each(Object.entries(SCENES))('scene %s', (_name, scene) => {
  test('is the same world each time, and moves', async () => {
    const first = await Core.create(module);
    scene.build(first);
    const hashes = run(first, scene, FRAMES);
    expect(new Set(hashes).size).toBe(FRAMES);

    const second = await Core.create(module);
    scene.build(second);
    expect(run(second, scene, FRAMES)).toEqual(hashes);
  });

  test('goes on the same from a snapshot', async () => {
    const core = await Core.create(module);
    scene.build(core);
    run(core, scene, FRAMES / 2);
    const state = core.snapshot();
    const onwards = run(core, scene, FRAMES / 2);
    const copy = await Core.create(module);
    expect(copy.restore(state)).toBe(0);
    expect(run(copy, scene, FRAMES / 2)).toEqual(onwards);
  });
});
