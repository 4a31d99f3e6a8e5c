import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { History } from './history.ts';
import type { OwnInputs } from './own-inputs.ts';
import type { PredictedCore } from './predicted-core.ts';
import type { Trail } from './trail.ts';

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

/** One guessed tick. */
export function stepNoted(core: PredictedCore, trail: Trail): void {
  trail.noteTick(core);
  core.step();
}

/** Steps from a frame's first tick up to `targetTick` on own entries; none when already there. */
export function repredict(
  core: PredictedCore,
  history: History,
  trail: Trail,
  own: OwnInputs,
  entity: number,
  targetTick: number,
): void {
  while (core.tick < targetTick) {
    const { frame } = core;
    history.save(core);
    predictFrame(core, history, entity, own.entryOf(frame));
    const end = Math.min((frame + 1) * TICKS_PER_FRAME, targetTick);
    while (core.tick < end) stepNoted(core, trail);
  }
}
