import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../../host/core.ts';
import { integer, seeded } from '../random.ts';
import { openCore } from '../world.ts';
import { excerptByWalk } from './excerpt-by-walk.ts';
import { liveWorld, someIds } from './some-parts.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const WORLDS = 40;
const TAKEN_FROM_EACH = 30;

test('an excerpt is what a walk through the whole snapshot finds', () => {
  const seen = { taken: 0, refused: 0, bytes: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
      const random = seeded(seed);
      const { statics } = liveWorld(core, random, 250, integer(random, 2, 60));
      const state = core.snapshot();
      for (let i = 0; i < TAKEN_FROM_EACH; i++) {
        const ids = someIds(core, random, statics);
        const right = excerptByWalk(state, ids);
        const got = core.exportPart(state, ids);
        if (right === null) expect(got).toBeNull();
        else expect(Buffer.compare(right, got as Uint8Array)).toBe(0);
        if (right === null) seen.refused++;
        else seen.taken++;
        seen.bytes += right?.length ?? 0;
      }
    }),
    { numRuns: WORLDS },
  );
  expect(seen.taken).toBeGreaterThan(WORLDS * 5);
  expect(seen.refused).toBeGreaterThan(WORLDS);
  expect(seen.bytes).toBeGreaterThan(seen.taken * 1000);
});
