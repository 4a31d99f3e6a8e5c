import { expect, test } from 'bun:test';
import { assembly } from './assembly.ts';
import { sourceFile } from './source.ts';

function broken(text: string, path = 'core-wasm/assembly/a.ts'): string[] {
  return assembly(sourceFile(path, text)).map(({ message }) => message.split(' ')[0] ?? '');
}

test.each([
  'const a = new Thing();',
  'let a: Array<i32>;',
  'let a: StaticArray<i32>;',
  'const a = [1, 2];',
  'return [1];',
  "const a = 'text';",
  'const a = `text`;',
  'const f = () => 1;',
  'throw a;',
  '@inline\nfunction f(): void {}',
  'v128.relaxed_madd(a, b, c);',
  'class Body {}',
  'export class Body {}',
])('%j is refused', (text) => {
  expect(broken(text)).toHaveLength(1);
});

test.each([
  "import { a } from './b';",
  "export { a } from './b';",
  "import './trap';",
  "load<f32>(at, offsetof<Contact>('impulse0'));",
  '@unmanaged\n@final\nexport class Body {}',
  'const TABLE: usize = memory.data<f32>([1, 2, 3]);',
  'export function f(a: i32): i32 { return a; }',
  'assert(a <= B);',
  '// new Thing, [1], "text"',
])('%j is fine', (text) => {
  expect(broken(text)).toEqual([]);
});

test('only the core is held to it', () => {
  expect(broken('const a = [1];', 'core-wasm/host/a.ts')).toEqual([]);
});
