import { TICK_DURATION_MS } from '../../core-wasm/host/types.ts';
import { HORIZON_TICKS } from '../predict/history.ts';
import { RATE_CHANGE_MAX } from './clock-sync.ts';

/** Share of a new sample in the averages. */
const SMOOTHING = 1 / 16;
/** A frame that stood in a line behind a lost one says nothing about the ordinary way, ticks. */
const DEVIATION_TICKS_MAX = 3;
/** Deviations that ordinary frames stay within. */
const DEVIATIONS = 2;
/** A delay that is longer than needed by less than this stays, so that time runs evenly. */
const SPARE_TICKS = 1.5;

/**
 * How far the shown world stays behind the inputs, in ticks; none on most connections.
 *
 * An input must leave early enough to be in time, and the shown world may not run further ahead of
 * the newest news than a rollback may be deep. Where the way is so long that both cannot be had,
 * the world waits behind the inputs: own steps show a little later, instead of a world that stops
 * and starts with every frame. It waits evenly, as time is steered: never faster than
 * `RATE_CHANGE_MAX`. A trade of input delay against rollback, as fighting games have it.
 */
export class InputDelay {
  #ticks = 0;
  #atMs = 0;
  #meanTicks = 0;
  #deviationTicks = 0;
  #samples = 0;

  /** Forgets the way, after a (re)connect. */
  restart(): void {
    this.#samples = 0;
  }

  /** News came when the inputs were `aheadTicks` ahead of all earlier news. */
  onFrame(aheadTicks: number): void {
    if (this.#samples++ === 0) {
      this.#meanTicks = aheadTicks;
      this.#deviationTicks = 0;
      return;
    }
    const difference = aheadTicks - this.#meanTicks;
    const bounded = Math.min(Math.max(difference, -DEVIATION_TICKS_MAX), DEVIATION_TICKS_MAX);
    this.#meanTicks += bounded * SMOOTHING;
    this.#deviationTicks += (Math.abs(bounded) - this.#deviationTicks) * SMOOTHING;
  }

  /** The delay at `nowMs`, ticks. */
  at(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    const limit = (elapsedMs / TICK_DURATION_MS) * RATE_CHANGE_MAX;
    const missing = this.#wantedTicks() - this.#ticks;
    if (missing > 0) this.#ticks += Math.min(missing, limit);
    else if (missing < -SPARE_TICKS || this.#wantedTicks() === 0) {
      this.#ticks -= Math.min(-missing, limit);
    }
    return this.#ticks;
  }

  #wantedTicks(): number {
    if (this.#samples === 0) return 0;
    const ahead = this.#meanTicks + DEVIATIONS * this.#deviationTicks;
    return Math.max(0, ahead - HORIZON_TICKS);
  }
}
