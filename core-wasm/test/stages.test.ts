import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { ours } from '../../bench/physics/ours.ts';
import { PHYSICS_SCENES } from '../../bench/physics/scenes.ts';
import { SCENES } from '../../bench/scenes/registry.ts';
import { Core, type CoreModule, compileCore } from '../host/core.ts';
import { STEP_STAGES } from '../host/stages.ts';
import { StepFault, TICKS_PER_FRAME } from '../host/types.ts';
import { addBody, addPlayer, artifactBytes, newWorld, play, type World } from './world.ts';

setDefaultTimeout(120_000);

const TICKS = 90;
/** The largest scene is slow enough without. */
const LARGE_TICKS = 30;

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(artifactBytes());
});

/** Any clock will do: the core never sees it. */
function countingClock(): () => number {
  let calls = 0;
  return () => calls++;
}

/** State hashes after each tick, every `timedEvery`th stepped by stages; 0 is none. */
async function hashesOf(name: string, timedEvery: number): Promise<bigint[]> {
  const core = await Core.create(module);
  const into = new Float64Array(STEP_STAGES.length);
  const clock = countingClock();
  const stepCore = () =>
    timedEvery > 0 && core.tick % timedEvery === 0 ? core.stepTimed(clock, into) : core.step();
  const step = openScene(core, name, stepCore);
  const hashes: bigint[] = [];
  while (hashes.length < (name === 'C' ? LARGE_TICKS : TICKS)) {
    expect(step()).toBe(0);
    hashes.push(core.stateHash());
  }
  return hashes;
}

/** Makes the world a bench scene; gives its tick, which returns the faults. */
function openScene(core: Core, name: string, stepCore: () => number): () => number {
  const physics = PHYSICS_SCENES[name];
  if (physics !== undefined) {
    const engine = ours(core, stepCore);
    engine.load(physics);
    // It throws on a fault.
    return () => {
      engine.step(core.tick);
      return 0;
    };
  }
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`no scene ${name}`);
  scene.build(core);
  return () => {
    if (core.tick % TICKS_PER_FRAME === 0) core.loadFrame(scene.nextFrame(core));
    return stepCore();
  };
}

describe('a step by stages is the step', () => {
  test.each([...Object.keys(PHYSICS_SCENES), ...Object.keys(SCENES)])(
    'bit for bit in scene %s',
    async (name) => {
      const whole = await hashesOf(name, 0);
      expect(await hashesOf(name, 1)).toEqual(whole);
      expect(await hashesOf(name, 7)).toEqual(whole);
    },
  );

  test('with its faults, which are told once', async () => {
    const world = newWorld(await Core.create(module));
    const into = new Float64Array(STEP_STAGES.length);
    const { core } = world;
    core.frameBegin(core.frame, core.stateHash());
    core.addDespawn(4711);
    core.loadFrame(core.frameEnd());
    expect(core.stepTimed(countingClock(), into)).toBe(StepFault.COMMAND_SKIPPED);
    expect(core.step()).toBe(0);
  });
});

describe('a tick that the clock broke off', () => {
  const brokenOff = async () => {
    const world = await smallWorld();
    const state = world.core.snapshot();
    let looks = 0;
    const breaking = () => {
      if (looks++ > 20) throw new Error('no time');
      return 0;
    };
    const into = new Float64Array(STEP_STAGES.length);
    expect(() => world.core.stepTimed(breaking, into)).toThrow('no time');
    return { core: world.core, state, into };
  };

  test('is not taken for a whole one', async () => {
    const { core } = await brokenOff();
    expect(() => core.step()).toThrow(WebAssembly.RuntimeError);
  });

  test('is forgotten with its state', async () => {
    const { core, state, into } = await brokenOff();
    core.restore(state);
    core.step();
    const whole = core.stateHash();
    core.restore(state);
    core.stepTimed(countingClock(), into);
    expect(core.stateHash()).toBe(whole);
  });
});

/** A crate on the ground and a player: every stage has something to do. */
async function smallWorld(): Promise<World> {
  const world = newWorld(await Core.create(module));
  addBody(world, { position: [3, 0.5, 0] });
  addPlayer(world, [0, 0, 0]);
  play(world, 1);
  return world;
}

/** The stages of one tick in the order in which they were run. */
function orderOf({ core }: World): number[] {
  const into = new Float64Array(STEP_STAGES.length);
  const before = into.slice();
  const order: number[] = [];
  const clock = countingClock();
  core.stepTimed(() => {
    const last = into.findIndex((sum, stage) => sum !== before[stage]);
    if (last >= 0) order.push(last);
    before.set(into);
    return clock();
  }, into);
  const last = into.findIndex((sum, stage) => sum !== before[stage]);
  return last < 0 ? order : [...order, last];
}

describe('the table of stages', () => {
  test('has the numbers of the core', () => {
    const source = readFileSync(new URL('../assembly/world/stage.ts', import.meta.url), 'utf8');
    const numbers = [...source.matchAll(/^ {2}([A-Z_]+) = (\d+),$/gm)].map(([, name, number]) => [
      Number(number),
      (name as string).toLowerCase().replaceAll('_', '-'),
    ]);
    expect(numbers).toEqual(STEP_STAGES.map((name, number) => [number, name]));
  });

  test('is in the order of the tick, and the substeps come round four times', async () => {
    const order = orderOf(await smallWorld());
    expect([...new Set(order)]).toEqual(STEP_STAGES.map((_, stage) => stage));
    const timesOf = (name: (typeof STEP_STAGES)[number]) =>
      order.filter((stage) => STEP_STAGES[stage] === name).length;
    expect(timesOf('velocities')).toBe(4);
    expect(timesOf('push')).toBe(4);
    expect(timesOf('positions')).toBe(4);
    expect(timesOf('relax')).toBe(4);
    // Joints in each substep, contacts in the first.
    expect(timesOf('warm-start')).toBe(5);
  });

  test('all that passes between the first look at the clock and the last is added', async () => {
    const { core } = await smallWorld();
    const into = new Float64Array(STEP_STAGES.length).fill(1000);
    const clock = countingClock();
    core.stepTimed(clock, into);
    const added = into.reduce((sum, value) => sum + value - 1000, 0);
    expect(added).toBe(clock() - 1);
    expect(added).toBeGreaterThan(STEP_STAGES.length);
  });

  test('no room for a stage is refused before anything is stepped', async () => {
    const { core } = await smallWorld();
    const { tick } = core;
    const small = new Float64Array(STEP_STAGES.length - 1);
    expect(() => core.stepTimed(countingClock(), small)).toThrow(RangeError);
    expect(core.tick).toBe(tick);
    expect(core.step()).toBe(0);
  });
});
