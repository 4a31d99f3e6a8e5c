import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { Core, type CoreModule, compileCore } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { HORIZON_TICKS } from './history.ts';
import { Predictor } from './predictor.ts';
import { IDLE, randomIntent, randomPose, seededRandom, TestAuthority } from './test-authority.ts';

setDefaultTimeout(60_000);

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(await Bun.file('build/core.wasm').bytes());
});

/** So many that they fall on each other and stay awake for as long as a test takes. */
const BODIES = 150;
const FRAMES = 14;

/** What another player did, frame by frame, now and then with a push out of nowhere. */
function history(authority: TestAuthority, random: () => number): Uint8Array[] {
  const [, other, third] = authority.players as [number, number, number];
  return Array.from({ length: FRAMES }, () => {
    for (const entity of [other, third]) {
      if (random() < 0.4) continue;
      const intents = [randomIntent(random), IDLE, randomIntent(random)] as const;
      const pose = random() < 0.5 ? randomPose(random) : null;
      const entry = authority.core.encodeEntry({ intents, pose });
      authority.receive(entity, authority.core.frame, entry);
    }
    if (random() < 0.1) authority.command((core) => core.addImpulse(other, [60, 40, 0], [0, 0, 0]));
    return authority.seal();
  });
}

/** Hears each frame when `due` says so, however far it has guessed by then. */
function guess(
  predictor: Predictor,
  frames: readonly Uint8Array[],
  random: () => number,
  due: (frame: number) => number,
): void {
  let heard = 0;
  for (let tick = 0; tick < FRAMES * TICKS_PER_FRAME; tick++) {
    while (heard < FRAMES && due(heard) <= tick) {
      expect(predictor.receive(frames[heard++] as Uint8Array)).toBe(true);
    }
    predictor.tick(randomIntent(random), null);
  }
  for (; heard < FRAMES; heard++) predictor.receive(frames[heard] as Uint8Array);
  predictor.settle();
}

test('law: a rollback of a part of the world ends with the bits of whole steps', async () => {
  let partTicks = 0;
  let resimulated = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
      const random = seededRandom(seed);
      const authority = await TestAuthority.create(module, 3, BODIES);
      const [state, first] = [authority.core.snapshot(), authority.core.frame];
      const frames = history(authority, random);
      const core = await Core.create(module);
      const predictor = new Predictor(core, (fault) => expect(fault).toBe(null as never));
      predictor.entity = authority.players[0] as number;
      expect(predictor.start(first, state)).toBe(WireFault.NONE);
      // In bursts, so that one rollback follows on another's new guess.
      const burst = 1 + Math.floor(random() * 5);
      const late = Math.floor(random() * (HORIZON_TICKS - burst * TICKS_PER_FRAME));
      guess(predictor, frames, seededRandom(seed + 1), (frame) =>
        Math.min(Math.ceil((frame + 1) / burst) * burst * TICKS_PER_FRAME + late, 60),
      );
      expect(core.snapshot()).toEqual(authority.core.snapshot());
      partTicks += predictor.partTicks;
      resimulated += predictor.resimulatedTicks;
    }),
    { numRuns: 12 },
  );
  expect(partTicks).toBeGreaterThan(200);
  expect(partTicks).toBeLessThanOrEqual(resimulated);
});
