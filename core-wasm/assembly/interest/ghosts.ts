import { body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import { COLUMN_XZ, GHOST_BYTES, GHOST_KEYS, GHOSTS } from '../layout';
import { GHOST_CAPACITY, GHOST_PHASES, TICKS_PER_FRAME } from '../limits';
import { FAR_BYTES, ghostBytes } from '../wire/bubble/ghost-record';
import { header } from '../world/header';
import { ghostBytesOf, isRationed } from './allowance';
import {
  columnEntry,
  columnId,
  columnOf,
  columnsEnd,
  groundPlace,
  hasColumn,
  isIntroduced,
  PHASE_COLUMNS,
  STEPS_PER_M,
  waitAddress,
} from './columns';
import { isTaken } from './entries';
import { offerKey, sortHeap } from './nearest';
import { Observer, ObserverFlag } from './observer';
import { ghostsWithin } from './settings';

/**
 * Players who are not simulated are shown where they were last told to be: ghosts. Each one gathers
 * priority with time, twice as fast for each half of the distance; a frame's bytes go to the
 * highest ones, which begin again. So everybody's turn comes, and nobody's rate needs to be chosen.
 *
 * Who has no room for his own group, a crowd in which all touch, does not simulate himself: then he
 * is his own first ghost, in every frame and whatever it takes, so that he sees where he goes.
 *
 * A frame looks at as many phases of the columns as are at most LOOK_COLUMNS together: with 128 in
 * the region each may be told of 20 times a second, with 4,096 of them 1.25 times, and no look
 * costs more.
 */

const LOOK_COLUMNS: i32 = 128;
/** Bytes before the first ghost of a frame: how many they are. */
const COUNT_BYTES: i32 = 1;
/** What tells of one at least: somebody near, with his account. */
const LEAST_BYTES: i32 = 21;

let kept: i32 = 0;
let most: i32 = 0;
let budget: i32 = 0;

/** Chooses an observer's ghosts of the frame behind those of others; where the next begin. */
export function chooseGhosts(index: i32, o: Observer, start: i32): i32 {
  o.ghostStart = start;
  o.ghostCount = 0;
  kept = 0;
  const slot = slotOf(o.entity);
  if (slot < 0) return start;
  budget = ghostBytesOf(o, LEAST_BYTES) - COUNT_BYTES;
  if ((o.flags & ObserverFlag.OVERFULL) != 0 && hasColumn(o.entity)) takeSelf(index, o);
  most = min<i32>(GHOST_CAPACITY - o.ghostCount, budget / FAR_BYTES);
  if (most <= 0) return start + o.ghostCount;
  lookAtPlayers(index, o, body(slot).position);
  sortHeap(GHOST_KEYS, kept);
  takeGhosts(index, o);
  return start + o.ghostCount;
}

function takeSelf(index: i32, o: Observer): void {
  takeGhost(o, o.entity, NEAREST_TIER);
  budget -= ghostBytes(NEAREST_TIER, !isIntroduced(index, columnOf(o.entity)));
}

function takeGhost(o: Observer, id: u32, tier: i32): void {
  const at = GHOSTS + <usize>(o.ghostStart + o.ghostCount) * GHOST_BYTES;
  store<u32>(at, id);
  store<i32>(at, tier, 4);
  o.ghostCount++;
}

/** Few reach what sufficed last time; when too few do, all are looked at. */
function lookAtPlayers(index: i32, o: Observer, from: v128): void {
  const phases = phasesOfLook();
  const frames = GHOST_PHASES / phases;
  const turn = <i32>(header().tick / TICKS_PER_FRAME);
  const first = (turn * phases) & (GHOST_PHASES - 1);
  const least = isRationed(o) ? RATIONED_WAIT : 1;
  const guess = max<i32>(least, <i32>(<f32>o.leastWait * GUESS_SHARE));
  setOut(from);
  for (let i = 0; i < phases; i++) lookAtPhase(index, o, first + i, frames, guess);
  if (kept < most && guess > least) {
    kept = 0;
    for (let i = 0; i < phases; i++) lookAtPhase(index, o, first + i, 0, least);
  }
  o.leastWait = kept < most ? 0 : leastKept();
}

/** Who is told of somebody more often than 5 times a second could as well simulate him. */
const RATIONED_WAIT: i32 = 32;
/** What of last time's least wait that was chosen it takes to be looked at closer. */
const GUESS_SHARE: f32 = 0.75;

/** A power of two, so that all phases have their turn. */
function phasesOfLook(): i32 {
  let phases = GHOST_PHASES;
  while (phases > 1 && phases * columnsOfPhase() > LOOK_COLUMNS) phases >>= 1;
  return phases;
}

function columnsOfPhase(): i32 {
  return (columnsEnd() + GHOST_PHASES - 1) / GHOST_PHASES;
}

// From where is looked, and the bounds of the tiers, eight lanes each.
const SPLATS: usize = memory.data(5 * 16, 16);

/** Squared distances lose so many bits: 1 is 4 m². */
const UNIT_BITS: i32 = 14;
const SQUARED_PER_UNIT: f32 = <f32>(1 << UNIT_BITS) / (STEPS_PER_M * STEPS_PER_M);

function setOut(from: v128): void {
  v128.store(SPLATS, i32x4.splat(<i32>groundPlace(from)));
  v128.store(SPLATS, boundOf(1), 16);
  v128.store(SPLATS, boundOf(4), 32);
  v128.store(SPLATS, boundOf(16), 48);
  v128.store(SPLATS, boundOf(64), 64);
}

/** The greatest within; what is too far for 16 bits counts for as far as they go. */
function boundOf(part: f32): v128 {
  const units = Mathf.ceil(ghostsWithin / part / SQUARED_PER_UNIT);
  return i16x8.splat(<i16>min<f32>(32767.0, units - 1.0));
}

const SQUARES: usize = memory.data(16, 16);
const NEW_WAITS: usize = memory.data(16, 16);

/**
 * Adds to the waits of a phase's columns, `frames` for the farthest, and offers those of `least` or
 * more.
 */
function lookAtPhase(index: i32, o: Observer, phase: i32, frames: i32, least: i32): void {
  const first = phase * PHASE_COLUMNS;
  const end = first + columnsOfPhase();
  const from = v128.load(SPLATS);
  const all = v128.load(SPLATS, 16);
  const half = v128.load(SPLATS, 32);
  const quarter = v128.load(SPLATS, 48);
  const eighth = v128.load(SPLATS, 64);
  const passed = i16x8.splat(<i16>frames);
  let bar = i16x8.splat(<i16>(max<i32>(1, kept == most ? leastKept() : least) - 1));
  let waitsAt = waitAddress(index, first);
  for (let place = first; place < end; place += 8, waitsAt += 16) {
    const squared = squaredFrom(COLUMN_XZ + ((<usize>place) << 2), from);
    const isNear = i16x8.le_s(squared, all);
    let weights = v128.and(isNear, passed);
    weights = i16x8.add(weights, v128.and(weights, i16x8.le_s(squared, half)));
    weights = i16x8.add(weights, v128.and(weights, i16x8.le_s(squared, quarter)));
    weights = i16x8.add(weights, v128.and(weights, i16x8.le_s(squared, eighth)));
    const waits = i16x8.add_sat_s(v128.and(v128.load(waitsAt), isNear), weights);
    v128.store(waitsAt, waits);
    let lanes = i16x8.bitmask(i16x8.gt_s(waits, bar));
    if (lanes == 0) continue;
    v128.store(SQUARES, squared);
    v128.store(NEW_WAITS, waits);
    for (; lanes != 0; lanes &= lanes - 1) offerColumn(index, o, place, ctz(lanes));
    if (kept == most) bar = i16x8.splat(<i16>(leastKept() - 1));
  }
}

/** Squares of eight distances over the ground, in units of `SQUARED_PER_UNIT`. */
function squaredFrom(at: usize, from: v128): v128 {
  const low = i16x8.sub(v128.load(at), from);
  const high = i16x8.sub(v128.load(at, 16), from);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_u(i32x4.dot_i16x8_s(low, low), UNIT_BITS),
    i32x4.shr_u(i32x4.dot_i16x8_s(high, high), UNIT_BITS),
  );
}

/** The tier of one distance: 0 for the nearest eighth of it to 3 for its outer half. */
export function ghostTier(squared: f32): i32 {
  if (squared < ghostsWithin / 64) return 0;
  if (squared < ghostsWithin / 16) return 1;
  return squared < ghostsWithin / 4 ? 2 : 3;
}

/** The shortest wait among those kept. */
function leastKept(): i32 {
  return <i32>(~load<u64>(GHOST_KEYS) >>> 48);
}

/** Those whom he simulates, and himself, are no ghosts. They are few, and here fewer. */
function offerColumn(index: i32, o: Observer, first: i32, lane: i32): void {
  const place = first + lane;
  const id = columnId(place);
  if (id == 0 || id == o.entity || isTaken(columnEntry(place))) {
    store<u16>(waitAddress(index, place), 0);
    return;
  }
  const at = (<usize>lane) << 1;
  // The longest wait first, then the nearer tier, the lower entity. The heap keeps the least.
  const key =
    ((<u64>load<u16>(NEW_WAITS + at)) << 48) |
    ((<u64>(FARTHEST_TIER - tierOf(load<i16>(SQUARES + at)))) << 32) |
    ((<u64>(0xffff - entityIndex(id))) << 16) |
    <u64>place;
  kept = offerKey(GHOST_KEYS, kept, most, ~key);
}

/** As many as the bytes carry; who is told begins to wait again, who finds no room waits on. */
function takeGhosts(index: i32, o: Observer): void {
  let left = budget;
  for (let i = 0; i < kept; i++) {
    const key = ~load<u64>(GHOST_KEYS + ((<usize>i) << 3));
    const place = <i32>(key & 0xffff);
    const tier = FARTHEST_TIER - (<i32>(key >>> 32) & 0xffff);
    const bytes = ghostBytes(tier, !isIntroduced(index, place));
    if (bytes > left) continue;
    left -= bytes;
    takeGhost(o, columnId(place), tier);
    store<u16>(waitAddress(index, place), 0);
  }
}

const NEAREST_TIER: i32 = 0;
const FARTHEST_TIER: i32 = 3;

/** As `ghostTier`, of a rounded square, as waits were gathered by. */
function tierOf(units: i32): i32 {
  if (units <= <i32>load<i16>(SPLATS, 64)) return 0;
  if (units <= <i32>load<i16>(SPLATS, 48)) return 1;
  return units <= <i32>load<i16>(SPLATS, 32) ? 2 : FARTHEST_TIER;
}
