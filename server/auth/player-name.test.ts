import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createEntropy } from '../entropy.ts';
import { cleanName, guestName, NAME_LENGTH_MAX } from './player-name.ts';

test('ordinary names stay as they are', () => {
  for (const name of ['Ada', 'Zoë', '李小龙', 'Ada Lovelace', '🚀', "O'Neil", 'नमस्ते']) {
    expect(cleanName(name)).toBe(name);
  }
});

test('space, controls and invisible characters are cleaned away', () => {
  expect(cleanName('  Ada \t\n  L  ')).toBe('Ada L');
  expect(cleanName('A\u0000d\u200ba\u202e')).toBe('Ada');
  expect(cleanName('\u200b\u2060 \n')).toBeNull();
  expect(cleanName('')).toBeNull();
  expect(cleanName('\ud800')).toBeNull();
  expect(cleanName(`e${'\u0301'.repeat(40)}`)?.length).toBeLessThan(4);
});

test('length counts characters, not code units', () => {
  expect(Array.from(cleanName('🚀'.repeat(30)) ?? '')).toHaveLength(NAME_LENGTH_MAX);
});

test('law: a clean name is short, visible and stays clean', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (raw) => {
      const name = cleanName(raw);
      if (name === null) return;
      expect(Array.from(name).length).toBeLessThanOrEqual(NAME_LENGTH_MAX);
      expect(name).not.toMatch(/[\p{C}\n\r]/u);
      expect(name).toBe(name.trim());
      expect(cleanName(name)).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

test('who gave no name is a numbered guest', () => {
  expect(guestName(createEntropy())).toMatch(/^Guest [1-9]\d{3}$/);
});
