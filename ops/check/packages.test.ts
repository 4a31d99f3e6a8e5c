import { expect, test } from 'bun:test';
import { packages } from './packages.ts';
import { sourceFile } from './source.ts';

function broken(path: string, text: string): string[] {
  return packages(sourceFile(path, text)).map(({ rule, line }) => `${rule} ${line}`);
}

test('the lock file names no host', () => {
  expect(broken('bun.lock', '{\n"a": ["a@1.0.0", "", {}, "sha512-x"]')).toEqual([]);
  expect(broken('bun.lock', '{\n"a": ["a@1.0.0", "https://example.org/a.tgz", {}]')).toEqual([
    'lock-host 2',
  ]);
});

test("neither does npm's", () => {
  const lock = 'bench/net/package-lock.json';
  expect(broken(lock, '{\n"url": "https://example.org/sponsors"')).toEqual([]);
  expect(broken(lock, '{\n"resolved": "https://example.org/a.tgz"')).toEqual(['lock-host 2']);
});

test('every version is pinned', () => {
  const manifest = (version: string) => JSON.stringify({ devDependencies: { a: version } });
  for (const loose of ['^1.0.0', '~1.0.0', '1', 'latest', '*', 'https://example.org/a.tgz']) {
    expect(broken('package.json', manifest(loose))).toEqual(['exact-version 0']);
    expect(broken('bench/net/package.json', manifest(loose))).toEqual(['exact-version 0']);
  }
  for (const exact of ['1.0.0', '18.4.0-beta.17', 'npm:uwebsockets@3.0.6']) {
    expect(broken('package.json', manifest(exact))).toEqual([]);
  }
});
