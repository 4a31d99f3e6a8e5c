/**
 * The least of many keys, in a heap whose root is the greatest that is kept. Keys are distinct, so
 * what is kept does not depend on the order in which they were offered.
 */

function key(keys: usize, place: i32): u64 {
  return load<u64>(keys + ((<usize>place) << 3));
}

function put(keys: usize, place: i32, value: u64): void {
  store<u64>(keys + ((<usize>place) << 3), value);
}

/** Offers a key to a heap of `count` that keeps at most `most` (≥ 1); the new count. */
export function offerKey(keys: usize, count: i32, most: i32, value: u64): i32 {
  if (count == most) {
    if (value < key(keys, 0)) siftDown(keys, 0, count, value);
    return count;
  }
  let hole = count;
  while (hole > 0) {
    const above = (hole - 1) >> 1;
    if (key(keys, above) >= value) break;
    put(keys, hole, key(keys, above));
    hole = above;
  }
  put(keys, hole, value);
  return count + 1;
}

/** Puts `value` in the hole's place or below. */
function siftDown(keys: usize, from: i32, count: i32, value: u64): void {
  let hole = from;
  while (true) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && key(keys, child + 1) > key(keys, child)) child++;
    if (key(keys, child) <= value) break;
    put(keys, hole, key(keys, child));
    hole = child;
  }
  put(keys, hole, value);
}

/** Makes a heap of a list. */
export function makeHeap(keys: usize, count: i32): void {
  for (let place = (count >> 1) - 1; place >= 0; place--) {
    siftDown(keys, place, count, key(keys, place));
  }
}

/** Makes a heap of the least `most` of a list. */
export function keepLeast(keys: usize, count: i32, most: i32): void {
  makeHeap(keys, most);
  let greatest = key(keys, 0);
  for (let place = most; place < count; place++) {
    const value = key(keys, place);
    if (value >= greatest) continue;
    siftDown(keys, 0, most, value);
    greatest = key(keys, 0);
  }
}

/** Turns a heap into an ascending list. */
export function sortHeap(keys: usize, count: i32): void {
  for (let end = count - 1; end > 0; end--) {
    const last = key(keys, end);
    put(keys, end, key(keys, 0));
    siftDown(keys, 0, end, last);
  }
}
