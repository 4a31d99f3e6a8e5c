import { describe, expect, test } from 'bun:test';
import { links } from './links.ts';
import { sourceFile } from './source.ts';

const THERE: ReadonlySet<string> = new Set([
  'server',
  'server/room/tick.ts',
  'docs/a.md',
  'LICENSE',
]);

function broken(text: string, path = 'README.md'): string[] {
  const names = {
    scripts: new Set(['start', 'test', 'start:node']),
    bun: '1.4.5',
    exists: (one: string) => THERE.has(one),
  };
  return links(sourceFile(path, text), names).map(({ rule, line }) => `${rule} ${line}`);
}

describe('links', () => {
  test('a relative link must resolve, from the folder of its page', () => {
    expect(broken('a\n[b](server/nope.ts)')).toEqual(['link 2']);
    expect(broken('[b](server/room/tick.ts) [c](https://example.org/x)')).toEqual([]);
    expect(broken('[b](../LICENSE)', 'docs/a.md')).toEqual([]);
    expect(broken('[b](LICENSE)', 'docs/a.md')).toEqual(['link 1']);
  });

  test('an anchor must be a heading of the page', () => {
    expect(broken('# The tick, in steps\n[a](#the-tick-in-steps)')).toEqual([]);
    expect(broken('# The tick\n[a](#the-tock)')).toEqual(['link 2']);
  });
});

describe('commands', () => {
  test.each(['bun run nope', 'bun nope', 'npx bun@1.4.5 run nope'])('`%s`', (command) => {
    expect(broken(`Type \`${command}\`.`)).toEqual(['command 1']);
    expect(broken(`\`\`\`sh\n${command}\n\`\`\``)).toEqual(['command 2']);
  });

  test.each(['bun start', 'bun run start:node', 'bun test x', 'bun install', 'bun ops/x.ts'])(
    '`%s` exists',
    (command) => {
      expect(broken(`\`${command}\``)).toEqual([]);
    },
  );

  test('prose is not a command', () => {
    expect(broken('where bun reads its lock file')).toEqual([]);
  });

  test('the script that CI runs is held to the same', () => {
    expect(broken('# a comment about bun things\nnpx bun@1.4.5 run tset', '.ci/run')).toEqual([
      'command 2',
    ]);
  });

  test('every page names the one version of Bun', () => {
    expect(broken('`npx bun@1.4.4 start`')).toEqual(['bun-version 1']);
  });
});

test('a path in code must exist when its first part is a folder of ours', () => {
  expect(broken('`server/room/tock.ts`')).toEqual(['path 1']);
  expect(
    broken('`server/room/tick.ts:12` `server/room/tick.ts` `text/plain` `build/x.wasm`'),
  ).toEqual([]);
});
