import { TICK_DURATION_MS } from '../../core-wasm/host/types.ts';
import type { Meters } from '../observe/meters.ts';
import type { Clock } from '../ports.ts';

/** A loop that is further behind gives ticks up instead of spiralling. */
export const CATCH_UP_TICKS_MAX = 12;

export interface Pacer {
  stop(): void;
}

/**
 * Calls `runTick` sixty times a second without drift: tick n is due at start + n · duration,
 * whatever the timers did before. Late ticks are made up for at once, up to a bound; beyond it
 * the schedule slips and the slip is counted. Behind a tick that was long the sockets are read
 * first: a frame made at once would have nobody's inputs of meanwhile, and each would be replaced.
 */
export function startPacer(
  clock: Clock,
  meters: Pick<Meters, 'tickLagMs' | 'catchUpTicks' | 'slippedTicks'>,
  runTick: () => void,
  onTicked: (durationMs: number) => void,
): Pacer {
  let dueMs = clock.nowMs();
  let cancel = clock.after(0, wake);
  let stopped = false;

  function wake(): void {
    const lagMs = clock.nowMs() - dueMs;
    meters.tickLagMs = Math.max(0, lagMs);
    const behind = Math.floor(lagMs / TICK_DURATION_MS);
    if (behind > CATCH_UP_TICKS_MAX) {
      const slipped = behind - CATCH_UP_TICKS_MAX;
      meters.slippedTicks += slipped;
      dueMs += slipped * TICK_DURATION_MS;
    }
    meters.catchUpTicks += Math.min(Math.max(0, behind), CATCH_UP_TICKS_MAX);
    for (let made = 0; made <= CATCH_UP_TICKS_MAX && clock.nowMs() >= dueMs && !stopped; made++) {
      const beganMs = clock.nowMs();
      runTick();
      const durationMs = clock.nowMs() - beganMs;
      onTicked(durationMs);
      dueMs += TICK_DURATION_MS;
      if (durationMs >= TICK_DURATION_MS) break;
    }
    if (!stopped) cancel = clock.after(Math.max(0, dueMs - clock.nowMs()), wake);
  }

  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}
