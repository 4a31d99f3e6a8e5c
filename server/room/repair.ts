import type { ServerEvidence } from '../../core-wasm/host/incident-file.ts';
import type { Repair } from '../../core-wasm/host/messages.ts';
import { countBy } from '../observe/meters.ts';
import type { Session } from '../session/session.ts';
import type { Room } from './room.ts';

/**
 * What is done about a client that computed something else: the groups that differ are taken out of
 * its bubble and put in again as they are here, in the frame that is due, and the frame after it is
 * proven. Where it cannot be said what differs, or that did not help, the whole bubble comes anew.
 */

/** Frames between two proofs of a client's bubble: a second. Clients take turns by link. */
export const PROOF_INTERVAL_FRAMES = 20;
/** A client gets no more repairs of one kind than one in this time. */
export const REPAIR_INTERVAL_MS = 1000;
/** More than this share of a bubble is not worth telling apart. */
const ISLANDS_SHARE_MAX = 0.5;
/** Sealed frames that are kept for incidents. */
const FRAMES_KEPT = 64;
/** Clients whose evidence waits for the client's own half of it. */
const EVIDENCE_MAX = 32;

/** One session's repairs. */
export interface RepairDesk {
  /** The bubble as it was proven last: the first `count` ids and hashes. */
  frame: number;
  count: number;
  ids: Uint32Array;
  hashes: Uint32Array;
  /** What the client says of its own; null while it asks for nothing. */
  asked: Pick<Repair, 'frame' | 'hashes'> | null;
  /** When it last got its islands, and a snapshot, for that; −∞ before. */
  islandsMs: number;
  snapshotMs: number;
  /** The frame with which the last repair came, −1 before. The one after it is proven. */
  repairedFrame: number;
}

/** What a room keeps for incidents. */
export interface EvidenceShelf {
  /** The frames sealed last, oldest first. */
  readonly sealed: Uint8Array[];
  /** By account, oldest first. */
  readonly byAccount: Map<number, ServerEvidence>;
}

export function createEvidenceShelf(): EvidenceShelf {
  return { sealed: [], byAccount: new Map() };
}

export function keepSealed({ sealed }: EvidenceShelf, bytes: Uint8Array): void {
  if (sealed.length === FRAMES_KEPT) sealed.shift();
  sealed.push(bytes);
}

/** What the server knows of the account's last repair, once; null for nothing. */
export function takeEvidence({ byAccount }: EvidenceShelf, account: number): ServerEvidence | null {
  const evidence = byAccount.get(account) ?? null;
  byAccount.delete(account);
  return evidence;
}

function deskOf(session: Session): RepairDesk {
  session.repairs ??= {
    frame: -1,
    count: 0,
    ids: new Uint32Array(0),
    hashes: new Uint32Array(0),
    asked: null,
    islandsMs: Number.NEGATIVE_INFINITY,
    snapshotMs: Number.NEGATIVE_INFINITY,
    repairedFrame: -1,
  };
  return session.repairs;
}

/** From a socket: notes it for the next broadcast. What is asked while that waits counts only. */
export function askRepair(room: Room, session: Session, { frame, hashes }: Repair): void {
  room.meters.stateHashMismatches++;
  const desk = deskOf(session);
  // Who sends hashes plays on: what he complains of may be repaired since.
  if (hashes.length > 0 && frame <= desk.repairedFrame) return;
  desk.asked ??= { frame, hashes };
}

/** The bubble's proof when it is due, else 0n. The room's state is open. */
export function proofDue(room: Room, session: Session, frame: number): bigint {
  const { core, meters } = room;
  const isTurn = (frame + session.link.id) % PROOF_INTERVAL_FRAMES === 0;
  if (!isTurn && session.repairs?.repairedFrame !== frame - 1) return 0n;
  const ids = core.interest.members(session.observer);
  const proof = core.proofOfPart(ids);
  if (proof === null) throw new Error('a bubble names who is not there');
  const desk = deskOf(session);
  if (desk.ids.length < ids.length) desk.ids = new Uint32Array(ids.length * 2);
  desk.ids.set(ids);
  desk.hashes = core.moverHashes(ids);
  desk.count = ids.length;
  desk.frame = frame;
  meters.proofsSent++;
  return proof;
}

/**
 * Does what is due about what the client asked for, and takes down what it was decided on: has its
 * islands come again with `frame`, or the whole of its bubble. The state is open.
 */
export function repair(room: Room, session: Session, frame: number): void {
  const desk = session.repairs;
  if (desk === null || desk.asked === null) return;
  if (session.needsSnapshot) {
    desk.asked = null;
    return;
  }
  const nowMs = room.clock.nowMs();
  // Who differs just after a repair caught it from somebody else meanwhile: everything comes anew.
  const hasHelped = desk.asked.frame > desk.repairedFrame + 1;
  const mayRepair = hasHelped && nowMs - desk.islandsMs >= REPAIR_INTERVAL_MS;
  const maySend = nowMs - desk.snapshotMs >= REPAIR_INTERVAL_MS;
  if (!mayRepair && !maySend) return;
  const differing = differingIds(desk, desk.asked);
  const kind = mayRepair && giveIslands(room, session, differing) ? 'islands' : 'snapshot';
  if (kind === 'snapshot' && !maySend) return;
  if (kind === 'islands') desk.islandsMs = nowMs;
  else desk.snapshotMs = nowMs;
  session.needsSnapshot = kind === 'snapshot';
  desk.repairedFrame = frame;
  desk.asked = null;
  noteRepair(room, session, frame, kind, differing);
}

/** False when it is not known who differs, or it is not worth while. */
function giveIslands({ core }: Room, { observer }: Session, differing: readonly number[]): boolean {
  if (differing.length === 0) return false;
  const groups = core.groups();
  const members = core.interest.members(observer);
  const wrong = new Set(differing.map((id) => groups[id & 0xffff]));
  const count = members.filter((id) => wrong.has(groups[id & 0xffff])).length;
  if (count === 0 || count > members.length * ISLANDS_SHARE_MAX) return false;
  return core.interest.again(observer, differing);
}

/** Entities of the bubble that was proven last whose hashes are not the client's; none: unknown. */
function differingIds(desk: RepairDesk, { frame, hashes }: Pick<Repair, 'frame' | 'hashes'>) {
  if (frame !== desk.frame || hashes.length !== desk.count) return [];
  // The client's are in entity order, which nobody here had to be until now.
  const rows = Array.from({ length: desk.count }, (_, row) => row);
  const indexOf = (row: number): number => (desk.ids[row] as number) & 0xffff;
  rows.sort((a, b) => indexOf(a) - indexOf(b));
  return rows
    .filter((row, place) => desk.hashes[row] !== hashes[place])
    .map((row) => desk.ids[row] as number);
}

function noteRepair(
  room: Room,
  { account, observer }: Session,
  frame: number,
  kind: 'islands' | 'snapshot',
  differing: readonly number[],
): void {
  countBy(room.meters.repairsByKind, kind);
  const { byAccount, sealed } = room.evidence;
  const part = room.core.takePart(room.core.interest.members(observer));
  if (part === null) return;
  byAccount.delete(account);
  byAccount.set(account, { note: { frame, kind, differing }, part, frames: [...sealed] });
  if (byAccount.size > EVIDENCE_MAX) byAccount.delete(byAccount.keys().next().value as number);
}
