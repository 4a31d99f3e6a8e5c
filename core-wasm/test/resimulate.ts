import { TICKS_PER_FRAME, WireFault } from '../host/types.ts';
import { makeFrame, type World } from './world.ts';

const AGAIN = 8;

/**
 * Plays `frames` frames like `play`, and after every tick computes the last eight once more from
 * their snapshot: throws when that gives another state. `onTick` sees each tick once.
 */
export function playAgain(
  world: World,
  frames: number,
  before?: (frame: number) => void,
  onTick?: (tick: number) => void,
): void {
  const { core } = world;
  const states: Uint8Array[] = [core.snapshot()];
  const made: Uint8Array[] = [];
  const first = core.tick;
  const stepAt = (tick: number): number => {
    const bytes = made[Math.floor((tick - first) / TICKS_PER_FRAME)] as Uint8Array;
    if (core.loadFrame(bytes) !== WireFault.NONE) throw new Error(`tick ${tick}: frame refused`);
    return core.step();
  };
  for (let frame = 0; frame < frames; frame++) {
    before?.(frame);
    made.push(makeFrame(world));
    for (let phase = 0; phase < TICKS_PER_FRAME; phase++) {
      const tick = core.tick;
      world.faults |= stepAt(tick);
      onTick?.(tick - first);
      const hash = core.stateHash();
      states.push(core.snapshot());
      const from = Math.max(first, tick + 1 - AGAIN);
      core.restore(states[from - first] as Uint8Array);
      for (let again = from; again <= tick; again++) stepAt(again);
      if (core.stateHash() !== hash) throw new Error(`tick ${tick + 1}: resimulation differs`);
    }
  }
}
