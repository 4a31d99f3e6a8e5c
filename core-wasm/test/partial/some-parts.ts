import { type Core, emptyMovers } from '../../host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { integer, type Random } from '../random.ts';
import { createWhole, nextFrame, type Whole } from './whole.ts';

/** A random world after some frames of a busy life, at the end of a frame. */
export function liveWorld(core: Core, random: Random, bodiesMax: number, frames: number): Whole {
  const whole = createWhole(core, random, bodiesMax);
  for (let frame = 0; frame < frames; frame++) {
    const { commands, inputs } = nextFrame(whole);
    core.frameBegin(core.frame, 0n);
    for (const { add } of commands) add(core);
    for (const [id, input] of [...inputs].sort(([a], [b]) => (a & 0xffff) - (b & 0xffff))) {
      core.addInput(id, core.encodeEntry(input));
    }
    if (core.loadFrame(core.frameEnd()) !== WireFault.NONE) throw new Error('a frame is refused');
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  }
  return whole;
}

const movers = emptyMovers();

/** The ids of each group of movers of the frame that was just stepped. */
export function groupsOf(core: Core): number[][] {
  core.readMovers(movers);
  const groups = core.groups();
  const ids = [...movers.ids.subarray(0, movers.count)];
  return [...Map.groupBy(ids, (id) => groups[id & 0xffff]).values()];
}

/** Some whole groups and some statics, or any bodies at all, in no order, some twice. */
export function someIds(core: Core, random: Random, statics: readonly number[]): number[] {
  const chosen = integer(random, 1, 5);
  const isLoose = random() < 0.3;
  const ids = groupsOf(core).flatMap((group, i) =>
    isLoose ? group.filter(() => random() < 0.1) : (i * 7) % 5 < chosen - 1 ? group : [],
  );
  if (random() < 0.5) ids.push(...statics.filter(() => random() < 0.3));
  if (random() < 0.1) ids.push(integer(random, 0, 0xffffffff));
  if (ids.length > 0 && random() < 0.3) ids.push(ids[0] as number);
  return ids.sort(() => random() - 0.5);
}
