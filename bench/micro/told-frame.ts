import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { TIMING_INTERVAL_FRAMES } from '../../server/room/broadcast.ts';
import { FRAME_BYTES_PER_SECOND } from '../../server/room/observers.ts';
import { PROOF_INTERVAL_FRAMES } from '../../server/room/repair.ts';

const TIMING = { inputFrame: 1, slackMs: 10, replaced: 0 };
const PROOF = 1n;

/** Each player has a client, and nobody else has one: the observer is the index in `entities`. */
export function observeAll(core: Core, entities: readonly number[], ghostBytes: number): void {
  for (let observer = 0; observer < core.interest.capacity; observer++) {
    core.interest.forget(observer);
  }
  for (const [observer, entity] of entities.entries()) {
    core.interest.observe(observer, entity, ghostBytes, FRAME_BYTES_PER_SECOND);
  }
}

/**
 * Plays a frame and tells it to all, as the room does. `entryOf` is what the i-th of the entities
 * sent for that frame. Returns the ms to choose and write what they are told.
 */
export function tellFrame(
  core: Core,
  entities: readonly number[],
  entryOf: (i: number, frame: number) => Uint8Array,
): number {
  const { frame } = core;
  const start = core.snapshot();
  core.frameBegin(frame, 0n);
  for (const [i, entity] of entities.entries()) core.addInput(entity, entryOf(i, frame));
  core.loadFrame(core.frameEnd());
  const forced = core.openFrame().slice();
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  core.openSnapshot(start);
  for (const observer of entities.keys()) {
    const turn = frame + observer;
    const timing = turn % TIMING_INTERVAL_FRAMES === 0 ? TIMING : null;
    core.bubbles.order(observer, timing, turn % PROOF_INTERVAL_FRAMES === 0 ? PROOF : 0n);
  }
  const beganMs = performance.now();
  if (!core.bubbles.write(forced)) throw new Error('the core did not step this frame');
  return performance.now() - beganMs;
}
