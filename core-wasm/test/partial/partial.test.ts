import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { Core, compileCore, JointKind } from '../../host/core.ts';
import { ShapeKind, WireFault } from '../../host/types.ts';
import { integer, seeded } from '../random.ts';
import { addBody, addPlayer, addStatic, artifactBytes, newWorld, play } from '../world.ts';
import type { BubbleOptions } from './bubble.ts';
import { followWorld } from './follow-world.ts';

setDefaultTimeout(600_000);

let whole: Core;
let part: Core;
beforeAll(async () => {
  const module = await compileCore(artifactBytes());
  [whole, part] = [await Core.create(module), await Core.create(module)];
});

const WORLDS = 25;
const TICKS = 2000;

function follow(seed: number, options: Partial<BubbleOptions> = {}) {
  return followWorld([whole, part], seed, TICKS, options);
}

describe('a partial world', () => {
  test(`is the whole one, bit for bit: ${WORLDS} worlds of ${TICKS} ticks`, () => {
    const sums = { entered: 0, left: 0, compared: 0, asleep: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const report = follow(seed);
        expect(report.difference).toBe('');
        for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += report[key];
      }),
      { numRuns: WORLDS, endOnFailure: true },
    );
    expect(sums.entered).toBeGreaterThan(WORLDS * 100);
    expect(sums.left).toBeGreaterThan(WORLDS * 100);
    // Of 1,000 worlds the mean is 3,600 asleep and 17,500 awake a world, but few worlds have most.
    expect(sums.asleep).toBeGreaterThan(WORLDS * 100);
    expect(sums.compared - sums.asleep).toBeGreaterThan(WORLDS * TICKS);
  });

  test('is the whole one when who enters comes shrunk', () => {
    let entered = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const report = follow(seed, { isShrunk: true, ticks: 900 });
        expect(report.difference).toBe('');
        entered += report.entered;
      }),
      { numRuns: 20, endOnFailure: true },
    );
    expect(entered).toBeGreaterThan(20 * 50);
  });

  // Some news is none: a point that does not touch again, a key that changes nothing in the air.
  const FOUND_SHARE = 0.4;
  for (const withhold of ['contact impulse', 'impulse command', 'input'] as const) {
    test(`is found to differ when one ${withhold} is kept from it`, () => {
      let [tried, found] = [0, 0];
      for (let seed = 1; tried < 20; seed++) {
        const report = follow(seed, { withhold, bodiesMax: 200, ticks: 600 });
        if (!report.withheld) continue;
        tried++;
        if (report.difference !== '') found++;
      }
      expect(found).toBeGreaterThan(tried * FOUND_SHARE);
    });
  }

  test('is refused when a contact, a grip, a joint or a hand would be cut', () => {
    const world = newWorld(whole);
    const [lower, upper] = [0.5, 1.5].map((y) => addBody(world, { position: [3, y, 0] }));
    const { entity, left, right } = addPlayer(world, [0, 0, 0]);
    const floor = addStatic(world, [1, 1, 1], { position: [9, 0, 0] });
    play(world, 20);
    const state = whole.snapshot();
    expect(whole.exportPart(state, [lower as number])).toBeNull();
    expect(whole.exportPart(state, [entity, left])).toBeNull();
    expect(whole.exportPart(state, [77_777])).toBeNull();
    expect(whole.exportPart(state.subarray(9), [entity, left, right])).toBeNull();
    expect(whole.removePart([upper as number])).toBe(false);
    expect(whole.exportPart(state, [right, entity, left, floor])).not.toBeNull();
    expect(whole.removePart([upper as number, lower as number])).toBe(true);
    expect(whole.bodyCount).toBe(4);
  });

  test('lets go of nothing static that who stays is joined to', () => {
    const world = newWorld(whole);
    const beam = addStatic(world, [1, 0.1, 0.1], { position: [0, 6, 0] });
    const lamp = addBody(world, { position: [0, 4, 0] });
    const ends = {
      joint: 65537,
      a: lamp,
      b: beam,
      anchorA: [0, 1, 0],
      anchorB: [0, -1, 0],
    } as const;
    world.commands.push((c) => c.addJoint({ kind: JointKind.BALL, ...ends }));
    play(world, 2);
    expect(whole.jointCount).toBe(1);
    expect(whole.removePart([beam])).toBe(false);
    expect(whole.removePart([lamp, beam])).toBe(true);
    expect(whole.bodyCount + whole.jointCount).toBe(0);
  });

  test('takes nothing in that does not fit: another tick, who is there, no excerpt', () => {
    const world = newWorld(whole);
    const body = addBody(world, {});
    play(world, 3);
    const chunk = whole.exportPart(whole.snapshot(), [body]) as Uint8Array;
    const before = whole.stateHash();
    expect(whole.insertPart(chunk)).toBe(WireFault.OUT_OF_RANGE);
    expect(whole.insertPart(chunk.subarray(0, 40))).toBe(WireFault.TRUNCATED);
    expect(whole.insertPart(chunk.subarray(0, 90))).toBe(WireFault.TRUNCATED);
    expect(whole.insertPart(whole.snapshot())).toBe(WireFault.WRONG_LAYOUT);
    expect(whole.insertPart(new Uint8Array([...chunk, 0]))).toBe(WireFault.TRAILING_BYTES);
    expect(whole.stateHash()).toBe(before);
    expect(whole.removePart([body])).toBe(true);
    expect(whole.insertPart(chunk)).toBe(WireFault.NONE);
    expect(whole.stateHash()).toBe(before);
    whole.step();
    const after = whole.stateHash();
    expect(whole.insertPart(chunk)).toBe(WireFault.WRONG_FRAME);
    expect(whole.stateHash()).toBe(after);
  });

  test('brings what its bodies look like, and nothing else; another look is refused', () => {
    const world = newWorld(whole);
    const points = (size: number) =>
      [
        [0, 0, 0],
        [size, 0, 0],
        [0, size, 0],
        [0, 0, size],
      ] as const;
    for (const id of [1, 2, 3]) world.commands.push((c) => c.addDefineHull(id, points(id)));
    const rotation = [0, 0, 0, 1] as const;
    const child = { shape: ShapeKind.HULL, definition: 2, offset: [0, 0, 0], rotation } as const;
    world.commands.push((c) => c.addDefineCompound(4, [child]));
    const body = addBody(world, { shape: ShapeKind.COMPOUND, definition: 4, position: [0, 9, 0] });
    play(world, 1);
    const chunk = whole.exportPart(whole.snapshot(), [body]) as Uint8Array;
    const other = newWorld(part);
    play(other, 1);
    expect(part.insertPart(chunk)).toBe(WireFault.NONE);
    expect([1, 2, 3, 4].map((id) => part.definitionFrame(id) !== null)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    part.step();
    whole.step();
    const again = whole.exportPart(whole.snapshot(), [body]) as Uint8Array;
    expect(part.exportPart(part.snapshot(), [body])).toEqual(again);
    const third = newWorld(part);
    third.commands.push((c) => c.addDefineHull(2, points(7)));
    play(third, 1);
    const hash = part.stateHash();
    expect(part.insertPart(chunk)).toBe(WireFault.OUT_OF_RANGE);
    expect(part.stateHash()).toBe(hash);
  });

  test('of altered bytes is refused or is a state: nothing traps', () => {
    const world = newWorld(whole);
    world.commands.push((c) =>
      c.addDefineHull(3, [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    );
    for (let i = 0; i < 12; i++) {
      const look = i % 3 === 0 ? { shape: ShapeKind.HULL, definition: 3 } : {};
      addBody(world, { ...look, position: [0, i, 0] });
    }
    addPlayer(world, [3, 0, 0]);
    play(world, 10);
    const ids = Array.from({ length: 15 }, (_, i) => (1 << 16) | (i + 1));
    const chunk = whole.exportPart(whole.snapshot(), ids) as Uint8Array;
    expect(whole.removePart(ids)).toBe(true);
    const empty = whole.snapshot();
    let refused = 0;
    const random = seeded(5);
    for (let i = 0; i < 3000; i++) {
      const altered = chunk.slice();
      for (let flips = integer(random, 1, 3); flips > 0; flips--) {
        const at = integer(random, 0, chunk.length - 1);
        altered[at] = (altered[at] as number) ^ (1 << integer(random, 0, 7));
      }
      if (whole.insertPart(altered) === WireFault.NONE) whole.step();
      else refused++;
      whole.restore(empty);
    }
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(2900);
  });
});
