import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import type { Effects } from './effects.ts';
import type { History } from './history.ts';
import type { OwnInputs } from './own-inputs.ts';
import type { AuthoritativeFrame, PredictedCore } from './predicted-core.ts';
import type { Trail } from './trail.ts';

/** What each tick reads and leaves its traces in, guessed or confirmed. */
export interface Prediction {
  readonly core: PredictedCore;
  readonly own: OwnInputs;
  readonly history: History;
  readonly trail: Trail;
  readonly effects: Effects;
}

/**
 * Loads the guess for the frame under way: own entry, everybody else goes on as before, which is
 * what an absent entry means. The history holds the frame's start already.
 */
export function predictFrame({ core, own, history }: Prediction, entity: number): void {
  const { frame } = core;
  const entry = own.entryOf(frame);
  core.frameBegin(frame, 0n);
  if (entry !== null) core.addInput(entity, entry);
  const bytes = core.frameEnd();
  core.loadFrame(bytes);
  history.notePrediction(frame, bytes);
}

/** One tick: what it is computed from is noted, and what it did that is to be heard once. */
export function stepTick({ core, trail, effects }: Prediction): void {
  trail.noteTick(core);
  core.step();
  effects.note(core.tick, core.events());
}

/** Steps from a frame's first tick up to `targetTick` on own entries; none when already there. */
export function repredict(prediction: Prediction, entity: number, targetTick: number): void {
  const { core, history } = prediction;
  while (core.tick < targetTick) {
    const end = Math.min((core.frame + 1) * TICKS_PER_FRAME, targetTick);
    history.save(core);
    predictFrame(prediction, entity);
    while (core.tick < end) stepTick(prediction);
  }
}

/**
 * Who leaves leaves, who enters enters, and the frame is stepped as the server has it; only from
 * its first tick.
 */
export function applyFrame(
  prediction: Prediction,
  { bytes, leaves, enter }: AuthoritativeFrame,
): WireFault {
  const { core } = prediction;
  if (leaves.length > 0 && !core.removePart(leaves)) return WireFault.OUT_OF_RANGE;
  const entered = enter.length > 0 ? core.insertShrunk(enter) : WireFault.NONE;
  if (entered !== WireFault.NONE) return entered;
  const loaded = core.loadFrame(bytes);
  if (loaded !== WireFault.NONE) return loaded;
  for (let k = 0; k < TICKS_PER_FRAME; k++) stepTick(prediction);
  return loaded;
}
