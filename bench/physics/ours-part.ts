import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { type PartialRollback, SNAPSHOT_SLOTS } from './engine.ts';

/** A tick of the old timeline: the state after it and the islands of it. */
interface Moment {
  readonly state: Uint8Array;
  readonly islands: Uint16Array;
}

const ROOM_BYTES = 2 ** 20;
const MOVERS_MAX = 8192;

/**
 * Our core's partial rollback. `steer` loads the frame of a tick, with another way for the first
 * `changed` players; `step` makes the tick whole.
 */
export function partialRollback(
  core: Core,
  players: () => readonly number[],
  steer: (tick: number, changed: number) => void,
  step: (tick: number) => void,
): PartialRollback {
  const timeline: Moment[] = [];
  // Room for all there may be, as a client keeps it: what a snapshot returns is a part of it.
  const rooms = Array.from({ length: SNAPSHOT_SLOTS }, () => new Uint8Array(ROOM_BYTES));
  const islands = Array.from({ length: SNAPSHOT_SLOTS }, () => new Uint16Array(MOVERS_MAX));
  const steerAt = (start: number, i: number, changed: number) => {
    if (i === 0 || (start + i) % TICKS_PER_FRAME === 0) steer(start + i, changed);
  };
  const keep = () => timeline.push({ state: core.snapshot(), islands: core.islands() });
  return {
    record(tick, ticks) {
      timeline.length = 0;
      keep();
      for (let i = 0; i < ticks; i++) {
        steerAt(tick, i, 0);
        step(tick + i);
        keep();
      }
    },
    replay(tick, ticks, changed) {
      core.restore((timeline[0] as Moment).state);
      core.beginPart();
      for (const entity of players().slice(0, changed)) core.markChanged(entity);
      for (let i = 0; i < ticks; i++) {
        steerAt(tick, i, changed);
        const next = timeline[i + 1] as Moment;
        if (core.stepPart(next.state, next.islands) !== 0) throw new Error('our core: no part');
        core.snapshot(rooms[i + 1]);
        core.islands(islands[i + 1]);
      }
    },
    replayWhole(tick, ticks, changed) {
      core.restore((timeline[0] as Moment).state);
      for (let i = 0; i < ticks; i++) {
        steerAt(tick, i, changed);
        step(tick + i);
      }
    },
  };
}
