import { expect, test } from 'bun:test';
import { type Core, createCodec } from '../../core-wasm/host/core.ts';
import { openCore } from '../../core-wasm/test/world.ts';
import type { Figures } from '../bench.ts';
import { compareForms } from './forms.ts';
import { recordPlayers, sealedFrames } from './traffic.ts';

test('of what a group could be stored as, runs of packed frames are the smallest', async () => {
  const core: Core = await openCore();
  const frames = sealedFrames(core, recordPlayers(core, 4), 8, 100);
  expect(frames).toHaveLength(100);
  const forms = compareForms(await createCodec(core.module), frames, 8);
  const bytesOf = ({ bytesPerPlayerFrame = 0 }: Figures): number => bytesPerPlayerFrame;
  const { plain, 'packed, in runs of 5 s': runs, ...others } = forms;
  for (const other of Object.values(others)) {
    expect(bytesOf(other)).toBeLessThan(bytesOf(plain as Figures));
    expect(bytesOf(other)).toBeGreaterThan(bytesOf(runs as Figures));
  }
});
