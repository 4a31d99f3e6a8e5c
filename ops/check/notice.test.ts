import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../setup/shell.ts';
import { notice, noticeOf } from './notice.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'notice-'));
  mkdirSync(join(root, 'node_modules/a'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"dependencies":{"a":"1.0.0"}}');
  writeFileSync(
    join(root, 'node_modules/a/package.json'),
    '{"version":"1.0.0","license":"MIT","author":"Ann <ann@example.org>"}',
  );
});
afterAll(() => rmSync(root, { recursive: true }));

test('the NOTICE of this tree is current', () => {
  expect(notice(ROOT)).toEqual([]);
});

test('a missing or an old NOTICE is reported', () => {
  expect(notice(root)).toHaveLength(1);
  writeFileSync(join(root, 'NOTICE'), noticeOf(root));
  expect(notice(root)).toEqual([]);
  writeFileSync(join(root, 'node_modules/a/package.json'), '{"version":"1.0.1","license":"MIT"}');
  expect(notice(root)).toHaveLength(1);
});

test('an entry names version, licence and who holds the copyright', () => {
  writeFileSync(join(root, 'node_modules/a/LICENSE'), 'MIT\n\nCopyright (c) 2020 Ann and others\n');
  expect(noticeOf(root)).toContain('  a 1.0.1, MIT\n    Copyright (c) 2020 Ann and others\n');
});
