import { body, entityIndex } from '../body/body';
import { slotOf } from '../body/body-store';
import {
  COLUMN_HAS,
  COLUMN_IDS,
  COLUMN_OF,
  COLUMN_X,
  COLUMN_Y,
  COLUMN_Z,
  ENTRY_BITS,
  GHOST_BYTES,
  GHOST_KEYS,
  GHOSTS,
  HAS,
  MARKED,
  PHASE_BITS,
  WAITS,
} from '../layout';
import {
  GHOST_CAPACITY,
  GHOST_PHASES,
  OBSERVER_CAPACITY,
  PLAYER_CAPACITY,
  TICKS_PER_FRAME,
} from '../limits';
import { x3, y3, z3 } from '../math/vec3';
import { Player, player } from '../player/player';
import { header } from '../world/header';
import { bitBytes, entryNow, idNow } from './entries';
import { offerKey, sortHeap } from './nearest';
import { Observer, rimOf, rimWait, setRimWait } from './observer';
import { bodyCost, ghostsWithin, playerCost } from './settings';

/**
 * Who is not simulated is shown where he was last told to be: a ghost. Each one gathers priority
 * with time, twice as fast for each half of the distance; a frame's bytes go to the highest ones,
 * which begin again. So everybody's turn comes, and nobody's rate needs to be chosen.
 *
 * A player has a column as long as he is there. A frame looks at one column in GHOST_PHASES, and at
 * others for other observers; a phase's columns lie together, so that a look is one pass over a few
 * hundred numbers, eight at a time.
 */

const PHASE_COLUMNS: i32 = PLAYER_CAPACITY / GHOST_PHASES;
/** What is gathered in one frame within an eighth, a quarter, half and all of the distance. */
const WEIGHT_NEAREST: i32 = 8;
/** Marks the key of a body on the rim; below are places of columns. */
const RIM_KEY: i32 = 0x8000;
assert((GHOST_PHASES & (GHOST_PHASES - 1)) == 0 && PHASE_COLUMNS % 8 == 0);
assert(PLAYER_CAPACITY <= RIM_KEY);

let columnHigh: i32 = 0;

/** Columns of one phase lie together. */
function placeOf(column: i32): i32 {
  return (column % GHOST_PHASES) * PHASE_COLUMNS + column / GHOST_PHASES;
}

function columnId(place: i32): u32 {
  return load<u32>(COLUMN_IDS + ((<usize>place) << 2));
}

function waitAddress(index: i32, place: i32): usize {
  return WAITS + ((<usize>(index * PLAYER_CAPACITY + place)) << 1);
}

/** Once a frame: gives columns to who came, takes those of who went, and notes where all are. */
export function buildColumns(): void {
  for (let column = 0; column < columnHigh; column++) freeGone(placeOf(column));
  memory.fill(PHASE_BITS, 0, GHOST_PHASES * ENTRY_BITS);
  let free = 0;
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    const at = COLUMN_OF + ((<usize>entityIndex(p.id)) << 1);
    let place = <i32>load<u16>(at);
    if (place >= PLAYER_CAPACITY || columnId(place) != p.id) {
      while (columnId(placeOf(free)) != 0) free++;
      place = placeOf(free);
      openColumn(place, p.id);
      store<u16>(at, <u16>place);
      if (free >= columnHigh) columnHigh = free + 1;
    }
    notePlace(place, p);
    noteEntry(place, entryNow(p.id));
  }
}

function noteEntry(place: i32, entry: i32): void {
  const bits = PHASE_BITS + <usize>((place / PHASE_COLUMNS) * ENTRY_BITS);
  const at = bits + <usize>(entry >>> 3);
  const bit: u32 = 1 << (entry & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}

function freeGone(place: i32): void {
  const id = columnId(place);
  if (id == 0 || slotOf(id) >= 0) return;
  store<u32>(COLUMN_IDS + ((<usize>place) << 2), 0);
  store<f32>(COLUMN_X + ((<usize>place) << 2), f32.MAX_VALUE);
}

/** Nobody has waited for him yet. */
function openColumn(place: i32, id: u32): void {
  store<u32>(COLUMN_IDS + ((<usize>place) << 2), id);
  for (let index = 0; index < OBSERVER_CAPACITY; index++) store<u16>(waitAddress(index, place), 0);
}

function notePlace(place: i32, p: Player): void {
  const at = body(slotOf(p.id)).position;
  store<f32>(COLUMN_X + ((<usize>place) << 2), x3(at));
  store<f32>(COLUMN_Y + ((<usize>place) << 2), y3(at));
  store<f32>(COLUMN_Z + ((<usize>place) << 2), z3(at));
}

// One observer at a time.

let kept: i32 = 0;
let most: i32 = 0;

/** Chooses an observer's ghosts of the frame behind those of others; where the next begin. */
export function chooseGhosts(index: i32, o: Observer, start: i32): i32 {
  o.ghostStart = start;
  o.ghostCount = 0;
  kept = 0;
  most = min<i32>(GHOST_CAPACITY, o.budget / min<i32>(playerCost, bodyCost));
  const slot = slotOf(o.entity);
  if (slot < 0) return start;
  if (most > 0) {
    const phase = phaseOf(index);
    markMembers(phase, o);
    lookAtPlayers(index, o, phase, body(slot).position);
    unmarkMembers();
    lookAtRim(index, o);
  }
  sortHeap(GHOST_KEYS, kept);
  takeGhosts(index, o);
  return start + o.ghostCount;
}

/** The phase of an observer's look. */
function phaseOf(index: i32): i32 {
  const frame = <i32>(header().tick / TICKS_PER_FRAME);
  return (frame + index) & (GHOST_PHASES - 1);
}

let markedCount: i32 = 0;

/** Those of a phase whom he simulates, and himself, are no ghosts. */
function markMembers(phase: i32, o: Observer): void {
  const players = PHASE_BITS + <usize>(phase * ENTRY_BITS);
  markedCount = 0;
  for (let at: usize = 0; at < bitBytes(); at += 16) {
    const both = v128.and(v128.load(HAS + at), v128.load(players + at));
    if (!v128.any_true(both)) continue;
    markWord(<i32>(at << 3), i64x2.extract_lane(both, 0));
    markWord(<i32>(at << 3) + 64, i64x2.extract_lane(both, 1));
  }
  markColumn(o.entity);
}

function markWord(first: i32, word: u64): void {
  for (let bits = word; bits != 0; bits &= bits - 1) markColumn(idNow(first + <i32>ctz(bits)));
}

function markColumn(id: u32): void {
  const place = load<u16>(COLUMN_OF + ((<usize>entityIndex(id)) << 1));
  if (columnId(<i32>place) != id) return;
  store<u16>(COLUMN_HAS + ((<usize>place) << 1), 0xffff);
  store<u16>(MARKED + ((<usize>markedCount) << 1), place);
  markedCount++;
}

function unmarkMembers(): void {
  for (let i = 0; i < markedCount; i++) {
    const place = <usize>load<u16>(MARKED + ((<usize>i) << 1));
    store<u16>(COLUMN_HAS + (place << 1), 0);
  }
}

const WEIGHTS: usize = memory.data(16, 16);
const NEW_WAITS: usize = memory.data(16, 16);

/** What of last time's least wait that was chosen it takes to be looked at closer. */
const GUESS_SHARE: f32 = 0.75;

/** Few reach what sufficed last time; when too few do, all are looked at. */
function lookAtPlayers(index: i32, o: Observer, phase: i32, from: v128): void {
  const guess = <i32>(<f32>o.leastWait * GUESS_SHARE);
  lookAtColumns(index, phase, from, GHOST_PHASES, guess);
  if (kept < most && guess > 1) {
    kept = 0;
    lookAtColumns(index, phase, from, 0, 1);
  }
  o.leastWait = kept < most ? 0 : leastKept();
}

/** Adds to the waits of a phase's columns `frames` of time, and offers those of `least` or more. */
function lookAtColumns(index: i32, phase: i32, from: v128, frames: i32, least: i32): void {
  const first = phase * PHASE_COLUMNS;
  const end = first + (columnHigh + GHOST_PHASES - 1) / GHOST_PHASES;
  const x = f32x4.splat(x3(from));
  const y = f32x4.splat(y3(from));
  const z = f32x4.splat(z3(from));
  let bar = i16x8.splat(<i16>max<i32>(1, least));
  for (let place = first; place < end; place += 8) {
    const low = squaredFrom(place, x, y, z);
    const high = squaredFrom(place + 4, x, y, z);
    const has = v128.load(COLUMN_HAS + ((<usize>place) << 1));
    const ghosts = v128.andnot(closer(low, high, ghostsWithin), has);
    const weights = v128.and(weightsOf(low, high), ghosts);
    const before = v128.and(v128.load(waitAddress(index, place)), ghosts);
    const waits = i16x8.add_sat_u(before, i16x8.mul(weights, i16x8.splat(<i16>frames)));
    v128.store(waitAddress(index, place), waits);
    let lanes = i16x8.bitmask(i16x8.ge_u(waits, bar));
    if (lanes == 0) continue;
    v128.store(WEIGHTS, weights);
    v128.store(NEW_WAITS, waits);
    for (; lanes != 0; lanes &= lanes - 1) offerColumn(place, ctz(lanes));
    if (kept == most) bar = i16x8.splat(<i16>leastKept());
  }
}

function squaredFrom(place: i32, x: v128, y: v128, z: v128): v128 {
  const at = (<usize>place) << 2;
  const dx = f32x4.sub(v128.load(COLUMN_X + at), x);
  const dy = f32x4.sub(v128.load(COLUMN_Y + at), y);
  const dz = f32x4.sub(v128.load(COLUMN_Z + at), z);
  return f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
}

/** Eight masks of 16 bits. */
function closer(low: v128, high: v128, bound: f32): v128 {
  const limit = f32x4.splat(bound);
  return i16x8.narrow_i32x4_s(f32x4.lt(low, limit), f32x4.lt(high, limit));
}

/** 1, and twice as much for each half of the distance. */
function weightsOf(low: v128, high: v128): v128 {
  const one = v128.and(closer(low, high, ghostsWithin / 4), i16x8.splat(1));
  const two = v128.and(closer(low, high, ghostsWithin / 16), i16x8.splat(2));
  const four = v128.and(closer(low, high, ghostsWithin / 64), i16x8.splat(4));
  return i16x8.add(i16x8.add(i16x8.splat(1), one), i16x8.add(two, four));
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

function offerColumn(place: i32, lane: i32): void {
  const id = columnId(place + lane);
  if (id == 0) return;
  const at = (<usize>lane) << 1;
  offerGhost(<i32>load<u16>(NEW_WAITS + at), <i32>load<u16>(WEIGHTS + at), id, place + lane);
}

/** The longest wait first, then the nearer tier, the lower entity. The heap keeps the least. */
function offerGhost(wait: i32, weight: i32, id: u32, place: i32): void {
  const key =
    ((<u64>wait) << 48) |
    ((<u64>weight) << 32) |
    ((<u64>(0xffff - entityIndex(id))) << 16) |
    <u64>place;
  kept = offerKey(GHOST_KEYS, kept, most, ~key);
}

function lookAtRim(index: i32, o: Observer): void {
  for (let i = 0; i < o.rimCount; i++) {
    const rim = rimOf(index, i);
    const weight = WEIGHT_NEAREST >> rim.tier;
    setRimWait(index, i, min<i32>(0xffff, rimWait(index, i) + weight));
    offerGhost(rimWait(index, i), weight, rim.id, RIM_KEY | i);
  }
}

/** As many as the bytes carry; who is told begins to wait again. */
function takeGhosts(index: i32, o: Observer): void {
  let left = o.budget;
  for (let i = 0; i < kept; i++) {
    const key = ~load<u64>(GHOST_KEYS + ((<usize>i) << 3));
    const place = <i32>(key & 0xffff);
    left -= place < RIM_KEY ? playerCost : bodyCost;
    if (left < 0) return;
    const at = GHOSTS + <usize>(o.ghostStart + o.ghostCount) * GHOST_BYTES;
    store<u32>(at, place < RIM_KEY ? columnId(place) : rimOf(index, place - RIM_KEY).id);
    store<i32>(at, tierOf(<i32>(key >>> 32) & 0xffff), 4);
    o.ghostCount++;
    if (place < RIM_KEY) store<u16>(waitAddress(index, place), 0);
    else setRimWait(index, place - RIM_KEY, 0);
  }
}

function tierOf(weight: i32): i32 {
  return clz(weight) - clz(WEIGHT_NEAREST);
}

/** An observer who begins anew has waited for nobody. */
export function forgetWaits(index: i32): void {
  memory.fill(waitAddress(index, 0), 0, PLAYER_CAPACITY * 2);
}
