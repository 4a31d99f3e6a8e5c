import { HEADER_BYTES, STAGING } from '../../layout';
import { TICKS_PER_FRAME } from '../../limits';
import { buildTerrain } from '../../terrain/heightfield';
import {
  EXCERPT_MAGIC,
  isClosed,
  listEntities,
  openHeader,
  orderListed,
  unlist,
  wantLooks,
} from '../../world/excerpt';
import { Header, header } from '../../world/header';
import { insertExcerpt } from '../../world/insert';
import { packedEnd } from '../../world/packed';
import { PREFIX_BYTES } from '../../world/snapshot';
import { beginDecode, beginEncode, finishDecode, finishEncode } from '../pack/coder';
import { WireFault } from '../reader';
import { beginArrivals, settle } from './arrivals';
import { Tree } from './context';
import { makeTemplates } from './fixed';
import { beginHands } from './hands';
import { codeMembers, enrolOrdered } from './members';
import { codeChoice } from './model';

/**
 * A group of bodies as it enters somebody's world: what an excerpt of them holds, small. A chunk
 * tells its own end and depends on nobody else's, so that each is made once and copied to whoever
 * it enters. It means something to a world of the same tick and region, as an excerpt does, which
 * is why neither is in it.
 */

/**
 * Makes the chunk of the `count` bodies whose ids are at `ids`, in any order, out of the open
 * packed state. Its length at `to`, where there is room for `capacity` bytes, or a `WireFault`
 * below zero: OUT_OF_RANGE where there is no excerpt of them, TOO_LONG where there is no room. With
 * `told`, players' histories go along as the frame's first tick found them, whose entries must have
 * been packed. The world must be of the packed state's region, or its terrain is built twice.
 */
export function shrinkGroup(ids: usize, count: i32, to: usize, capacity: i32, told: bool): i32 {
  const isThere = listEntities(ids, count);
  const listed = isThere ? orderListed() : 0;
  const isTaken = isThere && isClosed(listed);
  unlist();
  if (!isTaken) return -WireFault.OUT_OF_RANGE;
  enrolOrdered(listed, wantLooks(listed), false, told);
  prepare(openHeader());
  beginEncode(to, capacity);
  codePhase(openHeader().tick);
  codeMembers();
  const length = finishEncode();
  buildTerrain(header().seed);
  return length < 0 ? -WireFault.TOO_LONG : length;
}

/** What is known of the state that members are of. */
export function prepare(h: Header): void {
  makeTemplates();
  buildTerrain(h.seed);
}

/** How far into a frame the state is: what arrives may be read at any time. */
function codePhase(tick: u32): void {
  beginHands(codeChoice(Tree.PHASE, 2, tick % TICKS_PER_FRAME));
}

/** Nobody has arrived: chunks may come. */
export function beginUnshrink(): void {
  beginArrivals();
  prepare(header());
}

/**
 * Takes the chunk that begins `from`, of at most `available` bytes, for this world. Its length, or
 * a `WireFault` below zero: then what arrived is void.
 */
export function unshrinkGroup(from: usize, available: i32): i32 {
  if (available < 1) return -WireFault.TRUNCATED;
  beginDecode(from, available);
  codePhase(0);
  const isSound = codeMembers();
  const length = finishDecode();
  if (length == -1) return -WireFault.TRUNCATED;
  return isSound && length > 0 ? length : -WireFault.OUT_OF_RANGE;
}

/** The excerpt of all who arrived, in STAGING; its length. */
export function finishUnshrink(): i32 {
  const into = changetype<Header>(STAGING + PREFIX_BYTES);
  store<u64>(STAGING, EXCERPT_MAGIC);
  store<u64>(STAGING, 0, 8);
  memory.copy(changetype<usize>(into), changetype<usize>(header()), HEADER_BYTES);
  into.entityHigh = 0;
  settle(into);
  return <i32>(packedEnd(into) - STAGING);
}

/** Puts all who arrived into this world, or says why not and changes nothing. */
export function insertArrivals(): WireFault {
  return insertExcerpt(finishUnshrink());
}
