import { expect, test } from 'bun:test';
import { sourceFile } from './source.ts';
import { tidy } from './tidy.ts';

function broken(path: string, text: string): string[] {
  return tidy(sourceFile(path, text)).map(
    ({ rule, line, isWarning }) => `${isWarning ? 'warning ' : ''}${rule} ${line}`,
  );
}

const lines = (count: number) => 'a;\n'.repeat(count);

test('a clean file breaks nothing', () => {
  expect(broken('server/room/tick.ts', 'export function runTick(): void {}\n')).toEqual([]);
});

test('file length warns after 350 lines and fails after 600', () => {
  expect(broken('server/a.ts', lines(350))).toEqual([]);
  expect(broken('server/a.ts', lines(351))).toEqual(['warning file-length 0']);
  expect(broken('server/a.ts', lines(601))).toEqual(['file-length 0']);
  expect(broken('server/a.test.ts', lines(601))).toEqual([]);
});

test("a folder's README stays short, the root's may be long", () => {
  expect(broken('server/README.md', lines(61))).toEqual(['file-length 0']);
  expect(broken('README.md', lines(61))).toEqual([]);
});

test('a line has at most 100 columns', () => {
  expect(broken('server/a.ts', `${'a'.repeat(100)}\n${'a'.repeat(101)}\n`)).toEqual([
    'line-length 2',
  ]);
});

test('a function has at most 70 lines', () => {
  const ofLines = (count: number) => `\nfunction f() {\n${lines(count - 2)}}\n`;
  expect(broken('server/a.ts', ofLines(70))).toEqual([]);
  expect(broken('server/a.ts', ofLines(71))).toEqual(['function-length 2']);
  expect(broken('server/a.test.ts', ofLines(71))).toEqual([]);
});

test.each(['server/utils.ts', 'server/helpers/a.ts', 'client/common/b.css', 'server/myFile.ts'])(
  'the path %s is refused',
  (path) => {
    expect(broken(path, '')).toEqual(['path-name 0']);
  },
);

test.each(['server/x.test.ts', 'core-wasm/assembly/math/vec3.ts', 'db/migrations/0000_Odd.sql'])(
  'the path %s is fine',
  (path) => {
    expect(broken(path, '')).toEqual([]);
  },
);

test.each(['handle', 'utils', 'makeHelper', 'RoomManager'])('a function named %s', (name) => {
  expect(broken('server/a.ts', `function ${name}() {}`)).toEqual(['function-name 1']);
});

test('a word inside a longer name is a word of the language', () => {
  expect(broken('server/a.ts', 'function handleClose() {}\nfunction dataView() {}')).toEqual([]);
});

test('unfinished work is refused in comments and pages alike', () => {
  expect(broken('server/a.ts', '// TODO: later')).toEqual(['banned-word 1']);
  expect(broken('README.md', 'a\nFIXME')).toEqual(['banned-word 2']);
});

test('places of one machine are refused', () => {
  expect(broken('server/a.ts', "read('/tmp/x');\nread('/work/main');")).toEqual([
    'banned-word 1',
    'banned-word 2',
  ]);
  expect(broken('server/a.ts', "fetch(base + '/api/work/x'); const a = 'build/tmp/x';")).toEqual(
    [],
  );
});
