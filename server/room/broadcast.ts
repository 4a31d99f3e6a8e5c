import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { NO_CHANGE } from '../../core-wasm/host/core.ts';
import { WireFault } from '../../core-wasm/host/types.ts';
import type { Session } from '../session/session.ts';
import { adopt, chooseBubble, createBubble } from './bubble.ts';
import type { Room } from './room.ts';

/** Frames between two reports of a client's slack: 4 times a second. */
const TIMING_INTERVAL_FRAMES = 5;
const NOBODY = NO_CHANGE.enter;
/** A client gets no more repairs than one in this time. */
export const REPAIR_INTERVAL_MS = 1000;
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

/** Frames between two proofs of a client's bubble: a second. Clients take turns by link. */
export const PROOF_INTERVAL_FRAMES = 20;

/**
 * A frame that was just stepped, to everybody as it concerns his bubble. Who needs a snapshot gets
 * the state that the frame starts from just before it.
 */
export function broadcastFrame(room: Room, frame: number): void {
  if (!room.core.openSnapshot(room.start)) throw new Error('the core refused its own state');
  for (const session of room.sessions.values()) {
    if (session.state === 'stalled') recover(room, session);
    if (session.state !== 'live' || isOverSoftLimit(room, session)) continue;
    sendFrame(room, session, frame);
    if ((frame + session.link.id) % TIMING_INTERVAL_FRAMES === 0) sendTiming(room, session);
  }
}

function sendFrame(room: Room, session: Session, frame: number): void {
  const { core, scene } = room;
  session.bubble ??= createBubble(core.entityCapacity);
  const { bubble } = session;
  const { members, concerned, leaves, enters, next } = chooseBubble(scene, bubble, session.entity);
  const isFresh = session.needsSnapshot || isRepairDue(room, session);
  const isProof = !isFresh && (frame + session.link.id) % PROOF_INTERVAL_FRAMES === 0;
  const proof = isProof ? core.proofOfPart(bubble.present.subarray(0, bubble.count)) : 0n;
  const enter = isFresh || enters.length === 0 ? NOBODY : core.takePart(enters);
  if (proof === null || enter === null) throw new Error('a bubble is no closed set');
  if (isFresh) sendSnapshot(room, session, frame, members);
  const bytes = core.filterFrame(concerned, proof);
  const change = { leaves: isFresh ? NO_CHANGE.leaves : leaves, enter };
  sendTo(room, session, room.codec.encodeFrame(bytes, change));
  adopt(bubble, next);
  if (isFresh) return;
  room.meters.bubbleLeaves += leaves.length;
  room.meters.bubbleEnters += enters.length;
  if (isProof) room.meters.proofsSent++;
}

/** A snapshot costs far more than asking for it. */
function isRepairDue({ clock }: Room, session: Session): boolean {
  if (!session.wantsRepair || clock.nowMs() - session.repairedMs < REPAIR_INTERVAL_MS) return false;
  session.repairedMs = clock.nowMs();
  return true;
}

function sendSnapshot(room: Room, session: Session, frame: number, members: Uint32Array): void {
  const { scratchCore, scene } = room;
  const kept = new Set(members);
  const { ids, count } = scene.before.movers;
  const others = ids.subarray(0, count).filter((id) => !kept.has(id));
  const fault = scratchCore.restore(room.start);
  if (fault !== WireFault.NONE) throw new Error(`the core refused its own state: ${fault}`);
  if (!scratchCore.removePart(others)) throw new Error('a bubble is no closed set');
  const message = room.codec.encodeSnapshot(frame, scratchCore.snapshot());
  session.needsSnapshot = false;
  session.wantsRepair = false;
  session.allowanceBytes = message.length;
  room.meters.snapshotsSent++;
  sendTo(room, session, message);
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
