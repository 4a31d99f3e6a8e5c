import { expect, test } from 'bun:test';
import { functionsIn } from './functions.ts';

function bodies(code: string): Array<[name: string, text: string]> {
  return functionsIn(code).map(({ name, start, end }) => [name, code.slice(start, end).trim()]);
}

test('a function ends with its own brace', () => {
  const code = 'function f(a: { b: 1 }) { if (a) { b } }\nconst after = { c: 1 };';
  expect(bodies(code)).toEqual([['f', 'function f(a: { b: 1 }) { if (a) { b } }']]);
});

test('braces of a return type are not the body', () => {
  const code = 'function f(): { a: 1 } | Promise<{ b: 2 }> { return x }';
  expect(bodies(code)).toEqual([['f', code]]);
});

test('an overload or a declaration has no body', () => {
  expect(bodies('function f(): void;\ndeclare function g(a: 1): { b: 2 };')).toEqual([]);
});

test('methods count, control words do not', () => {
  const code = 'class A {\n  async run(a = 1): Promise<void> { while (a) { b } }\n}\nif (x) { y }';
  expect(bodies(code)).toEqual([['run', 'async run(a = 1): Promise<void> { while (a) { b } }']]);
});

test('a call at the start of a line is no method', () => {
  expect(bodies('listen(a)\nconst b = { c: 1 };')).toEqual([]);
});

test('an arrow function with a body counts, one with an expression does not', () => {
  expect(bodies('const a = () => { b };\nconst c = () => ({ d: 1 });')).toEqual([['', '=> { b }']]);
});
