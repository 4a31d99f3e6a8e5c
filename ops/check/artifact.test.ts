import { expect, test } from 'bun:test';
import { artifact } from './artifact.ts';

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One function type without parameters, needed by the imported function. */
const TYPES = [1, 4, 1, 0x60, 0, 0];
const IMPORTS_ENV_F = [2, 9, 1, 3, 0x65, 0x6e, 0x76, 1, 0x66, 0, 0];
const memory = (...limits: number[]) => [5, limits.length + 1, 1, ...limits];

function messages(...sections: number[][]): string[] {
  const wasm = new Uint8Array([...MAGIC, ...sections.flat()]);
  return artifact('build/core.wasm', wasm).map(({ message }) => message);
}

test('no imports and a memory that cannot grow pass', () => {
  expect(messages(memory(1, 3, 3))).toEqual([]);
});

test('pages beyond one byte are read', () => {
  expect(messages(memory(1, 0x80, 0x06, 0x80, 0x06))).toEqual([]);
});

test('an import is refused by name', () => {
  expect(messages(TYPES, IMPORTS_ENV_F, memory(1, 3, 3))).toEqual([
    'imports env.f: the core imports nothing',
  ]);
});

test('a memory that may grow is refused', () => {
  expect(messages(memory(1, 1, 2))).toEqual(['memory may grow from 65536 to 131072 bytes']);
  expect(messages(memory(0, 1))).toEqual(['memory may grow from 65536 to unbounded bytes']);
});

test('no memory at all is refused', () => {
  expect(messages()).toEqual(['has no memory of its own']);
});
