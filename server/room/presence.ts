import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { NO_RESUME_FRAME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { TICK_RATE_HZ } from '../../core-wasm/host/types.ts';
import type { Session } from '../session/session.ts';
import { arrivalPlace } from './arrival-place.ts';
import { sendTo } from './broadcast.ts';
import { createLane, restEntry } from './input-queue.ts';
import { countReturn, interrupt, takeOver } from './resume.ts';
import { type Room, reserveEntity } from './room.ts';

/** After a start every player of the restored world is absent: his body waits for him. */
export function markAllAbsent(room: Room): void {
  for (const { entity, account, yaw } of room.core.playerAccounts()) {
    room.lanes.set(entity, createLane(entity, yaw));
    leaveBehind(room, entity, account);
  }
}

/** At a frame boundary: who lost his socket, who came, whose body's time is up. */
export function updatePresence(room: Room): void {
  for (const session of room.departures.splice(0)) depart(room, session);
  for (const session of room.arrivals.splice(0)) {
    if (session.state === 'arriving') arrive(room, session);
  }
  for (const [entity, absence] of room.absences) {
    if (room.core.tick >= absence.leavesAtTick) removeBody(room, entity);
  }
}

function depart(room: Room, session: Session): void {
  if (room.speakers.get(session.account) !== session) return;
  room.speakers.delete(session.account);
  interrupt(room, session);
  leaveBehind(room, session.entity, session.account);
}

function leaveBehind(room: Room, entity: number, account: number): void {
  const grace = room.limits.reconnectGraceSeconds * TICK_RATE_HZ;
  room.absences.set(entity, { account, leavesAtTick: room.core.tick + grace });
}

function removeBody(room: Room, entity: number): void {
  room.absences.delete(entity);
  room.interruptions.delete(entity);
  room.lanes.delete(entity);
  room.commands.push((codec) => codec.addDespawn(entity));
}

function arrive(room: Room, session: Session): void {
  const entity = room.core.playerOfAccount(session.account) || pendingEntity(room, session.account);
  const rival = room.speakers.get(session.account);
  const previous = rival ?? room.interruptions.get(entity)?.session;
  if (previous !== undefined && isStale(session, previous)) {
    session.link.close(CloseCode.SUPERSEDED, 'a newer session of this player is here');
    return;
  }
  if (entity === 0 && room.lanes.size >= room.limits.playersMax) {
    session.link.close(CloseCode.REGION_FULL, 'the region is full');
    return;
  }
  session.entity = entity || spawnBody(room, session);
  if (session.entity === 0) {
    session.link.close(CloseCode.REGION_FULL, 'the region is full');
    return;
  }
  room.speakers.set(session.account, session);
  room.absences.delete(session.entity);
  rival?.link.close(CloseCode.SUPERSEDED, 'a newer session of this player is here');
  room.interruptions.delete(session.entity);
  const { account, entity: body, epoch } = session;
  room.onArrived({ account, entity: body, epoch });
  welcome(room, session, previous);
}

/**
 * Somebody else took the player over meanwhile, or he himself: a connection that he gave up in a
 * bad network may be heard after the one that he lives on, and gets the later epoch then.
 */
function isStale(session: Session, previous: Session): boolean {
  if (previous.epoch > session.epoch) return true;
  const [now, before] = [session.hello, previous.hello];
  return now?.instance === before?.instance && (now?.attempt ?? 0) < (before?.attempt ?? 0);
}

/** A body whose spawn waits in a full frame: its account must not get a second one. */
function pendingEntity(room: Room, account: number): number {
  return room.speakers.get(account)?.entity ?? 0;
}

function spawnBody(room: Room, session: Session): number {
  const entity = reserveEntity(room);
  const leftHand = reserveEntity(room);
  const rightHand = reserveEntity(room);
  if (entity === 0 || leftHand === 0 || rightHand === 0) return 0;
  const { account, lastSeen } = session;
  const place = lastSeen ?? arrivalPlace(account, room.limits.arrivalSpreadM ?? 0);
  const foot: [number, number, number] = [place.x, place.y, place.z];
  const { yaw } = place;
  room.lanes.set(entity, createLane(entity, yaw));
  room.commands.push((codec) =>
    codec.addSpawnPlayer({ entity, leftHand, rightHand, account, foot, yaw }),
  );
  return entity;
}

/** Goes on from where the player is, if he can; else the next broadcast begins with a snapshot. */
function welcome(room: Room, session: Session, previous: Session | undefined): void {
  const { hello } = session;
  if (hello === null) throw new Error('a session arrived without a hello');
  session.state = 'live';
  // He may have begun anew, and what he was heard of before was of another clock.
  const lane = room.lanes.get(session.entity);
  if (lane !== undefined) lane.heardFrame = -1;
  session.needsSnapshot = true;
  const returns = hello.resumeFrame !== NO_RESUME_FRAME;
  const missed = returns && previous !== undefined ? takeOver(room, previous, session) : null;
  if (returns) countReturn(room, hello.resumeFrame, missed !== null);
  sendTo(
    room,
    session,
    room.codec.encodeWelcome({
      protocol: PROTOCOL_VERSION,
      coreHash: room.core.module.hash64,
      epoch: session.epoch,
      entity: session.entity,
      nextFrame: missed === null ? room.nextFrame : hello.resumeFrame,
      resumed: missed !== null,
      lease: room.lease.epoch,
    }),
  );
  for (const message of missed ?? []) sendTo(room, session, message);
}

/** The last word of a player who just left: hands open, standing still. Null when already said. */
export function restingEntry(room: Room, entity: number): Uint8Array | null {
  const lane = room.lanes.get(entity);
  if (lane === undefined || lane.resting) return null;
  lane.resting = true;
  return restEntry(lane, room.codec);
}
