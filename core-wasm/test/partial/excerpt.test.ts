import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Core, emptyMovers } from '../../host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { integer, type Random, seeded } from '../random.ts';
import { openCore } from '../world.ts';
import { excerptByWalk } from './excerpt-by-walk.ts';
import { createWhole, nextFrame, type Whole } from './whole.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const WORLDS = 40;
const FRAMES = 60;
const TAKEN_FROM_EACH = 30;

function play(whole: Whole, frames: number): void {
  for (let frame = 0; frame < frames; frame++) {
    const { commands, inputs } = nextFrame(whole);
    core.frameBegin(core.frame, 0n);
    for (const { add } of commands) add(core);
    for (const [id, input] of [...inputs].sort(([a], [b]) => (a & 0xffff) - (b & 0xffff))) {
      core.addInput(id, core.encodeEntry(input));
    }
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.NONE);
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  }
}

const movers = emptyMovers();

/** Some whole groups and some statics, or any bodies at all, in no order, some twice. */
function someIds(random: Random, statics: readonly number[]): number[] {
  core.readMovers(movers);
  const groups = core.groups();
  const chosen = integer(random, 1, 5);
  const isLoose = random() < 0.3;
  const ids = [...movers.ids.subarray(0, movers.count)].filter((id) =>
    isLoose ? random() < 0.1 : ((groups[id & 0xffff] as number) * 7) % 5 < chosen - 1,
  );
  if (random() < 0.5) ids.push(...statics.filter(() => random() < 0.3));
  if (random() < 0.1) ids.push(integer(random, 0, 0xffffffff));
  if (ids.length > 0 && random() < 0.3) ids.push(ids[0] as number);
  return ids.sort(() => random() - 0.5);
}

test('an excerpt is what a walk through the whole snapshot finds', () => {
  const seen = { taken: 0, refused: 0, bytes: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
      const random = seeded(seed);
      const whole = createWhole(core, random, 250);
      play(whole, integer(random, 2, FRAMES));
      const state = core.snapshot();
      for (let i = 0; i < TAKEN_FROM_EACH; i++) {
        const ids = someIds(random, whole.statics);
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
