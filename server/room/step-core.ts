import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Room } from './room.ts';

/**
 * One tick of so many is stepped by stages: about two a second, enough for an average, so that a
 * 32nd of the 20 µs that some sixty looks at the clock cost is all that a tick pays. The ticks of a
 * frame take turns, for the first applies the commands: a multiple of three would meet one alone.
 */
export const TIMED_TICK_INTERVAL = 32;
if (TIMED_TICK_INTERVAL % TICKS_PER_FRAME === 0) throw new Error('only one tick of three is timed');

/** One tick of the core; timed or not, it is the same bit for bit. Bits of `StepFault`. */
export function stepCore({ core, clock, meters }: Pick<Room, 'core' | 'clock' | 'meters'>): number {
  if (core.tick % TIMED_TICK_INTERVAL !== 0) return core.step();
  meters.timedTicks++;
  return core.stepTimed(() => clock.nowMs(), meters.stageMs);
}
