import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Session } from '../session/session.ts';
import type { Room } from './room.ts';

/** Frames between two reports of a client's slack: 4 times a second. */
const TIMING_INTERVAL_FRAMES = 5;
/** A client that takes nothing for so long is given up. */
export const STALL_TIMEOUT_MS = 30_000;

export function sendTo(room: Room, session: Session, message: Uint8Array): void {
  const result = session.link.send(message);
  if (result === 'dropped') {
    room.meters.sendsDropped++;
    session.link.close(CloseCode.TOO_SLOW, 'the receive buffer stayed full');
    return;
  }
  if (result === 'closed') return;
  if (result === 'queued') room.meters.sendsQueued++;
  room.meters.messagesOut++;
  room.meters.bytesOut += message.length;
}

/**
 * One sealed frame to everybody: the same bytes for all. Who needs a snapshot gets the state that
 * the frame starts from just before it. `message` was encoded once.
 */
export function broadcastFrame(room: Room, frame: number, message: Uint8Array): void {
  let snapshot: Uint8Array | null = null;
  for (const session of room.sessions.values()) {
    if (session.state === 'stalled') recover(room, session);
    if (session.state !== 'live' || isOverSoftLimit(room, session)) continue;
    if (session.needsSnapshot) {
      snapshot ??= room.codec.encodeSnapshot(frame, room.core.snapshot());
      session.needsSnapshot = false;
      session.allowanceBytes = snapshot.length;
      room.meters.snapshotsSent++;
      sendTo(room, session, snapshot);
    }
    sendTo(room, session, message);
    if ((frame + session.link.id) % TIMING_INTERVAL_FRAMES === 0) sendTiming(room, session);
  }
}

/** Stops sending to a client that does not keep up: it will start over from a snapshot. */
function isOverSoftLimit(room: Room, session: Session): boolean {
  const buffered = session.link.bufferedBytes();
  if (buffered <= room.limits.softBufferBytes) session.allowanceBytes = 0;
  if (buffered <= room.limits.softBufferBytes + session.allowanceBytes) return false;
  session.state = 'stalled';
  session.stalledMs = room.clock.nowMs();
  session.drained = false;
  return true;
}

function recover(room: Room, session: Session): void {
  if (session.drained || session.link.bufferedBytes() === 0) {
    session.state = 'live';
    session.needsSnapshot = true;
  } else if (room.clock.nowMs() - session.stalledMs > STALL_TIMEOUT_MS) {
    session.link.close(CloseCode.TOO_SLOW, 'the receive buffer stayed full');
  }
}

function sendTiming(room: Room, session: Session): void {
  const lane = room.lanes.get(session.entity);
  if (lane === undefined || !Number.isFinite(lane.slackMs)) return;
  const slackMs = Math.round(lane.slackMs);
  const { replaced } = lane;
  // A client whose every input was late must hear of it, or it would never run further ahead.
  const inputFrame = Math.max(0, lane.sequencedFrame);
  sendTo(room, session, room.codec.encodeTiming({ inputFrame, slackMs, replaced }));
  lane.slackMs = Number.POSITIVE_INFINITY;
  lane.replaced = 0;
}
