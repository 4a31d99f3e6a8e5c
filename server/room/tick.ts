import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { broadcastFrame } from './broadcast.ts';
import { pushFrame } from './frame-ring.ts';
import { closeSilent } from './heartbeat.ts';
import { updatePresence } from './presence.ts';
import { readMeters } from './read-meters.ts';
import type { Room } from './room.ts';
import { sealFrame } from './sequence.ts';
import { stepCore } from './step-core.ts';

/**
 * One tick, sixty a second. Data flows one way: the sockets have filled the queues; a frame is
 * sealed from them, journaled, told to everybody, and stepped. Nothing here waits.
 */
export function runTick(room: Room): void {
  if (room.core.tick % TICKS_PER_FRAME === 0 && !beginFrame(room)) return;
  const faults = stepCore(room);
  room.meters.ticks++;
  if (faults !== 0) {
    room.meters.stepFaults++;
    room.onFaults(faults);
  }
}

/** Steps to the next frame boundary, where a world can be saved; for the drain. */
export function finishFrame(room: Room): void {
  while (room.core.tick % TICKS_PER_FRAME !== 0) room.core.step();
}

/** Every third tick. False when the world must stand still because nothing may be lost. */
function beginFrame(room: Room): boolean {
  if (isPaused(room)) return false;
  closeSilent(room);
  updatePresence(room);
  if (room.checkpointer.due()) void room.checkpointer.save();

  const { frame, bytes, stateHash } = sealFrame(room);
  if (!room.journal.append(frame, bytes)) throw new Error('the journal refused after it agreed');
  const message = room.codec.encodeFrame(bytes);
  broadcastFrame(room, frame, message);
  pushFrame(room.ring, stateHash, message);
  readMeters(room);

  const fault = room.core.loadFrame(bytes);
  if (fault !== WireFault.NONE) throw new Error(`the core refused its own frame: ${fault}`);
  return true;
}

/** A frame that cannot be kept is not played. */
function isPaused(room: Room): boolean {
  room.paused = room.journal.leaseLost || room.journal.state === 'full';
  return room.paused;
}
