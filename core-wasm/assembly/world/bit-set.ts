/**
 * Sets of small numbers, one bit each, that are filled in any order and listed in ascending order:
 * a sort whose cost is the span of the numbers over 64. `set` is 8-byte aligned and zero while it
 * is empty.
 */

export function addBit(set: usize, index: i32): void {
  const word = wordAt(set, index);
  store<u64>(word, load<u64>(word) | ((<u64>1) << (index & 63)));
}

export function hasBit(set: usize, index: i32): bool {
  return ((load<u64>(wordAt(set, index)) >>> (index & 63)) & 1) != 0;
}

function wordAt(set: usize, index: i32): usize {
  return set + ((<usize>(index >>> 6)) << 3);
}

/** Writes those within low … high to `to`, two bytes each, ascending; returns how many. */
export function listBits(set: usize, low: i32, high: i32, to: usize): i32 {
  let count = 0;
  for (let first = low & ~63; first <= high; first += 64) {
    let word = load<u64>(wordAt(set, first));
    while (word != 0) {
      store<u16>(to + ((<usize>count) << 1), <u16>(first + <i32>ctz(word)));
      count++;
      word &= word - 1;
    }
  }
  return count;
}

/** Empties a set of which nothing lies outside of low … high. */
export function clearBits(set: usize, low: i32, high: i32): void {
  for (let first = low & ~63; first <= high; first += 64) store<u64>(wordAt(set, first), 0);
}
