import { beforeAll, expect, test } from 'bun:test';
import { Codec, Core, type CoreModule, compileCore } from '../../host/core.ts';
import { EntryPacker } from '../../host/entry-packer.ts';
import { FrameWriter } from '../../host/frame-writer.ts';
import { Interest } from '../../host/interest.ts';
import { Queries } from '../../host/queries.ts';
import { Rewind } from '../../host/rewind.ts';
import { Shrinker } from '../../host/shrinker.ts';
import { StateReader } from '../../host/state-reader.ts';
import { StepFault, WireFault } from '../../host/types.ts';
import { artifactBytes } from '../world.ts';
import { COVERED_ELSEWHERE, FACADE_CALLS } from './calls.ts';
import { FuzzFailure, fuzzFacade } from './facade.fuzz.ts';

const CALLS = 100_000;
const TIMEOUT_MS = 120_000;

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(artifactBytes());
});

test('every public method of the facade is among the random calls', () => {
  const methods = [
    Core,
    Shrinker,
    StateReader,
    Codec,
    EntryPacker,
    FrameWriter,
    Queries,
    Rewind,
    Interest,
  ].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  const missing = methods.filter(
    (name) => !Object.hasOwn(FACADE_CALLS, name) && !COVERED_ELSEWHERE.has(name),
  );
  // A row in calls.ts is what a new one needs.
  expect(missing).toEqual([]);
});

test(
  `takes ${CALLS} random calls without a trap, the same way each time`,
  async () => {
    const report = await fuzzFacade(() => Core.create(module), { calls: CALLS, seed: 1 });
    expect(Object.keys(report.callsByName)).toHaveLength(Object.keys(FACADE_CALLS).length);
    // It was a world, and it was harassed.
    expect(report.bodiesMax).toBeGreaterThan(20);
    expect(report.playersMax).toBeGreaterThan(2);
    expect(report.contactsMax).toBeGreaterThan(20);
    expect(report.ticks).toBeGreaterThan(CALLS / 50);
    expect(report.stepFaults & StepFault.COMMAND_SKIPPED).not.toBe(0);
    for (const fault of [
      WireFault.NONE,
      WireFault.TRUNCATED,
      WireFault.TRAILING_BYTES,
      WireFault.OUT_OF_RANGE,
      WireFault.TOO_LONG,
      WireFault.WRONG_FRAME,
      WireFault.WRONG_LAYOUT,
    ]) {
      expect(report.wireFaults).toContain(fault);
    }
  },
  TIMEOUT_MS,
);

test(
  'a world stays one that restores: here mountains on joints drag a player over the ground',
  async () => {
    await fuzzFacade(() => Core.create(module), { calls: 50_000, seed: 84 });
  },
  TIMEOUT_MS,
);

/** The fuzzer opens three: two that live the same life, and one that continues snapshots. */
test.each<[law: string, sabotage: (core: Core, index: number) => void]>([
  [
    'terrainHeight: changed the world',
    (core) => {
      core.terrainHeight = () => core.step();
    },
  ],
  [
    'a restored snapshot went astray',
    (core, index) => {
      const { step } = core;
      if (index === 2) core.step = () => step.call(core) | step.call(core);
    },
  ],
  [
    'other states the second time',
    (core, index) => {
      const { addSpawnBody } = core;
      core.addSpawnBody = (spawn) => {
        const [x, y, z] = spawn.position;
        return addSpawnBody.call(core, { ...spawn, position: [x, y + index, z] });
      };
    },
  ],
])('finds a facade of which %s', async (law, sabotage) => {
  let opened = 0;
  const open = async () => {
    const core = await Core.create(module);
    sabotage(core, opened++);
    return core;
  };
  const failure = await fuzzFacade(open, { calls: 30_000, seed: 1 }).catch((error) => error);
  expect(failure).toBeInstanceOf(FuzzFailure);
  expect(failure.message).toContain(law);
});
