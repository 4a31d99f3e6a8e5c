import { HAD, HAS, PLAYER_BITS } from '../layout';
import { MEMBER_CAPACITY } from '../limits';
import { beginWeighing, weighEnter } from '../wire/shrink/enters';
import {
  bitBytes,
  groupEntry,
  groupOfEntry,
  groupSpan,
  groupStart,
  idBefore,
  isTaken,
} from './entries';

/** The groups that one observer gets, one after the other: each whole or not at all. */

let taken: i32 = 0;
let room: i32 = 0;
/** Among the taken: players, and movers whom he did not have. */
let players: i32 = 0;
let newcomers: i32 = 0;

// The group that was weighed last.
let weighedPlayers: i32 = 0;
let weighedNew: i32 = 0;
let weighedSize: i32 = 0;

export function beginTaking(): void {
  memory.fill(HAS, 0, bitBytes());
  taken = 0;
  players = 0;
  newcomers = 0;
  room = MEMBER_CAPACITY;
}

/** From here on there is room for so many more. */
export function limitTaking(movers: i32): void {
  room = min<i32>(MEMBER_CAPACITY, taken + movers);
}

export function takenPlayers(): i32 {
  return players;
}

export function takenNew(): i32 {
  return newcomers;
}

/** False when the group finds no room. */
export function takeGroupOf(entry: i32): bool {
  if (isTaken(entry)) return true;
  weighGroupOf(entry);
  return takeWeighed(entry);
}

/** Counts who of the group is a player, and whom he did not have. */
export function weighGroupOf(entry: i32): void {
  const group = groupOfEntry(entry);
  const span = groupSpan(group);
  const base = <usize>span.base;
  weighedSize = span.size;
  if (span.mask == 0) {
    weighWide(group);
    return;
  }
  weighedPlayers = <i32>popcnt<u64>(span.mask & load<u64>(PLAYER_BITS + base));
  weighedNew = <i32>popcnt<u64>(span.mask & ~load<u64>(HAD + base));
}

function weighWide(group: i32): void {
  weighedPlayers = 0;
  weighedNew = 0;
  for (let place = groupStart(group); place < groupStart(group + 1); place++) {
    const entry = groupEntry(place);
    weighedPlayers += bitOf(PLAYER_BITS, entry);
    weighedNew += 1 - bitOf(HAD, entry);
  }
}

function bitOf(bits: usize, entry: i32): i32 {
  return (<i32>load<u8>(bits + <usize>(entry >>> 3)) >>> (entry & 7)) & 1;
}

/** What it takes to have those enter who are new in the group just weighed, of this entry. */
export function enterBytesOfWeighed(entry: i32): i32 {
  if (weighedNew == 0) return 0;
  const group = groupOfEntry(entry);
  let bytes = 0;
  beginWeighing();
  for (let place = groupStart(group); place < groupStart(group + 1); place++) {
    const mate = groupEntry(place);
    if (bitOf(HAD, mate) == 0) bytes += enterBytesOf(mate);
  }
  return bytes;
}

/** The same of all that was taken so far. */
export function enterBytesOfTaken(): i32 {
  if (newcomers == 0) return 0;
  let bytes = 0;
  beginWeighing();
  for (let at: usize = 0; at < bitBytes(); at += 8) {
    for (let bits = load<u64>(HAS + at) & ~load<u64>(HAD + at); bits != 0; bits &= bits - 1) {
      bytes += enterBytesOf(<i32>(at << 3) + <i32>ctz(bits));
    }
  }
  return bytes;
}

/** Who comes with the frame's commands takes next to nothing. */
function enterBytesOf(entry: i32): i32 {
  const id = idBefore(entry);
  return id == 0 ? 0 : weighEnter(id);
}

export function playersOfWeighed(): i32 {
  return weighedPlayers;
}

export function newOfWeighed(): i32 {
  return weighedNew;
}

export function keptOfWeighed(): i32 {
  return weighedSize - weighedNew;
}

/** Takes the group that was just weighed, of this entry; false when it finds no room. */
export function takeWeighed(entry: i32): bool {
  if (taken + weighedSize > room) return false;
  taken += weighedSize;
  players += weighedPlayers;
  newcomers += weighedNew;
  const group = groupOfEntry(entry);
  const span = groupSpan(group);
  if (span.mask != 0) {
    const at = HAS + <usize>span.base;
    store<u64>(at, load<u64>(at) | span.mask);
    return true;
  }
  for (let place = groupStart(group); place < groupStart(group + 1); place++) {
    setBit(HAS, groupEntry(place));
  }
  return true;
}

export function setBit(bits: usize, entry: i32): void {
  const at = bits + <usize>(entry >>> 3);
  const bit: u32 = 1 << (entry & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}
