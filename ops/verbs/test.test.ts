import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../setup/shell.ts';
import { closingLine, seedOf, splitRuns, tallyOf } from './test.ts';
import { UsageError } from './verb.ts';

/** What `bun test` really prints for these test files. */
function runBun(files: Record<string, string>): { report: string; code: number } {
  const folder = mkdtempSync(join(tmpdir(), 'tally-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { stderr, exitCode } = Bun.spawnSync({
      cmd: [process.execPath, 'test'],
      cwd: folder,
      env: { ...process.env, FORCE_COLOR: '1' },
    });
    return { report: stderr.toString(), code: exitCode };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const HEAD = "import { test } from 'bun:test';\n";

test('passed, failed and skipped tests are counted', () => {
  const { report, code } = runBun({
    'a.test.ts': `${HEAD}test('a', () => {}); test.skip('b', () => {}); test.todo('c');
      test('d', () => { throw new Error('no'); }); test('e', () => {});`,
  });
  expect(tallyOf(report, code)).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test('a file that does not load is a failure', () => {
  const { report, code } = runBun({
    'a.test.ts': `${HEAD}test('a', () => {});`,
    'b.test.ts': "import './nowhere.ts';",
  });
  expect(tallyOf(report, code)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('what a test prints is not taken for the summary', () => {
  const { report, code } = runBun({
    'a.test.ts': `${HEAD}test('a', () => console.error(' 9 pass\\n 7 fail'));`,
  });
  expect(tallyOf(report, code)).toEqual({ passed: 1, failed: 0, skipped: 0 });
});

test('a run that dies counts as a failure', () => {
  const { report, code } = runBun({
    'a.test.ts': `${HEAD}test('a', () => process.kill(process.pid, 'SIGKILL'));`,
  });
  expect(tallyOf(report, code)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('each test file is in one of the two runs of the whole suite', async () => {
  const [[, ...taken], left] = splitRuns() as [string[], string[]];
  const ignored = left.map((word) => new Bun.Glob(word.replace('--path-ignore-patterns=', '')));
  const runs = [0, 0];
  for await (const path of new Bun.Glob('{client,core-wasm,server}/**/*.test.ts').scan(ROOT)) {
    const isTaken = taken.some((folder) => path.includes(folder));
    expect([path, ignored.some((glob) => glob.match(path))]).toEqual([path, isTaken]);
    runs[isTaken ? 0 : 1] = (runs[isTaken ? 0 : 1] ?? 0) + 1;
  }
  expect(Math.min(...runs)).toBeGreaterThan(10);
});

test('the closing line', () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(closingLine({ passed: 1, failed: 2, skipped: 3 })).toBe('1 passed, 2 failed, 3 skipped');
});

test('properties begin at one seed, at one that is given, or at one that is drawn', () => {
  expect(seedOf(undefined)).toEqual({});
  expect(seedOf('-7')).toEqual({ PROPERTY_SEED: '-7' });
  expect(seedOf('random')).not.toEqual(seedOf('random'));
  for (const word of ['any', '1.5']) expect(() => seedOf(word)).toThrow(UsageError);
});

test('a failed property says at which seed, and what it found', () => {
  const preload = join(import.meta.dir, '../setup/property-seed.ts');
  const fastCheck = join(import.meta.dir, '../../node_modules/fast-check');
  const { report, code } = runBun({
    'bunfig.toml': `[test]\npreload = [${JSON.stringify(preload)}]`,
    'a.test.ts': `${HEAD}import fc from ${JSON.stringify(fastCheck)};
      test('a', () => fc.assert(fc.property(fc.nat(), () => { throw new Error('found'); })));`,
  });
  expect(code).toBe(1);
  expect(report).toContain('seed: 20261122');
  expect(report).toContain('Got error: found');
});
