import { body, entityIndex, Role } from '../body/body';
import { beganCount, beganId, groupOf } from '../island/groups';
import {
  ENTRY_BEGAN,
  ENTRY_CAPACITY,
  ENTRY_GROUP,
  ENTRY_NOW,
  ENTRY_OF,
  GROUP_ENTRIES,
  GROUP_OF_ROOT,
  GROUP_SPAN_BYTES,
  GROUP_SPANS,
  GROUP_STARTS,
  HAD,
  HAS,
  OLD_ENTRIES,
  OLD_GROUPS,
  OLD_IDS,
  OLD_STARTS,
  PLAYER_BITS,
  REGROUPED,
} from '../layout';
import { ENTITY_CAPACITY, MOVER_CAPACITY } from '../limits';
import { header } from '../world/header';

/**
 * The movers of the frame that was just stepped, by entity index: those that were there at its
 * first tick, which is when an observer takes them in, and those that came or became movable since.
 * Whoever simulates a group must have had all of it at the first tick, also what has gone by now.
 */

const NONE: i32 = 0xffff;
assert(ENTRY_CAPACITY < NONE && ENTRY_CAPACITY == 2 * MOVER_CAPACITY);

/**
 * A group's entries as one word of the bits that begin with byte `base`: a player and his hands are
 * mostly three neighbours. The mask is 0 for a group that is spread wider than a word.
 */
@unmanaged
@final
export class GroupSpan {
  mask: u64;
  base: u32;
  size: i32;
}

assert(offsetof<GroupSpan>() == GROUP_SPAN_BYTES);

let count: i32 = 0;
let groupCount: i32 = 0;
let oldCount: i32 = 0;
let isSame: bool = false;

export function entryCount(): i32 {
  return count;
}

/** Bytes of one bit an entry, whole vectors. */
export function bitBytes(): usize {
  return (<usize>((count + 127) >> 7)) << 4;
}

/** Id at the frame's first tick, 0 when it was not there or did not move. */
export function idBefore(entry: i32): u32 {
  return load<u32>(ENTRY_BEGAN + ((<usize>entry) << 2));
}

/** Id after the frame, 0 when it is gone or moves no more. */
export function idNow(entry: i32): u32 {
  return load<u32>(ENTRY_NOW + ((<usize>entry) << 2));
}

/** Entry of an entity index, −1 when no mover of the frame has it. */
export function entryAt(index: i32): i32 {
  const entry = <i32>load<u16>(ENTRY_OF + ((<usize>index) << 1));
  return entry == NONE ? -1 : entry;
}

/** Entry of a mover that was there at the first tick, −1 when it was not. */
export function entryBefore(id: u32): i32 {
  const entry = entityIndex(id) < ENTITY_CAPACITY ? entryAt(entityIndex(id)) : -1;
  return entry >= 0 && idBefore(entry) == id ? entry : -1;
}

/** Entry of a mover that is there now, −1 when it is not. */
export function entryNow(id: u32): i32 {
  const entry = entityIndex(id) < ENTITY_CAPACITY ? entryAt(entityIndex(id)) : -1;
  return entry >= 0 && idNow(entry) == id ? entry : -1;
}

/** True when the observer whose turn it is has the entry. */
export function isTaken(entry: i32): bool {
  return ((<i32>load<u8>(HAS + <usize>(entry >>> 3)) >>> (entry & 7)) & 1) != 0;
}

/**
 * True when he had it at the first tick: then it is not to be given again. Who was put in or taken
 * out between frames is not among those.
 */
export function isHad(entry: i32): bool {
  return ((<i32>load<u8>(HAD + <usize>(entry >>> 3)) >>> (entry & 7)) & 1) != 0;
}

/** Id of a mover by its entry of the call before. */
export function oldId(entry: i32): u32 {
  return load<u32>(OLD_IDS + ((<usize>entry) << 2));
}

/** What that entry is now, −1 when the mover was not there at the first tick. */
export function entryOfOld(entry: i32): i32 {
  const now = <i32>load<u16>(OLD_ENTRIES + ((<usize>entry) << 1));
  return now == NONE ? -1 : now;
}

/** True when nobody came or went since the call before: an entry is who it was. */
export function areEntriesSame(): bool {
  return isSame;
}

export function groupSpan(group: i32): GroupSpan {
  return changetype<GroupSpan>(GROUP_SPANS + <usize>group * GROUP_SPAN_BYTES);
}

export function groupOfEntry(entry: i32): i32 {
  return <i32>load<u16>(ENTRY_GROUP + ((<usize>entry) << 1));
}

/** Place in the list of `groupEntry`; one behind a group's last is the next one's. */
export function groupStart(group: i32): i32 {
  return <i32>load<u16>(GROUP_STARTS + ((<usize>group) << 1));
}

export function groupEntry(place: i32): i32 {
  return <i32>load<u16>(GROUP_ENTRIES + ((<usize>place) << 1));
}

/** Once a frame: merges who was there with who is, and lists the entries of each group. */
export function buildEntries(): void {
  memory.fill(ENTRY_OF, 0xff, ENTITY_CAPACITY * 2);
  memory.fill(GROUP_OF_ROOT, 0xff, ENTITY_CAPACITY * 2);
  memory.copy(OLD_IDS, ENTRY_NOW, (<usize>count) << 2);
  memory.copy(OLD_GROUPS, ENTRY_GROUP, (<usize>count) << 1);
  memory.copy(OLD_STARTS, GROUP_STARTS, (<usize>(groupCount + 1)) << 1);
  oldCount = count;
  count = 0;
  groupCount = 0;
  const movers = header().moverCount;
  memory.fill(PLAYER_BITS, 0, (<usize>(movers + beganCount() + 127) >> 7) << 4);
  let place = 0;
  let slot = 0;
  while (place < beganCount() || slot < movers) {
    const before = place < beganCount() ? entityIndex(beganId(place)) : ENTITY_CAPACITY;
    const now = slot < movers ? entityIndex(body(slot).id) : ENTITY_CAPACITY;
    const index = min<i32>(before, now);
    const began: u32 = before == index ? beganId(place++) : 0;
    const is: u32 = now == index ? body(slot).id : 0;
    if (now == index && body(slot++).role == Role.PLAYER) notePlayer(count);
    putEntry(index, began, is);
  }
  listGroups();
  for (let group = 0; group < groupCount; group++) measureSpan(group);
  matchOld();
  if (isSame) noteRegrouped();
}

/** Whose group lost or won somebody since the call before; of the same entries. */
function noteRegrouped(): void {
  for (let group = 0; group < groupCount; group++) {
    const regrouped = u8(!isSameGroup(group));
    const end = groupStart(group + 1);
    for (let place = groupStart(group); place < end; place++) {
      store<u8>(REGROUPED + <usize>groupEntry(place), regrouped);
    }
  }
}

function isSameGroup(group: i32): bool {
  const first = groupStart(group);
  const end = groupStart(group + 1);
  const old = oldGroup(groupEntry(first));
  const oldSize = <i32>load<u16>(OLD_STARTS + ((<usize>old) << 1), 2) - oldStart(old);
  if (oldSize != end - first) return false;
  for (let place = first + 1; place < end; place++) {
    if (oldGroup(groupEntry(place)) != old) return false;
  }
  return true;
}

function oldGroup(entry: i32): i32 {
  return <i32>load<u16>(OLD_GROUPS + ((<usize>entry) << 1));
}

function oldStart(group: i32): i32 {
  return <i32>load<u16>(OLD_STARTS + ((<usize>group) << 1));
}

/** Whether the group is another than in the call before, of which all entries are the same. */
export function isRegrouped(entry: i32): bool {
  return load<u8>(REGROUPED + <usize>entry) != 0;
}

function notePlayer(entry: i32): void {
  const at = PLAYER_BITS + <usize>(entry >>> 3);
  const bit: u32 = 1 << (entry & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}

function putEntry(index: i32, began: u32, is: u32): void {
  store<u32>(ENTRY_BEGAN + ((<usize>count) << 2), began);
  store<u32>(ENTRY_NOW + ((<usize>count) << 2), is);
  store<u16>(ENTRY_OF + ((<usize>index) << 1), <u16>count);
  store<u16>(ENTRY_GROUP + ((<usize>count) << 1), <u16>numberOf(groupOf(index)));
  count++;
}

/** Groups are numbered in the order of their first entries. */
function numberOf(root: i32): i32 {
  const at = GROUP_OF_ROOT + ((<usize>root) << 1);
  const known = <i32>load<u16>(at);
  if (known != NONE) return known;
  store<u16>(at, <u16>groupCount);
  return groupCount++;
}

/** A counting sort; filled from the back, a group's entries ascend. */
function listGroups(): void {
  memory.fill(GROUP_STARTS, 0, (<usize>(groupCount + 1)) << 1);
  for (let entry = 0; entry < count; entry++) {
    const at = GROUP_STARTS + ((<usize>groupOfEntry(entry)) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
  let sum: u16 = 0;
  for (let group = 0; group <= groupCount; group++) {
    const at = GROUP_STARTS + ((<usize>group) << 1);
    sum += load<u16>(at);
    store<u16>(at, sum);
  }
  for (let entry = count - 1; entry >= 0; entry--) {
    const at = GROUP_STARTS + ((<usize>groupOfEntry(entry)) << 1);
    const place = load<u16>(at) - 1;
    store<u16>(at, place);
    store<u16>(GROUP_ENTRIES + ((<usize>place) << 1), <u16>entry);
  }
}

function measureSpan(group: i32): void {
  const span = groupSpan(group);
  const first = groupStart(group);
  const end = groupStart(group + 1);
  span.base = <u32>(groupEntry(first) >>> 3);
  span.size = end - first;
  span.mask = 0;
  if (groupEntry(end - 1) - <i32>(span.base << 3) >= 64) return;
  for (let place = first; place < end; place++) {
    const bit: u64 = groupEntry(place) - <i32>(span.base << 3);
    span.mask |= (<u64>1) << bit;
  }
}

function matchOld(): void {
  isSame = oldCount == count;
  for (let old = 0; old < oldCount; old++) {
    const id = oldId(old);
    const entry = id == 0 ? -1 : entryBefore(id);
    store<u16>(OLD_ENTRIES + ((<usize>old) << 1), <u16>entry);
    if (entry != old || idNow(entry) != id) isSame = false;
  }
}
