import { readFileSync } from 'node:fs';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import type { Engine } from './engine.ts';

/** Each is imported when asked for: a child process holds one. */
export const ENGINES: Readonly<Record<string, (artifact: string) => Promise<Engine>>> = {
  ours: async (artifact) => (await import('./ours.ts')).ours(await openCore(artifact)),
  'rapier-simd': async () => (await import('./rapier.ts')).rapier('rapier-simd'),
  'rapier-deterministic': async () => (await import('./rapier.ts')).rapier('rapier-deterministic'),
  havok: async () => (await import('./havok.ts')).havok(),
  jolt: async () => (await import('./jolt.ts')).jolt(),
};

async function openCore(artifact: string): Promise<Core> {
  return Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
}
