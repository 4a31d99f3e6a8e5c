import { type Core, emptyMovers } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { createWhole, nextFrame } from '../../core-wasm/test/partial/whole.ts';
import { seeded } from '../../core-wasm/test/random.ts';

/** A state at a frame's first tick, and the groups of that frame by entity index. */
export interface Moment {
  readonly state: Uint8Array;
  readonly groups: Uint16Array;
}

/** What is done with a moment: its frame was just stepped, its state is the open snapshot. */
export type Look = (moment: Moment) => void;

const movers = emptyMovers();

/** Ids of the movers of each group that were there when the frame began. */
export function groupsOf(core: Core, { state, groups }: Moment): number[][] {
  const after = core.snapshot();
  if (core.restore(state) !== WireFault.NONE) throw new Error('no state');
  core.readMovers(movers);
  core.restore(after);
  if (!core.openSnapshot(state)) throw new Error('no state');
  const ids = [...movers.ids.subarray(0, movers.count)];
  return [...Map.groupBy(ids, (id) => groups[id & 0xffff]).values()];
}

/** Steps a frame, packs its entries, and has its moment looked at. */
export function playFrame(core: Core, frame: Uint8Array, look: Look | null): void {
  const state = core.snapshot();
  if (core.loadFrame(frame) !== WireFault.NONE) throw new Error('refused');
  core.openFrame();
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  if (!core.openSnapshot(state)) throw new Error('no state');
  if (!core.bubbles.write()) throw new Error('not told');
  look?.({ state, groups: core.groups() });
}

/** Moments of a random world of everything: joints, hulls, water, throws, grips. */
export function lookAtWorld(
  core: Core,
  seed: number,
  frames: number,
  every: number,
  look: Look,
): void {
  const whole = createWhole(core, seeded(seed), 200);
  for (let frame = 0; frame < frames; frame++) {
    const { commands, inputs } = nextFrame(whole);
    core.frameBegin(core.frame, 0n);
    for (const { add } of commands) add(core);
    for (const [id, input] of [...inputs].sort(([a], [b]) => (a & 0xffff) - (b & 0xffff))) {
      core.addInput(id, core.encodeEntry(input));
    }
    playFrame(core, core.frameEnd(), frame % every === every - 1 ? look : null);
  }
}
