import type { Core } from '../../core-wasm/host/core.ts';
import { TICK_DURATION_MS } from '../../core-wasm/host/types.ts';
import { percentile } from '../bench.ts';
import type { Playable } from './playables.ts';

/** One core that plays one scene at a chosen pace. */
export interface Playback {
  readonly core: Core;
  playable: Playable;
  /** Whether islands may sleep although the scene says that they do not. */
  mayRest: boolean;
  isPaused: boolean;
  /** Simulated seconds a second; Infinity for as fast as it goes. */
  speed: number;
  /** Plays as fast as it goes up to this tick, then pauses; 0 for none. */
  untilTick: number;
  computeTick: () => number;
  /** Simulated time that is due and not computed yet. */
  dueMs: number;
  /** What the last ticks cost. */
  readonly tickMs: number[];
  /** Bits of `StepFault` since the scene began. */
  faults: number;
}

/** What of a drawn frame's time ticks may take, so that the page stays usable. */
const BUDGET_MS = 40;
const SAMPLES = 120;

export function startPlayback(core: Core, playable: Playable, mayRest: boolean): Playback {
  const playback: Playback = {
    core,
    playable,
    mayRest,
    isPaused: false,
    speed: 1,
    untilTick: 0,
    computeTick: () => 0,
    dueMs: 0,
    tickMs: [],
    faults: 0,
  };
  restart(playback, playable);
  return playback;
}

export function restart(playback: Playback, playable: Playable): void {
  playback.playable = playable;
  playback.computeTick = playable.load(playback.core);
  if (playback.mayRest) letRest(playback.core);
  playback.dueMs = 0;
  playback.untilTick = 0;
  playback.tickMs.length = 0;
  playback.faults = 0;
}

/** Takes a frame of its own: the state is no longer that of the scene. */
function letRest(core: Core): void {
  core.frameBegin(core.frame, core.stateHash());
  core.addSetRestless(false);
  core.stepFrame(core.frameEnd());
}

/** Computes what is due after another `elapsedMs` of real time, as far as the budget goes. */
export function advance(playback: Playback, elapsedMs: number): void {
  const giveUpMs = performance.now() + BUDGET_MS;
  if (playback.untilTick > 0) {
    while (playback.core.tick < playback.untilTick && performance.now() < giveUpMs) {
      tickOnce(playback);
    }
    if (playback.core.tick < playback.untilTick) return;
    playback.untilTick = 0;
    playback.isPaused = true;
    return;
  }
  if (playback.isPaused) return;
  playback.dueMs +=
    playback.speed === Number.POSITIVE_INFINITY ? BUDGET_MS * 1e3 : elapsedMs * playback.speed;
  while (playback.dueMs >= TICK_DURATION_MS && performance.now() < giveUpMs) {
    playback.dueMs -= TICK_DURATION_MS;
    tickOnce(playback);
  }
  // What could not be computed in time is not owed: the scene runs slower instead.
  playback.dueMs = Math.min(playback.dueMs, TICK_DURATION_MS);
}

export function tickOnce(playback: Playback): void {
  const startedMs = performance.now();
  playback.faults |= playback.computeTick();
  playback.tickMs.push(performance.now() - startedMs);
  if (playback.tickMs.length > SAMPLES) playback.tickMs.shift();
}

/** Median of the last ticks; null before the first. */
export function tickMedianMs({ tickMs }: Playback): number | null {
  return tickMs.length === 0 ? null : percentile([...tickMs], 0.5);
}
