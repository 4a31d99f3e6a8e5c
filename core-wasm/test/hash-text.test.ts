import { expect, test } from 'bun:test';
import { hashText } from '../host/hash-text.ts';

/** One in sixteen hashes begins with a zero: two writers once disagreed about it. */
test('equal hashes are equal texts, zeros in front and all', () => {
  expect(hashText(0x0123n)).toBe('0000000000000123');
  expect(hashText(2n ** 64n - 1n)).toBe('ffffffffffffffff');
});
