import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Room } from '../../server/room/room.ts';

/** Notes the hash of chosen ticks while a room plays, without going through what is stored. */
export interface Witness {
  /** By tick, once it was played. */
  readonly hashes: ReadonlyMap<number, bigint>;
  /** Before each frame. */
  watch(room: Room, stateHash: bigint): void;
}

/** A room steps whole frames, so ticks within one are stepped again by a core of the witness. */
export async function createWitness(
  module: CoreModule,
  ticks: readonly number[],
): Promise<Witness> {
  const core = await Core.create(module);
  const wanted = new Map<number, number[]>();
  for (const tick of ticks) {
    const frame = Math.floor(tick / TICKS_PER_FRAME);
    wanted.set(frame, [...(wanted.get(frame) ?? []), tick]);
  }
  const hashes = new Map<number, bigint>();
  const playTicks = (state: Uint8Array, frame: Uint8Array, chosen: readonly number[]): void => {
    core.restore(state);
    core.loadFrame(frame);
    for (let phase = 0; phase < TICKS_PER_FRAME; phase++) {
      if (chosen.includes(core.tick)) hashes.set(core.tick, core.stateHash());
      core.step();
    }
  };
  return {
    hashes,
    watch(room) {
      const chosen = wanted.get(room.nextFrame);
      if (chosen === undefined) return;
      const state = room.core.snapshot();
      const { journal } = room;
      // The frame is sealed within the tick: it is seen on its way into the journal.
      journal.append = (frame, bytes) => {
        playTicks(state, bytes, chosen);
        Reflect.deleteProperty(journal, 'append');
        return journal.append(frame, bytes);
      };
    },
  };
}
