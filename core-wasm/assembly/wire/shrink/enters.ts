import { Body, entityIndex } from '../../body/body';
import { BODY_BYTES, EXCERPT, POINT_BYTES, POINTS, STATE_BYTES } from '../../layout';
import { ENTITY_CAPACITY, MOVER_CAPACITY, POINT_CAPACITY } from '../../limits';
import { openHeader } from '../../world/excerpt';
import { packedBodies } from '../../world/packed';
import { bodyOf, firstTie, INDEX_END, isMover, nextTie, tiedTo } from '../../world/packed-index';
import { WireFault } from '../reader';
import { shrinkGroup } from './group';

/**
 * Who enters whose world in a frame, each chunk made once. What is cached is not a frame's group
 * but whoever hangs together at its first tick: somebody may have one half of a group that only met
 * during the frame, and be given the other half; but nobody ever has a part of what hung together
 * before.
 */

/**
 * By index of a mover: the lowest of those that it hangs together with; then the next of them. Of
 * whoever is no mover they say what they said of an earlier world.
 */
const ROOTS: usize = INDEX_END;
const NEXT: usize = ROOTS + ENTITY_CAPACITY * 2;
/** By root: how many they are, where their chunk is, its length or 0, the last call that had it. */
const SIZES: usize = NEXT + ENTITY_CAPACITY * 2;
const STARTS: usize = SIZES + ENTITY_CAPACITY * 4;
const LENGTHS: usize = STARTS + ENTITY_CAPACITY * 4;
const CALLS: usize = LENGTHS + ENTITY_CAPACITY * 4;
const IDS: usize = CALLS + ENTITY_CAPACITY * 4;
assert(IDS + MOVER_CAPACITY * 4 <= POINTS + POINT_CAPACITY * POINT_BYTES);

/** Bytes of chunks that were made, in the room of excerpts. */
let used: i32 = 0;
let call: u32 = 0;

function parent(index: i32): i32 {
  return <i32>load<u16>(ROOTS + ((<usize>index) << 1));
}

function rootOf(index: i32): i32 {
  let root = index;
  while (parent(root) != root) {
    setRoot(root, parent(parent(root)));
    root = parent(root);
  }
  return root;
}

function setRoot(index: i32, root: i32): void {
  store<u16>(ROOTS + ((<usize>index) << 1), <u16>root);
}

/** Before the first chunk of a frame whose first tick is the open packed state. */
export function beginEnters(): void {
  used = 0;
  call = 0;
  memory.fill(SIZES, 0, IDS - SIZES);
  const first = packedBodies(openHeader());
  const count = openHeader().moverCount;
  for (let i = 0; i < count; i++) setRoot(indexAt(first, i), indexAt(first, i));
  for (let i = 0; i < count; i++) uniteTied(indexAt(first, i));
  for (let i = count - 1; i >= 0; i--) {
    const index = indexAt(first, i);
    const root = rootOf(index);
    setRoot(index, root);
    const size = SIZES + ((<usize>root) << 2);
    const start = STARTS + ((<usize>root) << 2);
    store<u16>(NEXT + ((<usize>index) << 1), <u16>load<u32>(start));
    store<u32>(start, index);
    store<u32>(size, load<u32>(size) + 1);
  }
}

function indexAt(first: usize, place: i32): i32 {
  return entityIndex(changetype<Body>(first + <usize>place * BODY_BYTES).id);
}

function uniteTied(index: i32): void {
  for (let tie = firstTie(index); tie >= 0; tie = nextTie(tie)) {
    const a = rootOf(index);
    const b = rootOf(tiedTo(tie));
    if (a != b) setRoot(max(a, b), min(a, b));
  }
}

/**
 * Copies the chunks of the `count` movers whose ids are at `ids` to `to`, with players' histories,
 * where there is room for `capacity` bytes. Their length together, or a `WireFault` below zero:
 * OUT_OF_RANGE when somebody is no mover there or one who hangs together with them is missing,
 * TOO_LONG when there is no room.
 */
export function writeEnters(ids: usize, count: i32, to: usize, capacity: i32): i32 {
  call++;
  let length = 0;
  let covered = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(ids + ((<usize>i) << 2));
    if (!isMover(id)) return -WireFault.OUT_OF_RANGE;
    const root = <usize>load<u16>(ROOTS + ((<usize>entityIndex(id)) << 1));
    if (load<u32>(CALLS + (root << 2)) == call) continue;
    store<u32>(CALLS + (root << 2), call);
    covered += load<i32>(SIZES + (root << 2));
    const made = chunkLength(<i32>root);
    if (made < 0) return made;
    if (made > capacity - length) return -WireFault.TOO_LONG;
    memory.copy(to + <usize>length, EXCERPT + <usize>load<u32>(STARTS + (root << 2)), made);
    length += made;
  }
  return covered == count ? length : -WireFault.OUT_OF_RANGE;
}

/** Before `weighEnter` of those who would enter together. */
export function beginWeighing(): void {
  call++;
}

/**
 * Bytes that it takes to have a mover enter, with all that hang together with him: 0 when one of
 * them was weighed already. A chunk that cannot be made weighs nothing: `writeEnters` will say so.
 */
export function weighEnter(id: u32): i32 {
  if (!isMover(id)) return 0;
  const root = <usize>load<u16>(ROOTS + ((<usize>entityIndex(id)) << 1));
  if (load<u32>(CALLS + (root << 2)) == call) return 0;
  store<u32>(CALLS + (root << 2), call);
  return max<i32>(0, chunkLength(<i32>root));
}

/** Makes the chunk unless it was made; its length, or a `WireFault` below zero. */
function chunkLength(root: i32): i32 {
  const length = LENGTHS + ((<usize>root) << 2);
  if (load<i32>(length) > 0) return load<i32>(length);
  let count = 0;
  let index = load<u32>(STARTS + ((<usize>root) << 2));
  while (index != 0) {
    store<u32>(IDS + ((<usize>count) << 2), changetype<Body>(bodyOf(index)).id);
    count++;
    index = load<u16>(NEXT + ((<usize>index) << 1));
  }
  const made = shrinkGroup(IDS, count, EXCERPT + <usize>used, STATE_BYTES - used, true);
  if (made < 0) return made;
  store<u32>(STARTS + ((<usize>root) << 2), used);
  store<i32>(length, made);
  used += made;
  return made;
}
