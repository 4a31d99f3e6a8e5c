import { expect, test } from 'bun:test';
import { Core } from '../../core-wasm/host/core.ts';
import { STEP_STAGES } from '../../core-wasm/host/stages.ts';
import { StepFault } from '../../core-wasm/host/types.ts';
import { World } from '../../core-wasm/host/world.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createMeters } from '../observe/meters.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { stepCore, TIMED_TICK_INTERVAL } from './step-core.ts';

const TICKS = TIMED_TICK_INTERVAL * 6;

/** A clock that goes on by 1 ms with each look. */
function lookedAtClock() {
  const clock = createVirtualClock(0);
  let looks = 0;
  return { ...clock, nowMs: () => looks++ };
}

/** A crate that falls: the frame with its spawn is loaded, nothing is stepped. */
async function openCore(): Promise<Core> {
  const core = await Core.create(await loadCoreModule());
  const world = new World(core);
  world.spawn({ position: [0, 3, 0] });
  core.loadFrame(world.nextFrame());
  return core;
}

test('every 32nd tick is timed, and the world is that of an untimed one', async () => {
  const [core, plain] = await Promise.all([openCore(), openCore()]);
  const meters = createMeters();
  const clock = lookedAtClock();
  for (let tick = 0; tick < TICKS; tick++) {
    const before = meters.timedTicks;
    expect(stepCore({ core, clock, meters })).toBe(plain.step());
    expect(meters.timedTicks - before).toBe(tick % TIMED_TICK_INTERVAL === 0 ? 1 : 0);
    expect(core.stateHash()).toBe(plain.stateHash());
  }
  const stages = [...meters.stageMs];
  expect(stages).toHaveLength(STEP_STAGES.length);
  // Each timed tick looks at least once after each stage.
  for (const ms of stages) expect(ms).toBeGreaterThanOrEqual(meters.timedTicks);
});

test('faults of a timed tick are told', async () => {
  const core = await Core.create(await loadCoreModule());
  core.frameBegin(core.frame, core.stateHash());
  core.addDespawn(4711);
  core.loadFrame(core.frameEnd());
  const faults = stepCore({ core, clock: lookedAtClock(), meters: createMeters() });
  expect(faults).toBe(StepFault.COMMAND_SKIPPED);
});
