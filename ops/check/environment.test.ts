import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { CONFIG_NAMES, readConfig } from '../../server/config.ts';
import { ROOT } from '../setup/shell.ts';

/** Rows of the README's table of variables: name and default. */
const rows = [
  ...readFileSync(`${ROOT}/README.md`, 'utf8').matchAll(/^\| `([A-Z_]+)` \|([^|]*)\|/gm),
].map(([, name = '', fallback = '']) => ({ name, fallback: fallback.trim() }));

test('the README lists every variable of the server, in the same order', () => {
  expect(rows.map(({ name }) => name)).toEqual([...CONFIG_NAMES]);
});

test('its defaults are the ones that hold', () => {
  const plain = rows.filter(({ fallback }) => /^[\w.-]+$/.test(fallback));
  expect(plain.length).toBeGreaterThan(10);
  const given = Object.fromEntries(plain.map(({ name, fallback }) => [name, fallback]));
  expect(readConfig(given)).toEqual(readConfig({}));
});
