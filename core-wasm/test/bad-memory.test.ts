import { expect, test } from 'bun:test';
import { addBody, addStatic, newWorld, openCore, play } from './world.ts';

interface OpenMemory {
  readonly memory: { readonly f32: Float32Array };
  readonly abi: { readonly bodiesAddress: WebAssembly.Global };
}

const SIZE_WORD = 12;

test('a size that went bad makes a tick slow or wrong, but it ends', async () => {
  const core = await openCore();
  const world = newWorld(core);
  for (let i = 0; i < 40; i++) addBody(world, { position: [i * 3 - 60, 2, 0] });
  for (let i = 0; i < 9; i++) addStatic(world, [0.5, 0.5, 0.5], { position: [i * 3, 1, 5] });
  play(world, 1);
  const { memory, abi } = core as unknown as OpenMemory;
  const first = (abi.bodiesAddress.value as number) >>> 2;
  const words = memory.f32.subarray(first, first + 36);
  const at = words.findIndex((value, i) => i >= SIZE_WORD && value === 0.5);
  expect(at).toBeGreaterThan(0);
  words[at] = 1e38;
  core.step();
  expect(core.tick).toBe(4);
});
