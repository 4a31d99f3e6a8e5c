import { Body, BodyKind, entityIndex, Role, Shape } from '../body/body';
import { indexSlots } from '../body/body-store';
import { invalidateStaticGrid } from '../broadphase/static-grid';
import {
  BODIES,
  BODY_SHIFT,
  CONTACT_SHIFT,
  CONTACTS,
  GENERATIONS,
  HEADER_BYTES,
  PLAYER_BYTES,
  PLAYERS,
  STAGING,
  STATE,
} from '../layout';
import { BODY_CAPACITY, CONTACT_CAPACITY, ENTITY_CAPACITY, PLAYER_CAPACITY } from '../limits';
import { hash64 } from '../math/hash';
import { Player } from '../player/player';
import { buildTerrain } from '../terrain/heightfield';
import { dropFrame } from '../wire/frame';
import { WireFault } from '../wire/reader';
import { Header, header } from './header';

/**
 * A snapshot is the used part of STATE, section after section, behind a magic number that stands
 * for the layout. The hash runs over the same bytes in place.
 */

const MAGIC: u64 = 0x3130_4554_4154_5353;
const PREFIX_BYTES: i32 = 16;

function generationBytes(h: Header): i32 {
  return (h.entityHigh * 2 + 15) & ~15;
}

function payloadBytes(h: Header): i32 {
  return (
    HEADER_BYTES +
    generationBytes(h) +
    (h.bodyCount << BODY_SHIFT) +
    h.playerCount * PLAYER_BYTES +
    (h.contactCount << CONTACT_SHIFT)
  );
}

/** Packs the state into STAGING; returns its length in bytes. */
export function saveState(): i32 {
  const h = header();
  store<u64>(STAGING, MAGIC);
  store<u64>(STAGING, 0, 8);
  let at = STAGING + PREFIX_BYTES;
  at = append(at, STATE, HEADER_BYTES);
  at = append(at, GENERATIONS, generationBytes(h));
  at = append(at, BODIES, h.bodyCount << BODY_SHIFT);
  at = append(at, PLAYERS, h.playerCount * PLAYER_BYTES);
  at = append(at, CONTACTS, h.contactCount << CONTACT_SHIFT);
  return <i32>(at - STAGING);
}

function append(at: usize, from: usize, length: i32): usize {
  memory.copy(at, from, length);
  return at + <usize>length;
}

/** Makes the snapshot of `length` bytes in STAGING the state, or says why not and changes nothing. */
export function loadState(length: i32): WireFault {
  if (length < PREFIX_BYTES + HEADER_BYTES) return WireFault.TRUNCATED;
  if (load<u64>(STAGING) != MAGIC) return WireFault.WRONG_LAYOUT;
  const h = changetype<Header>(STAGING + PREFIX_BYTES);
  if (!areCountsPossible(h)) return WireFault.OUT_OF_RANGE;
  const wanted = PREFIX_BYTES + payloadBytes(h);
  if (length < wanted) return WireFault.TRUNCATED;
  if (length > wanted) return WireFault.TRAILING_BYTES;
  if (!areRecordsSound(h)) return WireFault.OUT_OF_RANGE;
  take(h);
  return WireFault.NONE;
}

function areCountsPossible(h: Header): bool {
  return (
    h.bodyCount >= 0 &&
    h.bodyCount <= BODY_CAPACITY &&
    h.playerCount >= 0 &&
    h.playerCount <= PLAYER_CAPACITY &&
    h.contactCount >= 0 &&
    h.contactCount <= CONTACT_CAPACITY &&
    h.entityHigh >= 0 &&
    h.entityHigh <= ENTITY_CAPACITY
  );
}

/** Bodies and players ascend by index and name only what exists: what the step relies on. */
function areRecordsSound(h: Header): bool {
  const bodies = STAGING + PREFIX_BYTES + HEADER_BYTES + <usize>generationBytes(h);
  let before = 0;
  let owned = 0;
  for (let i = 0; i < h.bodyCount; i++) {
    const b = changetype<Body>(bodies + ((<usize>i) << BODY_SHIFT));
    const index = entityIndex(b.id);
    if (index <= before || index >= h.entityHigh) return false;
    if (<i32>b.kind > BodyKind.STATIC || <i32>b.shape > Shape.BOX) return false;
    if (<i32>b.role > Role.HAND_RIGHT) return false;
    if (b.role != Role.LOOSE) owned++;
    before = index;
  }
  const players = bodies + ((<usize>h.bodyCount) << BODY_SHIFT);
  before = 0;
  for (let i = 0; i < h.playerCount; i++) {
    const p = changetype<Player>(players + <usize>(i * PLAYER_BYTES));
    const index = entityIndex(p.id);
    if (index <= before) return false;
    if (!isOwned(bodies, h.bodyCount, p.id, p.id, Role.PLAYER)) return false;
    if (!isOwned(bodies, h.bodyCount, p.leftHand, p.id, Role.HAND_LEFT)) return false;
    if (!isOwned(bodies, h.bodyCount, p.rightHand, p.id, Role.HAND_RIGHT)) return false;
    before = index;
  }
  return owned == 3 * h.playerCount;
}

function isOwned(bodies: usize, count: i32, id: u32, owner: u32, role: Role): bool {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const b = changetype<Body>(bodies + ((<usize>middle) << BODY_SHIFT));
    if (entityIndex(b.id) < entityIndex(id)) low = middle + 1;
    else high = middle;
  }
  if (low == count) return false;
  const found = changetype<Body>(bodies + ((<usize>low) << BODY_SHIFT));
  return found.id == id && found.owner == owner && found.role == role;
}

/** What was used before and is free now becomes zero again. */
function take(h: Header): void {
  const old = header();
  clearTail(GENERATIONS, generationBytes(old), generationBytes(h));
  clearTail(BODIES, old.bodyCount << BODY_SHIFT, h.bodyCount << BODY_SHIFT);
  clearTail(PLAYERS, old.playerCount * PLAYER_BYTES, h.playerCount * PLAYER_BYTES);
  clearTail(CONTACTS, old.contactCount << CONTACT_SHIFT, h.contactCount << CONTACT_SHIFT);
  let at = STAGING + PREFIX_BYTES;
  at = extract(at, STATE, HEADER_BYTES);
  at = extract(at, GENERATIONS, generationBytes(h));
  at = extract(at, BODIES, h.bodyCount << BODY_SHIFT);
  at = extract(at, PLAYERS, h.playerCount * PLAYER_BYTES);
  extract(at, CONTACTS, h.contactCount << CONTACT_SHIFT);
  indexSlots();
  dropFrame();
  invalidateStaticGrid();
  buildTerrain(h.seed);
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
  hash = hash64(BODIES, h.bodyCount << BODY_SHIFT, hash);
  hash = hash64(PLAYERS, h.playerCount * PLAYER_BYTES, hash);
  return hash64(CONTACTS, h.contactCount << CONTACT_SHIFT, hash);
}

/** An empty world at tick 0. */
export function resetState(seed: u32): void {
  memory.fill(STATE, 0, usedEnd() - STATE);
  header().seed = seed;
  header().entityHigh = 1;
  indexSlots();
  dropFrame();
  invalidateStaticGrid();
  buildTerrain(seed);
}

function usedEnd(): usize {
  return CONTACTS + ((<usize>header().contactCount) << CONTACT_SHIFT);
}
