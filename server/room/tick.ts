import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { noteBusy } from './arrival-time.ts';
import { broadcastFrame } from './broadcast.ts';
import { closeSilent } from './heartbeat.ts';
import { tellKeeping } from './keeping.ts';
import { updatePresence } from './presence.ts';
import { readMeters } from './read-meters.ts';
import { keepSealed } from './repair.ts';
import type { Room } from './room.ts';
import { sealFrame } from './sequence.ts';
import { stepCore } from './step-core.ts';

/**
 * One tick, sixty a second. The first of three plays a whole frame; the others only pass, for who
 * met whom is known after the frame's last step, and without it nobody can be told anything. So
 * the second has the time to pack the frame for the journal.
 */
export function runTick(room: Room): void {
  if (room.phase === 0 && !playFrame(room)) return;
  if (room.phase === 1) room.journal.workAhead();
  room.meters.ticks++;
  room.phase = (room.phase + 1) % TICKS_PER_FRAME;
}

/**
 * Data flows one way: the sockets have filled the queues; a frame is sealed from them, journaled,
 * stepped, and told to everybody as far as it concerns him. Nothing here waits. False when the
 * world must stand still because nothing may be lost.
 */
function playFrame(room: Room): boolean {
  closeSilent(room);
  if (isPaused(room)) {
    room.meters.pausedTicks++;
    tellKeeping(room);
    readMeters(room);
    return false;
  }
  updatePresence(room);
  tellKeeping(room);
  if (room.checkpointer.due()) void room.checkpointer.save();

  const { frame, bytes } = sealFrame(room);
  if (!room.journal.append(frame, bytes)) throw new Error('the journal refused after it agreed');
  keepSealed(room.evidence, bytes);
  keepStart(room);
  const steppedMs = room.clock.nowMs();
  const forced = stepFrame(room, bytes);
  room.checkpointer.stepped(room.clock.nowMs() - steppedMs);
  room.nextFrame = frame + 1;
  broadcastFrame(room, frame, forced);
  readMeters(room);
  noteBusy(room.arrival, room.clock, room.sealedMs);
  return true;
}

/** A state grows as things spawn: room for a few more bodies before it is allocated anew. */
const STORAGE_HEADROOM = 1.25;

function keepStart(room: Room): void {
  const state = room.core.snapshot(room.startStorage);
  room.start = state;
  if (state.buffer === room.startStorage.buffer) return;
  room.startStorage = new Uint8Array(Math.ceil(state.length * STORAGE_HEADROOM));
}

/** Those whom everybody must have in this frame. */
function stepFrame(room: Room, bytes: Uint8Array): Uint16Array {
  const { core } = room;
  const fault = core.loadFrame(bytes);
  if (fault !== WireFault.NONE) throw new Error(`the core refused its own frame: ${fault}`);
  const forced = core.openFrame();
  let faults = 0;
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) faults |= stepCore(room);
  if (faults !== 0) {
    room.meters.stepFaults++;
    room.onFaults(faults);
  }
  return forced;
}

/** A frame that cannot be kept is not played. */
function isPaused(room: Room): boolean {
  room.paused = room.journal.leaseLost || room.journal.state === 'full';
  return room.paused;
}
