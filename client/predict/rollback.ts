import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import type { Effects } from './effects.ts';
import type { History } from './history.ts';
import type { OwnInputs } from './own-inputs.ts';
import type { AuthoritativeFrame, PredictedCore } from './predicted-core.ts';
import type { Timeline } from './timeline.ts';
import type { Trail } from './trail.ts';

/** What each tick reads and leaves its traces in, guessed or confirmed. */
export interface Prediction {
  readonly core: PredictedCore;
  readonly own: OwnInputs;
  readonly history: History;
  readonly trail: Trail;
  readonly timeline: Timeline;
  readonly effects: Effects;
}

const NO_FRAME = new Uint8Array(0);

/**
 * Loads the guess for the frame under way: own entry, everybody else goes on as before, which is
 * what an absent entry means. The history holds the frame's start already.
 */
export function predictFrame(
  { core, own, history, timeline }: Prediction,
  entity: number,
  before: Uint8Array = NO_FRAME,
): void {
  const { frame } = core;
  const entry = own.entryOf(frame);
  core.frameBegin(frame, 0n);
  if (entry !== null) core.addInput(entity, entry);
  const bytes = core.frameEnd();
  timeline.openFrame(core, before, bytes);
  core.loadFrame(bytes);
  history.notePrediction(frame, bytes);
}

/** One tick: what it is computed from is noted, and what it did that is to be heard once. */
export function stepTick({ core, trail, timeline, effects }: Prediction): void {
  trail.noteTick(core);
  timeline.step(core);
  if (!timeline.wasPart) effects.note(core.tick, core.events());
  else effects.note(core.tick, core.events(), (entity) => core.wasComputed(entity));
}

/** Steps from a frame's first tick up to `targetTick` on own entries; none when already there. */
export function repredict(prediction: Prediction, entity: number, targetTick: number): void {
  const { core, history, timeline } = prediction;
  while (core.tick < targetTick) {
    const end = Math.min((core.frame + 1) * TICKS_PER_FRAME, targetTick);
    const before = history.guessOf(core.frame);
    history.save(core);
    predictFrame(prediction, entity, before);
    while (core.tick < end) stepTick(prediction);
  }
  timeline.end();
}

/**
 * Who leaves leaves, who enters enters, and the frame is stepped as the server has it; only from
 * its first tick.
 */
export function applyFrame(
  prediction: Prediction,
  { bytes, leaves, enter }: AuthoritativeFrame,
): WireFault {
  const { core, history, timeline } = prediction;
  if (leaves.length > 0 || enter.length > 0) timeline.end();
  if (leaves.length > 0 && !core.removePart(leaves)) return WireFault.OUT_OF_RANGE;
  const entered = enter.length > 0 ? core.insertShrunk(enter) : WireFault.NONE;
  if (entered !== WireFault.NONE) return entered;
  timeline.openFrame(core, history.guessOf(core.frame), bytes);
  const loaded = core.loadFrame(bytes);
  if (loaded !== WireFault.NONE) return loaded;
  for (let k = 0; k < TICKS_PER_FRAME; k++) stepTick(prediction);
  return loaded;
}
