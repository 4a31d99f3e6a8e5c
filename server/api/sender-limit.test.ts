import { expect, test } from 'bun:test';
import { createSenderLimit } from './sender-limit.ts';

test('a minute’s worth at once, then at the rate, with the true waiting time', () => {
  const limit = createSenderLimit(6);
  for (let i = 0; i < 6; i++) expect(limit.take('a', 0)).toBe(0);
  expect(limit.take('a', 0)).toBe(10);
  expect(limit.take('a', 9_000)).toBe(1);
  expect(limit.take('a', 10_000)).toBe(0);
  expect(limit.take('a', 10_000)).toBe(10);
  expect(limit.take('b', 10_000)).toBe(0);
});

test('a crowd of senders does not push out the one that keeps asking', () => {
  const limit = createSenderLimit(2);
  limit.take('busy', 0);
  limit.take('busy', 0);
  for (let i = 0; i < 50_000; i++) {
    limit.take(`s${i}`, 0);
    if (i % 1000 === 0) expect(limit.take('busy', 0)).toBeGreaterThan(0);
  }
});

test('who was quiet longest is forgotten first, so memory is bounded', () => {
  const limit = createSenderLimit(1);
  limit.take('old', 0);
  expect(limit.take('old', 0)).toBeGreaterThan(0);
  for (let i = 0; i < 10_000; i++) limit.take(`s${i}`, 0);
  expect(limit.take('old', 0)).toBe(0);
});
