import { body, entityIndex, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { COLUMN_ENTRIES, COLUMN_IDS, COLUMN_OF, COLUMN_XZ, INTRODUCED, WAITS } from '../layout';
import { GHOST_PHASES, OBSERVER_CAPACITY, PLAYER_CAPACITY, REGION_HALF_M } from '../limits';
import { x3, z3 } from '../math/vec3';
import { Player, player } from '../player/player';
import { header } from '../world/header';
import { entryNow } from './entries';

/**
 * A player has a column as long as he is there: a place in every observer's list of waits. Columns
 * are numbered as they are opened, and each phase's lie together, so that one look is a pass over
 * a few hundred numbers, eight at a time.
 */

export const PHASE_COLUMNS: i32 = PLAYER_CAPACITY / GHOST_PHASES;
assert((GHOST_PHASES & (GHOST_PHASES - 1)) == 0);
assert((PHASE_COLUMNS & (PHASE_COLUMNS - 1)) == 0 && PHASE_COLUMNS % 8 == 0);

/** Places on the ground are kept in 1/64 m: x and z are one word, and are squared in one go. */
export const STEPS_PER_M: f32 = 64.0;
/** Two differences' squares must fit 31 bits together. */
const STEPS_MAX: f32 = STEPS_PER_M * REGION_HALF_M;
assert(STEPS_MAX * 2.0 <= 32767.0);

let columnHigh: i32 = 0;

/** Columns in use are below, over all phases. */
export function columnsEnd(): i32 {
  return columnHigh;
}

function placeOf(column: i32): i32 {
  return (column % GHOST_PHASES) * PHASE_COLUMNS + column / GHOST_PHASES;
}

/** Who has the column of a place, 0 for nobody. */
export function columnId(place: i32): u32 {
  return load<u32>(COLUMN_IDS + ((<usize>place) << 2));
}

export function columnEntry(place: i32): i32 {
  return <i32>load<u16>(COLUMN_ENTRIES + ((<usize>place) << 1));
}

function lastColumnOf(id: u32): i32 {
  return <i32>load<u16>(COLUMN_OF + ((<usize>entityIndex(id)) << 1));
}

/** Whether a mover is a player: nobody else has one. */
export function hasColumn(id: u32): bool {
  const place = lastColumnOf(id);
  return place < PLAYER_CAPACITY && columnId(place) == id;
}

/** The place of a player who is there. */
export function columnOf(id: u32): i32 {
  const place = lastColumnOf(id);
  assert(columnId(place) == id);
  return place;
}

/**
 * Where what an observer keeps of a place stands among what all keep of all: phase by phase, and
 * there one observer behind the other, for a frame looks at one phase of all of them. By observer
 * each look would begin on a page of its own, and it takes a third longer.
 */
function keptOf(index: i32, place: i32): i32 {
  const phase = place / PHASE_COLUMNS;
  return (phase * OBSERVER_CAPACITY + index) * PHASE_COLUMNS + (place & (PHASE_COLUMNS - 1));
}

export function waitAddress(index: i32, place: i32): usize {
  return WAITS + ((<usize>keptOf(index, place)) << 1);
}

function introducedAddress(index: i32, place: i32): usize {
  return INTRODUCED + <usize>(keptOf(index, place) >>> 3);
}

/** True when the observer was told whose ghost it is, since he began. */
export function isIntroduced(index: i32, place: i32): bool {
  return ((<i32>load<u8>(introducedAddress(index, place)) >>> (place & 7)) & 1) != 0;
}

export function introduce(index: i32, place: i32): void {
  const at = introducedAddress(index, place);
  const bit: u32 = 1 << (place & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}

/** Once a frame: gives columns to who came, takes those of who went, and notes where all are. */
export function buildColumns(): void {
  for (let column = 0; column < columnHigh; column++) freeGone(placeOf(column));
  while (columnHigh > 0 && columnId(placeOf(columnHigh - 1)) == 0) columnHigh--;
  let free = 0;
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    const at = COLUMN_OF + ((<usize>entityIndex(p.id)) << 1);
    let place = <i32>load<u16>(at);
    if (!hasColumn(p.id)) {
      while (columnId(placeOf(free)) != 0) free++;
      place = placeOf(free);
      openColumn(place, p.id);
      store<u16>(at, <u16>place);
      if (free >= columnHigh) columnHigh = free + 1;
    }
    notePlace(place, p);
    store<u16>(COLUMN_ENTRIES + ((<usize>place) << 1), <u16>entryNow(p.id));
  }
}

/** In a world that was restored an id may be a body's. */
function freeGone(place: i32): void {
  const id = columnId(place);
  const slot = id == 0 ? -1 : slotOf(id);
  if (slot >= 0 && body(slot).role == Role.PLAYER) return;
  store<u32>(COLUMN_IDS + ((<usize>place) << 2), 0);
}

/** Nobody has waited for him yet, nor knows him. */
function openColumn(place: i32, id: u32): void {
  store<u32>(COLUMN_IDS + ((<usize>place) << 2), id);
  const others = ~(1 << (place & 7));
  for (let index = 0; index < OBSERVER_CAPACITY; index++) {
    store<u16>(waitAddress(index, place), 0);
    const at = introducedAddress(index, place);
    store<u8>(at, <u8>(<i32>load<u8>(at) & others));
  }
}

function notePlace(place: i32, p: Player): void {
  store<u32>(COLUMN_XZ + ((<usize>place) << 2), groundPlace(body(slotOf(p.id)).position));
}

/** A place as columns hold it: x below, z above. Whoever has left the region is at its rim. */
export function groundPlace(at: v128): u32 {
  return (inSteps(x3(at)) & 0xffff) | (inSteps(z3(at)) << 16);
}

function inSteps(metres: f32): u32 {
  return <u32>(<i32>max<f32>(-STEPS_MAX, min<f32>(STEPS_MAX, metres * STEPS_PER_M)));
}

/** An observer who begins anew has waited for nobody and knows nobody. */
export function forgetColumns(index: i32): void {
  for (let place = 0; place < PLAYER_CAPACITY; place += PHASE_COLUMNS) {
    memory.fill(waitAddress(index, place), 0, PHASE_COLUMNS * 2);
    memory.fill(introducedAddress(index, place), 0, PHASE_COLUMNS / 8);
  }
}
