import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from './digest.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'digest-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/b/one.ts'), '1');
  writeFileSync(join(root, 'two.json'), '2');
});
afterAll(() => rmSync(root, { recursive: true }));

const digest = () => digestOf(root, ['a', 'two.json', 'absent']);

test('equal contents give the same digest, whatever the times say', () => {
  const before = digest();
  utimesSync(join(root, 'a/b/one.ts'), 0, 0);
  expect(digest()).toBe(before);
});

test('a changed file, a new file and a renamed file change it', () => {
  const seen = new Set([digest()]);
  const expectNew = () => {
    const now = digest();
    expect(seen.has(now)).toBe(false);
    seen.add(now);
  };
  writeFileSync(join(root, 'a/b/one.ts'), '3');
  expectNew();
  writeFileSync(join(root, 'a/three.ts'), '');
  expectNew();
  renameSync(join(root, 'a/three.ts'), join(root, 'a/four.ts'));
  expectNew();
});

test('a test does not change what is built', () => {
  const before = digest();
  writeFileSync(join(root, 'a/b/one.test.ts'), '');
  expect(digest()).toBe(before);
});
