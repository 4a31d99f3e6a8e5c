import { Body } from '../../body/body';
import { EXCERPT, HEADER_BYTES, STAGING, STAGING_BYTES } from '../../layout';
import { ENTITY_CAPACITY, GRAVITY_MPS2, WATER_NONE_M } from '../../limits';
import { vec3 } from '../../math/vec3';
import { buildTerrain } from '../../terrain/heightfield';
import { listAll, openHeader, openSnapshot, orderListed, unlist } from '../../world/excerpt';
import { Header, header } from '../../world/header';
import { generationBytes, packedEnd, packedGenerations } from '../../world/packed';
import { bodyOf } from '../../world/packed-index';
import { PREFIX_BYTES, SNAPSHOT_MAGIC } from '../../world/snapshot';
import { beginDecode, beginEncode, finishDecode, finishEncode, isDecoding } from '../pack/coder';
import { WireFault } from '../reader';
import { ARRIVED_GENERATIONS, arrived, beginArrivals, settle } from './arrivals';
import { Flag, Row } from './context';
import { prepare } from './group';
import { beginHands } from './hands';
import { codedContacts, codeMembers, enrolOrdered } from './members';
import { codeFlag, codeRaw, codeWord } from './model';

/**
 * A whole snapshot, small: all its bodies as one chunk, between what is of the world and of
 * entities that are gone.
 *
 *   u8 1, header, members, generations      by the model
 *   u8 0, the snapshot                      where the model has no words for it, or too many
 */

const VERBATIM: u8 = 0;
const MODELLED: u8 = 1;

/**
 * Shrinks the snapshot of `length` bytes in STAGING, and opens it. Its length in EXCERPT, or a
 * `WireFault` below zero when it is none.
 */
export function shrinkSnapshot(length: i32): i32 {
  const fault = openSnapshot(length);
  if (fault != WireFault.NONE) return -(<i32>fault);
  const h = openHeader();
  listAll();
  const listed = orderListed();
  unlist();
  enrolOrdered(listed, false, true, false);
  prepare(h);
  beginEncode(EXCERPT + 1, length - 1);
  codeHeader(h);
  beginHands(h.tick);
  codeMembers();
  codeGenerations(h, packedGenerations(h));
  const modelled = finishEncode();
  buildTerrain(header().seed);
  store<u8>(EXCERPT, MODELLED);
  if (modelled >= 0 && codedContacts() == h.contactCount && isPaddingZero(h)) return modelled + 1;
  store<u8>(EXCERPT, VERBATIM);
  memory.copy(EXCERPT + 1, STAGING, length);
  return length + 1;
}

/** Behind the generations, up to the next sixteen bytes. */
function isPaddingZero(h: Header): bool {
  for (let at = h.entityHigh * 2; at < generationBytes(h); at += 2) {
    if (load<u16>(packedGenerations(h) + <usize>at) != 0) return false;
  }
  return true;
}

/** The header of a snapshot that arrives. */
const HEADER: usize = memory.data(HEADER_BYTES, 16);

/**
 * Lets STAGING, which holds `length` bytes of `shrinkSnapshot`, be the snapshot that they are of.
 * Its length, or a `WireFault` below zero. It is as sound as any bytes from outside.
 */
export function unshrinkSnapshot(length: i32): i32 {
  if (length < 2) return -WireFault.TRUNCATED;
  const form = load<u8>(STAGING);
  if (form == VERBATIM) {
    memory.copy(STAGING, STAGING + 1, length - 1);
    return length - 1;
  }
  if (form != MODELLED) return -WireFault.WRONG_LAYOUT;
  beginArrivals();
  const found = decodeSnapshot(length);
  buildTerrain(header().seed);
  if (found == -1) return -WireFault.TRUNCATED;
  if (found < 0) return -WireFault.OUT_OF_RANGE;
  if (found != length - 1) return -WireFault.TRAILING_BYTES;
  return putSnapshot(changetype<Header>(HEADER));
}

function decodeSnapshot(length: i32): i32 {
  const h = changetype<Header>(HEADER);
  memory.fill(HEADER, 0, HEADER_BYTES);
  beginDecode(STAGING + 1, length - 1);
  codeHeader(h);
  if (h.entityHigh < 1 || h.entityHigh > ENTITY_CAPACITY) return -2;
  prepare(h);
  beginHands(h.tick);
  const isSound = codeMembers();
  if (isSound) codeGenerations(h, ARRIVED_GENERATIONS);
  const found = finishDecode();
  return isSound || found == -1 ? found : -2;
}

function putSnapshot(h: Header): i32 {
  const into = changetype<Header>(STAGING + PREFIX_BYTES);
  store<u64>(STAGING, SNAPSHOT_MAGIC);
  store<u64>(STAGING, 0, 8);
  memory.copy(changetype<usize>(into), HEADER, HEADER_BYTES);
  memory.fill(packedGenerations(into), 0, generationBytes(into));
  memory.copy(packedGenerations(into), ARRIVED_GENERATIONS, h.entityHigh * 2);
  settle(into);
  assert(packedEnd(into) <= STAGING + STAGING_BYTES);
  return <i32>(packedEnd(into) - STAGING);
}

/** All but what the members tell. */
function codeHeader(h: Header): void {
  h.tick = codeRaw(32, h.tick);
  h.seed = codeRaw(32, h.seed);
  h.restless = u32(codeFlag(Flag.RESTLESS, h.restless != 0));
  h.entityHigh = <i32>codeWord(Row.HIGH, 1, h.entityHigh);
  const usual = vec3(0, GRAVITY_MPS2, 0);
  const isUsual = i32x4.all_true(i32x4.eq(h.gravity, usual)) && h.waterLevel == WATER_NONE_M;
  if (!codeFlag(Flag.WORLD_ODD, !isUsual)) {
    h.gravity = usual;
    h.waterLevel = WATER_NONE_M;
    return;
  }
  const gravity = changetype<usize>(h) + offsetof<Header>('gravity');
  for (let i: usize = 0; i < 16; i += 4) {
    store<u32>(gravity + i, codeRaw(32, load<u32>(gravity + i)));
  }
  h.waterLevel = reinterpret<f32>(codeRaw(32, reinterpret<u32>(h.waterLevel)));
}

/** Of those who are there it stands in their ids; the others' are rather like their neighbour's. */
function codeGenerations(h: Header, at: usize): void {
  let before: u32 = 0;
  for (let index = 0; index < h.entityHigh; index++) {
    const place = at + ((<usize>index) << 1);
    const record = isDecoding() ? arrived(index) : bodyOf(index);
    if (record != 0) before = changetype<Body>(record).id >>> 16;
    else before = codeWord(Row.UNUSED_GENERATION, before, load<u16>(place)) & 0xffff;
    store<u16>(place, <u16>before);
  }
}
