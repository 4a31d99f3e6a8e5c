import { indexSlots } from '../body/body-store';
import { invalidateStaticGrid } from '../broadphase/static-grid';
import {
  BODIES,
  BODY_BYTES,
  CONTACT_SHIFT,
  CONTACTS,
  DEFINITION_BYTES,
  DEFINITIONS,
  FIRST_STATIC,
  GENERATIONS,
  HEADER_BYTES,
  JOINT_BYTES,
  JOINTS,
  PLAYER_BYTES,
  PLAYERS,
  STAGING,
  STATE,
} from '../layout';
import { GRAVITY_MPS2, WATER_NONE_M } from '../limits';
import { hash64 } from '../math/hash';
import { vec3 } from '../math/vec3';
import { resetDefinitions, takeDefinitions } from '../shape/definition';
import { buildTerrain } from '../terrain/heightfield';
import { dropFrame } from '../wire/frame';
import { WireFault } from '../wire/reader';
import { Header, header } from './header';
import { generationBytes, packedDefinitions, packedEnd } from './packed';
import { areCountsPossible, isSound } from './soundness';
import { dropTick } from './stage';

/**
 * A snapshot is the used part of STATE, section after section, behind a magic number that stands
 * for the layout. The hash runs over the same bytes in place.
 */

export const SNAPSHOT_MAGIC: u64 = 0x3530_4554_4154_5353;
export const PREFIX_BYTES: i32 = 16;
export const STATICS: usize = BODIES + FIRST_STATIC * BODY_BYTES;

/** Packs the state into STAGING; returns its length in bytes. */
export function saveState(): i32 {
  const h = header();
  store<u64>(STAGING, SNAPSHOT_MAGIC);
  store<u64>(STAGING, 0, 8);
  let at = STAGING + PREFIX_BYTES;
  at = append(at, STATE, HEADER_BYTES);
  at = append(at, GENERATIONS, generationBytes(h));
  at = append(at, DEFINITIONS, h.definitionCount * DEFINITION_BYTES);
  at = append(at, BODIES, h.moverCount * BODY_BYTES);
  at = append(at, STATICS, h.staticCount * BODY_BYTES);
  at = append(at, PLAYERS, h.playerCount * PLAYER_BYTES);
  at = append(at, JOINTS, h.jointCount * JOINT_BYTES);
  at = append(at, CONTACTS, h.contactCount << CONTACT_SHIFT);
  return <i32>(at - STAGING);
}

function append(at: usize, from: usize, length: i32): usize {
  memory.copy(at, from, length);
  return at + <usize>length;
}

/** Whether the `length` bytes in STAGING have the form of a state: sections that can be walked. */
export function checkForm(length: i32): WireFault {
  if (length < PREFIX_BYTES + HEADER_BYTES) return WireFault.TRUNCATED;
  if (load<u64>(STAGING) != SNAPSHOT_MAGIC || load<u64>(STAGING, 8) != 0) {
    return WireFault.WRONG_LAYOUT;
  }
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  if (!areCountsPossible(h)) return WireFault.OUT_OF_RANGE;
  const wanted = <i32>(packedEnd(h) - STAGING);
  if (length < wanted) return WireFault.TRUNCATED;
  return length > wanted ? WireFault.TRAILING_BYTES : WireFault.NONE;
}

/** Whether the `length` bytes in STAGING are a state that the step can go on from. */
export function checkState(length: i32): WireFault {
  const fault = checkForm(length);
  if (fault != WireFault.NONE) return fault;
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  return isSound(h) ? WireFault.NONE : WireFault.OUT_OF_RANGE;
}

/** Makes the `length` bytes in STAGING the state, or says why not and changes nothing. */
export function loadState(length: i32): WireFault {
  const fault = checkState(length);
  if (fault == WireFault.NONE) take(changetype<Header>(STAGING + PREFIX_BYTES));
  return fault;
}

/** What was used before and is free now becomes zero again. */
function take(h: Header): void {
  const old = header();
  clearTail(GENERATIONS, generationBytes(old), generationBytes(h));
  clearTail(BODIES, old.moverCount * BODY_BYTES, h.moverCount * BODY_BYTES);
  if (old.staticCount != h.staticCount) invalidateStaticGrid();
  clearTail(STATICS, old.staticCount * BODY_BYTES, h.staticCount * BODY_BYTES);
  clearTail(PLAYERS, old.playerCount * PLAYER_BYTES, h.playerCount * PLAYER_BYTES);
  clearTail(JOINTS, old.jointCount * JOINT_BYTES, h.jointCount * JOINT_BYTES);
  clearTail(CONTACTS, old.contactCount << CONTACT_SHIFT, h.contactCount << CONTACT_SHIFT);
  takeDefinitions(packedDefinitions(h), h.definitionCount);
  let at = STAGING + PREFIX_BYTES;
  at = extract(at, STATE, HEADER_BYTES);
  at = extract(at, GENERATIONS, generationBytes(h));
  at += <usize>h.definitionCount * DEFINITION_BYTES;
  at = extract(at, BODIES, h.moverCount * BODY_BYTES);
  at = extractStatics(at, h.staticCount * BODY_BYTES);
  at = extract(at, PLAYERS, h.playerCount * PLAYER_BYTES);
  at = extract(at, JOINTS, h.jointCount * JOINT_BYTES);
  extract(at, CONTACTS, h.contactCount << CONTACT_SHIFT);
  indexSlots();
  dropFrame();
  dropTick();
  buildTerrain(h.seed);
}

/** A rollback brings the same statics back: then the grid over them stays. */
function extractStatics(at: usize, length: i32): usize {
  if (memory.compare(STATICS, at, length) == 0) return at + <usize>length;
  invalidateStaticGrid();
  return extract(at, STATICS, length);
}

function clearTail(start: usize, before: i32, after: i32): void {
  if (after < before) memory.fill(start + <usize>after, 0, before - after);
}

function extract(at: usize, to: usize, length: i32): usize {
  memory.copy(to, at, length);
  return at + <usize>length;
}

/** Hash of the used part of STATE. Equal worlds have equal hashes however they came about. */
export function hashState(): u64 {
  const h = header();
  let hash = hash64(STATE, HEADER_BYTES, 0);
  hash = hash64(GENERATIONS, generationBytes(h), hash);
  hash = hash64(DEFINITIONS, h.definitionCount * DEFINITION_BYTES, hash);
  hash = hash64(BODIES, h.moverCount * BODY_BYTES, hash);
  hash = hash64(STATICS, h.staticCount * BODY_BYTES, hash);
  hash = hash64(PLAYERS, h.playerCount * PLAYER_BYTES, hash);
  hash = hash64(JOINTS, h.jointCount * JOINT_BYTES, hash);
  return hash64(CONTACTS, h.contactCount << CONTACT_SHIFT, hash);
}

/** An empty world at tick 0. */
export function resetState(seed: u32): void {
  memory.fill(STATE, 0, usedEnd() - STATE);
  header().seed = seed;
  header().entityHigh = 1;
  header().gravity = vec3(0, GRAVITY_MPS2, 0);
  header().waterLevel = WATER_NONE_M;
  indexSlots();
  resetDefinitions();
  dropFrame();
  dropTick();
  invalidateStaticGrid();
  buildTerrain(seed);
}

function usedEnd(): usize {
  return CONTACTS + ((<usize>header().contactCount) << CONTACT_SHIFT);
}
