import { beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Core } from '../../core-wasm/host/core.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { readWalks } from './recorded-walks.ts';

const FILE = readFileSync(new URL('../../server/sim/storm.strec', import.meta.url));

let core: Core;
beforeAll(async () => {
  core = await Core.create(await loadCoreModule());
});

test('each player of a recording is a walk that does what he did, and begins anew', async () => {
  const walks = await readWalks(core, FILE);
  expect(walks.length).toBeGreaterThanOrEqual(6);
  const opened = await openRecording(FILE);
  const last = opened.ok ? await opened.value.frames(opened.value.keys.length - 1) : null;
  const frame = last?.ok === true ? last.value.at(-1) : undefined;
  if (frame === undefined) throw new Error('the kept recording cannot be read');
  const [did] = core.frameInputs(frame.bytes);
  if (did === undefined) throw new Error('nobody is in its last frame');
  const is = (entry: Uint8Array) => Buffer.compare(entry, did.entry) === 0;
  expect(
    walks.some((walk) => Array.from({ length: 900 }, (_, i) => walk.entryAt(i)).some(is)),
  ).toBe(true);
  for (const walk of walks) {
    for (const at of [0, 7, 5000]) {
      const input = core.decodeEntry(walk.entryAt(at));
      expect(input?.intents[1]).toEqual(walk.intentAt(at * 3 + 1));
      expect(input?.pose ?? null).toEqual(walk.poseAt(at));
      expect(walk.poseAt(at + 0.67)).toEqual(walk.poseAt(at));
      expect(walk.intentAt(-at)).toBeDefined();
    }
  }
});

test('what is no recording, or holds nobody, is told', async () => {
  await expect(readWalks(core, new Uint8Array(9))).rejects.toThrow('no recording');
  await expect(readWalks(core, FILE.subarray(0, 4000))).rejects.toThrow('cut short');
});
