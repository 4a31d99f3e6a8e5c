import { expect, test } from 'bun:test';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createExpiringTable, SWEEP_ENTRIES } from './expiring-table.ts';

test('an entry lives exactly its time, and setting it again starts anew', () => {
  const clock = createVirtualClock(0);
  const table = createExpiringTable<string, number>(clock);
  table.set('a', 1, 2);
  clock.advance(1999);
  expect(table.get('a')).toBe(1);
  clock.advance(1);
  expect(table.get('a')).toBeNull();
  table.set('a', 2, 2);
  clock.advance(1000);
  table.set('a', 3, 2);
  clock.advance(1500);
  expect(table.get('a')).toBe(3);
});

test('what expired does not pile up', () => {
  const clock = createVirtualClock(0);
  const table = createExpiringTable<number, number>(clock);
  for (let key = 0; key < 100_000; key++) {
    table.set(key, key, 1);
    clock.advance(1);
  }
  expect(table.size()).toBeLessThanOrEqual(1000 + SWEEP_ENTRIES);
  expect(table.get(99_999)).toBe(99_999);
});

test('what lives is kept, however many', () => {
  const table = createExpiringTable<number, number>(createVirtualClock(0));
  for (let key = 0; key < 5000; key++) table.set(key, key, 60);
  for (let key = 0; key < 5000; key++) expect(table.get(key)).toBe(key);
});
