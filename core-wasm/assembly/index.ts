/**
 * The ABI, in the order a host meets it. Only integers and floats cross; bulk goes through regions
 * whose addresses are exported. `core-wasm/host` is the one caller.
 */

import { body } from './body/body';
import { nextEntity, slotOf } from './body/body-store';
import { staticsRevision } from './broadphase/static-grid';
import { activeCount, isActive } from './island/active';
import { flattenGroups } from './island/groups';
import { beginPart, markChanged } from './island/part';
import { nextJoint } from './joint/joint-indices';
import { findJoint } from './joint/joint-store';
import { exposeJoint } from './joint/read';
import {
  ANSWERS,
  BODIES,
  BODY_BYTES,
  CONTACTS,
  EVENTS,
  EXCERPT,
  FAULT_SITE,
  FIELDS,
  FIRST_STATIC,
  FORCED,
  FRAME,
  GROUPS,
  HASHES,
  INBOX,
  INBOX_BYTES,
  ISLANDS,
  JOINT_BYTES,
  JOINTS,
  LETTER,
  LETTER_BYTES,
  LISTED,
  OLD_ISLANDS,
  OUTBOX,
  PLAYER_BYTES,
  PLAYERS,
  QUERIES,
  STAGING,
  STAGING_BYTES,
  STATE,
  TERRAIN_HEIGHTS,
} from './layout';
import {
  ENTITY_CAPACITY,
  FRAME_BYTES_MAX,
  LISTED_CAPACITY,
  QUERY_CAPACITY,
  TERRAIN_SPACING_M,
  TERRAIN_VERTICES,
} from './limits';
import { exposeBounds, exposeContacts } from './query/debug-view';
import { exposeDefinition, exposeHull, exposePieces } from './query/definition';
import { loadPoses, saveMoverPoses, saveStaticPoses } from './query/past';
import { runQueries } from './query/run';
import { forgetMovers } from './query/tables';
import { exposePlayer } from './query/view';
import { terrainHeight } from './terrain/heightfield';
import { exposeEntry, writeEntry } from './wire/entry';
import {
  acceptFrame,
  appendCommand,
  appendInput,
  beginFrame,
  checkEntry,
  checkFrame,
  entryLengthAt,
  finishFrame,
  inputsOffset,
} from './wire/frame';
import { decodeHead, encodeHead } from './wire/messages';
import { listForced, openFrame } from './wire/passages';
import { beginWrite, written } from './wire/writer';
import { eventCount } from './world/events';
import { takeFaults } from './world/fault';
import { header } from './world/header';
import { step, stepPart, stepStage } from './world/step';
import './trap';
import { takeBase } from './world/base';
import { listMovers, openOwnSnapshot, openSnapshot, openWorld, takeExcerpt } from './world/excerpt';
import { insertExcerpt } from './world/insert';
import { hashMoving, hashMovingStaged, openProofs, proofOfListed } from './world/proof';
import { removeListed } from './world/remove';
import { hashState, loadState, resetState, saveState } from './world/snapshot';

// Regions.
export const stateAddress: usize = STATE;
export const bodiesAddress: usize = BODIES;
export const bodyBytes: i32 = BODY_BYTES;
export const firstStatic: i32 = FIRST_STATIC;
export const playersAddress: usize = PLAYERS;
export const playerBytes: i32 = PLAYER_BYTES;
export const jointsAddress: usize = JOINTS;
export const jointBytes: i32 = JOINT_BYTES;
export const contactsAddress: usize = CONTACTS;
export const terrainAddress: usize = TERRAIN_HEIGHTS;
export const terrainVertices: i32 = TERRAIN_VERTICES;
export const terrainSpacing: f32 = TERRAIN_SPACING_M;
export const stagingAddress: usize = STAGING;
export const stagingBytes: i32 = STAGING_BYTES;
export const frameAddress: usize = FRAME;
export const frameBytesMax: i32 = FRAME_BYTES_MAX;
export const fieldsAddress: usize = FIELDS;
export const outboxAddress: usize = OUTBOX;
export const letterAddress: usize = LETTER;
export const inboxAddress: usize = INBOX;
export const inboxBytes: i32 = INBOX_BYTES;
export const queriesAddress: usize = QUERIES;
export const queryCapacity: i32 = QUERY_CAPACITY;
export const answersAddress: usize = ANSWERS;
export const listedAddress: usize = LISTED;
export const faultSiteAddress: usize = FAULT_SITE;

export const entityCapacity: i32 = ENTITY_CAPACITY;

export * from './interest/abi';
export * from './wire/bubble/abi';
export * from './wire/pack/abi';

// World. What writes STATE forgets what queries were built on.
export function worldReset(seed: u32): void {
  forgetMovers();
  resetState(seed);
}

export function worldStep(): i32 {
  forgetMovers();
  return step();
}

/** Runs the next call of a tick alone; its `Stage`, −1 when the tick is over. */
export function worldStage(): i32 {
  forgetMovers();
  return stepStage();
}

/** Bits of `StepFault` since they were last taken. */
export function worldFaults(): i32 {
  return takeFaults();
}

/** Movers by slot: the island of the last tick, two bytes each. */
export const islandsAddress: usize = ISLANDS;
export const oldIslandsAddress: usize = OLD_ISLANDS;

/** By entity index: the group since the frame began, two bytes each, once `groupsFlatten` ran. */
export const groupsAddress: usize = GROUPS;

export function groupsFlatten(): i32 {
  flattenGroups();
  return header().entityHigh;
}

export const eventsAddress: usize = EVENTS;

/** Events of the last tick. */
export function eventsOfTick(): i32 {
  return eventCount();
}

export const excerptAddress: usize = EXCERPT;
export const listedCapacity: i32 = LISTED_CAPACITY;

/** Checks the snapshot of `length` bytes in STAGING; excerpts come from it until the next tick. */
export function excerptOpen(length: i32): i32 {
  return length < 0 || length > STAGING_BYTES ? 5 : openSnapshot(length);
}

/** The same of a snapshot that this core made, unchecked. */
export function excerptOpenOwn(): void {
  openOwnSnapshot();
}

/** The same with the world as it is. */
export function excerptOpenWorld(): void {
  openWorld();
}

/** `count` ids in LISTED; bytes in EXCERPT, −1 refused. */
export function excerptTake(count: i32): i32 {
  return takeExcerpt(count);
}

/** Lists all movers of the open snapshot; their number. */
export function excerptMovers(): i32 {
  return listMovers();
}

/** By entity index: u64 hash of each mover of the snapshot whose proofs are open. */
export const hashesAddress: usize = HASHES;

/** Opens the proofs of the snapshot of `length` bytes in STAGING, sound or not; `WireFault`. */
export function proofOpen(length: i32): i32 {
  return length < 0 || length > STAGING_BYTES ? 5 : openProofs(length);
}

/** Of the `count` movers in LISTED; 0 when one is not there. */
export function proofOfSet(count: i32): u64 {
  return proofOfListed(count);
}

/** Hash of what moves in STATE. */
export function movingHash(): u64 {
  return hashMoving();
}

/** The same of the snapshot of `length` bytes in STAGING, sound or not; 0 when it is none. */
export function movingHashStaged(length: i32): u64 {
  return length < 0 || length > STAGING_BYTES ? 0 : hashMovingStaged(length);
}

/** The open snapshot without who moves; bytes in EXCERPT. */
export function excerptBase(): i32 {
  return takeBase();
}

export function excerptInsert(length: i32): i32 {
  forgetMovers();
  return insertExcerpt(length);
}

/** 1 when the `count` bodies in LISTED were removed. */
export function excerptRemove(count: i32): i32 {
  forgetMovers();
  return removeListed(count) ? 1 : 0;
}

export function partBegin(): void {
  beginPart();
}

export function partChanged(id: u32): void {
  markChanged(id);
}

export function partStep(length: i32): i32 {
  forgetMovers();
  return length < 0 || length > STAGING_BYTES ? -1 : stepPart(length);
}

export function computedCount(): i32 {
  return activeCount();
}

export function wasComputed(id: u32): i32 {
  const slot = slotOf(id);
  return slot >= 0 && isActive(slot) ? 1 : 0;
}

export function moverCount(): i32 {
  return header().moverCount;
}

export function isAsleep(id: u32): i32 {
  const slot = slotOf(id);
  return slot >= 0 && body(slot).asleep != 0 ? 1 : 0;
}

export function worldHash(): u64 {
  return hashState();
}

export function worldSave(): i32 {
  return saveState();
}

export function worldLoad(length: i32): i32 {
  forgetMovers();
  return length < 0 || length > STAGING_BYTES ? 5 : loadState(length);
}

// Frames.
export function frameCheck(length: i32): i32 {
  return checkFrame(length);
}

export function frameLoad(length: i32): i32 {
  return acceptFrame(length);
}

export function frameBegin(frame: u32, stateHash: u64): void {
  beginFrame(frame, stateHash);
}

export function frameCommand(kind: i32): i32 {
  return appendCommand(kind) ? 1 : 0;
}

export function frameInput(entity: u32, length: i32): i32 {
  return appendInput(entity, INBOX, length);
}

export function frameFinish(): i32 {
  return finishFrame();
}

export function frameInputsOffset(length: i32): i32 {
  return inputsOffset(length);
}

export function frameEntryLength(offset: i32, length: i32): i32 {
  return entryLengthAt(offset, length);
}

/** Notes whom the loaded frame concerns, before its first tick. */
export function frameOpen(): void {
  openFrame();
}

export const forcedAddress: usize = FORCED;

/** Entity indices, two bytes each, whose groups everybody must have in this frame; their number. */
export function frameForced(): i32 {
  return listForced();
}

// Entries and messages.
export function entryEncode(): i32 {
  beginWrite(LETTER, LETTER_BYTES);
  writeEntry();
  return written();
}

export function entryDecode(length: i32): i32 {
  const fault = checkEntry(INBOX, length);
  if (fault == 0) exposeEntry();
  return fault;
}

export {
  entersBegin,
  entersWrite,
  groupShrink,
  groupsInsert,
  groupsMeet,
  groupsUnshrink,
  metHistory,
  metPlayer,
  oddsAddress,
  oddsCount,
  snapshotShrink,
  snapshotUnshrink,
} from './wire/shrink/abi';

export function messageEncode(kind: i32): i32 {
  return encodeHead(kind);
}

export function messageDecode(length: i32): i32 {
  return decodeHead(length);
}

// Looking.
export function entitySlot(id: u32): i32 {
  return slotOf(id);
}

export function entityNext(after: u32): u32 {
  return nextEntity(after);
}

export function playerExpose(index: i32): void {
  exposePlayer(index);
}

export function jointNext(after: u32): u32 {
  return nextJoint(after);
}

/** Place of a joint in the list, −1 when there is none of that id. */
export function jointIndex(id: u32): i32 {
  return findJoint(id);
}

export function jointExpose(index: i32): void {
  exposeJoint(index);
}

export function terrainHeightAt(x: f32, z: f32): f32 {
  return terrainHeight(x, z);
}

// Queries. `past` is 1 for the tick that `pastLoad` brought.
export function queryRun(count: i32, past: i32): void {
  runQueries(count, past != 0);
}

export function queryStaticsRevision(): u32 {
  return staticsRevision();
}

export function pastSaveMovers(): i32 {
  return saveMoverPoses();
}

export function pastSaveStatics(): i32 {
  return saveStaticPoses();
}

export function pastLoad(movers: i32, statics: i32): void {
  loadPoses(movers, statics);
}

/** Exposes how bodies of a definition stand in it; 0 when there is none. */
export function definitionExpose(id: i32): i32 {
  return exposeDefinition(id) ? 1 : 0;
}

/** Exposes a hull's corners and faces; words of FIELDS, 0 when there is no such hull. */
export function definitionMesh(id: i32): i32 {
  return exposeHull(id);
}

/** Exposes a compound's pieces; their number, 0 when there is no such compound. */
export function definitionPieces(id: i32): i32 {
  return exposePieces(id);
}

export function debugContacts(): i32 {
  return exposeContacts();
}

export function debugBounds(): i32 {
  return exposeBounds();
}
