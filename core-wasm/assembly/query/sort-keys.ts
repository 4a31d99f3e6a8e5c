import { TREE_DIGITS, TREE_KEYS } from '../layout';
import { STATIC_CAPACITY } from '../limits';

const DIGIT_BITS: u32 = 10;
const DIGITS: i32 = 1024;
/** Below the codes stand the bodies' numbers, which come ascending and stay so among equals. */
const FIRST_BIT: u64 = 16;
const SPARE: usize = TREE_KEYS + STATIC_CAPACITY * 8;

/** Radix sort of the first `count` keys by bits 16…45; the low 16 bits ride along. */
export function sortKeys(count: i32): void {
  sortPass(TREE_KEYS, SPARE, count, FIRST_BIT);
  sortPass(SPARE, TREE_KEYS, count, FIRST_BIT + DIGIT_BITS);
  sortPass(TREE_KEYS, SPARE, count, FIRST_BIT + 2 * DIGIT_BITS);
  memory.copy(TREE_KEYS, SPARE, (<usize>count) << 3);
}

function sortPass(from: usize, to: usize, count: i32, shift: u64): void {
  memory.fill(TREE_DIGITS, 0, DIGITS * 4);
  for (let i = 0; i < count; i++) {
    const digit = digitAddress(load<u64>(from + ((<usize>i) << 3)), shift);
    store<i32>(digit, load<i32>(digit) + 1);
  }
  let sum = 0;
  for (let i = 0; i < DIGITS; i++) {
    const digit = TREE_DIGITS + ((<usize>i) << 2);
    const here = load<i32>(digit);
    store<i32>(digit, sum);
    sum += here;
  }
  for (let i = 0; i < count; i++) {
    const key = load<u64>(from + ((<usize>i) << 3));
    const digit = digitAddress(key, shift);
    const place = load<i32>(digit);
    store<i32>(digit, place + 1);
    store<u64>(to + ((<usize>place) << 3), key);
  }
}

function digitAddress(key: u64, shift: u64): usize {
  return TREE_DIGITS + ((<usize>((key >>> shift) & (DIGITS - 1))) << 2);
}
