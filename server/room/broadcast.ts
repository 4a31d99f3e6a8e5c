import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Timing } from '../../core-wasm/host/messages.ts';
import { NO_OBSERVER, type Session } from '../session/session.ts';
import { turnMs } from './arrival-time.ts';
import { observe, releaseObservers, unobserve } from './observers.ts';
import { proofDue, repair } from './repair.ts';
import type { Room } from './room.ts';
import { keepSent } from './sent-frames.ts';

/** Frames between two reports of a client's slack and of what is durable: 4 times a second. */
export const TIMING_INTERVAL_FRAMES = 5;
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

const NO_PROOF = 0n;

/**
 * A frame that was just stepped, to everybody as it concerns his bubble; `forced` are those whom
 * all must have. Who begins anew gets what is static first, and then all that is his enters.
 */
export function broadcastFrame(room: Room, frame: number, forced: Uint16Array): void {
  const { core, sessions, observers } = room;
  core.openOwnSnapshot(room.start);
  releaseObservers(room);
  let begins = false;
  for (const session of sessions.values()) {
    prepare(room, session, frame);
    begins ||= session.needsSnapshot && isTold(session);
  }
  for (const { session } of room.interruptions.values()) {
    core.bubbles.order(session.observer, null, proofDue(room, session, frame));
  }
  const base = begins ? packBase(room, frame) : null;
  const wasStepped = core.bubbles.write(forced, (written) => {
    for (const number of written) tell(room, observers.sessions[number] ?? null, base);
  });
  if (!wasStepped) throw new Error('the core did not step this frame');
  keepSent(room.sent, frame, core.bubbles);
}

function isTold({ state, observer }: Session): boolean {
  return state === 'live' && observer !== NO_OBSERVER;
}

/** Sends what was written for a session while the others' messages are not written yet. */
function tell(room: Room, session: Session | null, base: Uint8Array | null): void {
  if (session === null || !isTold(session)) return;
  const { core } = room;
  const message = core.bubbles.message(session.observer);
  if (message === null) {
    // There was no room for it: he begins anew in the next frame.
    session.needsSnapshot = true;
    return;
  }
  if (session.needsSnapshot) {
    if (base === null) throw new Error('somebody begins, and no base was packed');
    sendBase(room, session, base, message.length);
  } else if (core.interest.hasChanged(session.observer)) {
    countChange(room, session.observer);
  }
  if (core.interest.isOverfull(session.observer)) room.meters.framesRoomless++;
  sendTo(room, session, message);
}

/** What is static, the same for all who begin with this frame. */
function packBase({ core, codec, start }: Room, frame: number): Uint8Array {
  const packed = core.packSnapshot(core.takeBase());
  if (packed === null) throw new Error('the core refused its own state');
  // What was packed is the open snapshot now.
  core.openOwnSnapshot(start);
  return codec.encodeSnapshot(frame, packed);
}

function countChange({ core, meters }: Room, observer: number): void {
  meters.bubbleEnters += core.interest.enters(observer).length;
  meters.bubbleLeaves += core.interest.leaves(observer).length;
}

/** Has the core write the session's message, if it can take one. */
function prepare(room: Room, session: Session, frame: number): void {
  const { core } = room;
  if (session.state === 'stalled') recover(room, session);
  if (session.state !== 'live' || isOverSoftLimit(room, session)) return;
  if (session.observer !== NO_OBSERVER) repair(room, session, frame);
  const isTimed = (frame + session.link.id) % TIMING_INTERVAL_FRAMES === 0;
  let proof = NO_PROOF;
  if (session.needsSnapshot || session.observer === NO_OBSERVER) {
    if (!observe(room, session)) return;
    session.beganFrame = frame;
  } else {
    proof = proofDue(room, session, frame);
  }
  const timing = isTimed ? takeTiming(room, session) : null;
  core.bubbles.order(session.observer, timing, proof, isTimed ? room.journal.queuedFrames : null);
}

function sendBase(room: Room, session: Session, base: Uint8Array, frameBytes: number): void {
  session.needsSnapshot = false;
  session.allowanceBytes = base.length + frameBytes;
  room.meters.snapshotsSent++;
  sendTo(room, session, base);
}

/** Stops sending to a client that does not keep up: it will start over from a snapshot. */
function isOverSoftLimit(room: Room, session: Session): boolean {
  const buffered = session.link.bufferedBytes();
  if (buffered <= room.limits.softBufferBytes) session.allowanceBytes = 0;
  if (buffered <= room.limits.softBufferBytes + session.allowanceBytes) return false;
  session.state = 'stalled';
  unobserve(room, session);
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

/** How early his inputs came since he was last told; null when none came. */
function takeTiming(room: Room, session: Session): Timing | null {
  const lane = room.lanes.get(session.entity);
  if (lane === undefined || !Number.isFinite(lane.slackMs)) return null;
  const slackMs = Math.round(lane.slackMs - turnMs(session.link.id, room.lanes.size));
  const { replaced } = lane;
  lane.slackMs = Number.POSITIVE_INFINITY;
  lane.replaced = 0;
  // A client whose every input was late must hear of it, or it would never run further ahead.
  return { inputFrame: Math.max(0, lane.sequencedFrame), slackMs, replaced };
}
