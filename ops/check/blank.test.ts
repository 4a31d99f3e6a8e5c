// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are source text
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { blank } from './blank.ts';

test.each([
  ["const a = 'Date.now'; b", "const a = '        '; b"],
  ['x // Date.now\ny', 'x            \ny'],
  ['x /* a\nb */ y', 'x     \n     y'],
  ['`a${ b + `c${d}` }e` f', '` ${ b + ` ${d}` } ` f'],
  ["/'/.test(a); 'b'", "/ /.test(a); ' '"],
  ["a / b / c; 'd'", "a / b / c; ' '"],
  ["'a\\'b' c", "'    ' c"],
  ['`${ { a: 1 } }x` y', '`${ { a: 1 } } ` y'],
  ["f((a) => /[/'\"]/.test(a)); 'q'", "f((a) => /     /.test(a)); ' '"],
])('%j becomes %j', (text, code) => {
  expect(blank(text).code).toBe(code);
});

test('literals are found with their quotes', () => {
  const text = "from './a.ts'; `b`";
  const found = blank(text).literals.map(({ start, end }) => text.slice(start, end));
  expect(found).toEqual(["'./a.ts'", '`b`']);
});

test('any text keeps its length and its lines', () => {
  const pieces = fc.constantFrom(
    'a',
    "'",
    '"',
    '`',
    '${',
    '}',
    '{',
    '/',
    '*',
    '\\',
    '\n',
    ' ',
    '//',
  );
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const text = parts.join('');
      const { code } = blank(text);
      expect(code.length).toBe(text.length);
      expect(code.split('\n').length).toBe(text.split('\n').length);
    }),
  );
});
