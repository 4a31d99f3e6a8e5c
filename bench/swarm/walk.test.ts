import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Codec, compileCore, createCodec } from '../../core-wasm/host/core.ts';
import { artifactPath } from '../../server/artifacts.ts';
import { arrivalPlace } from '../../server/room/arrival-place.ts';
import { type Circuit, createCrossing, createStroll, SHUFFLE, STROLL } from './circuit.ts';
import { MODE_SPREAD_M, type Mode } from './modes.ts';
import { createWalks, type Walk } from './walk.ts';

let codec: Codec;
beforeAll(async () => {
  codec = await createCodec(await compileCore(await Bun.file(artifactPath('core.wasm')).bytes()));
});

/** Metres in a tick at full stick. */
const STRIDE_M = 3.5 / 60;

/** Where a walk gets to from (0, 0) when nothing is in its way, and how far away it ever was. */
function followed(intentAt: Walk['intentAt'], ticks: number) {
  let [x, z, farthestM] = [0, 0, 0];
  for (let tick = 0; tick < ticks; tick++) {
    const { moveX, moveZ, yaw } = intentAt(tick);
    const angle = (yaw / 65536) * 2 * Math.PI;
    const [ahead, aside] = [(moveZ / 127) * STRIDE_M, (moveX / 127) * STRIDE_M];
    x += -Math.sin(angle) * ahead + Math.cos(angle) * aside;
    z += -Math.cos(angle) * ahead - Math.sin(angle) * aside;
    farthestM = Math.max(farthestM, Math.hypot(x, z));
  }
  return { x, z, farthestM };
}

function expectClosed(circuit: Circuit, withinM: number): void {
  const { x, z, farthestM } = followed(circuit.intentAt, circuit.periodTicks);
  // A yaw is a whole number of units: 0.1 mm a tick.
  expect(Math.hypot(x, z)).toBeLessThan(0.1);
  expect(farthestM).toBeGreaterThan(0.5);
  expect(farthestM).toBeLessThan(withinM);
  expect(circuit.periodTicks % 3).toBe(0);
}

test('every circuit ends where it began', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.boolean(), (pattern, arcs) => {
      expectClosed(createStroll(pattern, { ...STROLL, arcs }), 30);
      expectClosed(createStroll(pattern, { ...SHUFFLE, arcs }), 5.5);
      expectClosed(createCrossing(pattern * 13, 80), 81);
    }),
    { numRuns: 50 },
  );
});

test('the input of a frame is that of its ticks, period after period', () => {
  const modes = fc.constantFrom<Mode>('roam', 'spread', 'crowd', 'swarm', 'churn');
  const walkers = fc.record({
    number: fc.nat(4000),
    account: fc.integer({ min: 1, max: 4000 }),
    headset: fc.boolean(),
  });
  fc.assert(
    fc.property(modes, walkers, fc.nat(5000), (mode, walker, frame) => {
      const walk = createWalks(codec, { mode, spreadM: MODE_SPREAD_M[mode] })(walker);
      const input = codec.decodeEntry(walk.entryAt(frame));
      // The wire has one zero: adding it makes that of −0.
      const intents = [0, 1, 2].map((i) => walk.intentAt(frame * 3 + i));
      const signless = intents.map((one) => ({
        ...one,
        moveX: one.moveX + 0,
        moveZ: one.moveZ + 0,
      }));
      expect(input?.intents).toEqual(signless as never);
      expect(input?.pose === null).toBe(!walker.headset);
      // The second time it comes out of the store.
      expect(walk.entryAt(frame)).toEqual(walk.entryAt(frame));
    }),
    { numRuns: 60 },
  );
});

test('in a swarm everybody comes close to the middle and goes on beyond it', () => {
  const spreadM = 40;
  const walks = createWalks(codec, { mode: 'swarm', spreadM });
  for (let account = 1; account <= 40; account++) {
    const { x, z } = arrivalPlace(account, spreadM);
    const walk = walks({ number: account, account, headset: false });
    let nearestM = Number.POSITIVE_INFINITY;
    const homeM = Math.hypot(x, z);
    for (let ticks = 0; ticks <= (2 * spreadM) / STRIDE_M; ticks += 30) {
      const way = followed(walk.intentAt, ticks);
      nearestM = Math.min(nearestM, Math.hypot(x + way.x, z + way.z));
    }
    expect(nearestM).toBeLessThan(Math.max(8, homeM * 0.2));
  }
});
