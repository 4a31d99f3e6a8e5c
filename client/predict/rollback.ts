import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Effects } from './effects.ts';
import type { History } from './history.ts';
import type { OwnInputs } from './own-inputs.ts';
import type { PredictedCore } from './predictor.ts';

/**
 * Loads the guess for the frame under way: own entry, everybody else goes on as before, which is
 * what an absent entry means. The history holds the frame's start already.
 */
export function predictFrame(
  core: PredictedCore,
  history: History,
  entity: number,
  ownEntry: Uint8Array | null,
): void {
  const { frame } = core;
  core.frameBegin(frame, 0n);
  if (ownEntry !== null) core.addInput(entity, ownEntry);
  const bytes = core.frameEnd();
  core.loadFrame(bytes);
  history.notePrediction(frame, bytes);
}

/** One tick, and what it did that is to be heard once. */
export function stepTick(core: PredictedCore, effects: Effects): void {
  core.step();
  effects.note(core.tick, core.events());
}

/** Steps from a frame's first tick up to `targetTick` on own entries; none when already there. */
export function repredict(
  core: PredictedCore,
  history: History,
  own: OwnInputs,
  entity: number,
  targetTick: number,
  effects: Effects,
): void {
  while (core.tick < targetTick) {
    const { frame } = core;
    history.save(core);
    predictFrame(core, history, entity, own.entryOf(frame));
    const end = Math.min((frame + 1) * TICKS_PER_FRAME, targetTick);
    while (core.tick < end) stepTick(core, effects);
  }
}
