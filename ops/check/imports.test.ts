import { describe, expect, test } from 'bun:test';
import { imports } from './imports.ts';
import { sourceFile } from './source.ts';

function broken(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => sourceFile(path, text));
  return imports(sources).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
}

describe('directions', () => {
  test.each([
    ['client/main.ts', '../server/main.ts'],
    ['client/main.ts', '../core-wasm/assembly/index.ts'],
    ['server/main.ts', '../client/main.ts'],
    ['server/main.ts', '../bench/results.ts'],
    ['server/game/heat/a.ts', '../../room/tick.ts'],
    ['db/connect.ts', '../server/config.ts'],
    ['core-wasm/host/core.ts', '../../server/ports.ts'],
    ['core-wasm/assembly/index.ts', '../host/types'],
    ['core-wasm/host/core.ts', 'node:fs'],
    ['server/game/a.ts', 'zod'],
  ])('%s may not import %s', (from, to) => {
    expect(broken({ [from]: `a;\nimport { b } from '${to}';` })).toEqual([
      `${from}:2 import-direction`,
    ]);
  });

  test.each([
    ['client/main.ts', '../core-wasm/host/core.ts'],
    ['client/main.ts', '../server/game/a.ts'],
    ['server/main.ts', '../db/connect.ts'],
    ['server/main.ts', 'node:fs'],
    ['ops/cli.ts', '../server/main.ts'],
    ['bench/swarm/main.ts', '../../client/predict/predictor.ts'],
    ['client/main.test.ts', '../ops/setup/build.ts'],
    ['core-wasm/assembly/index.ts', './world/step'],
  ])('%s may import %s', (from, to) => {
    expect(broken({ [from]: `import { b } from '${to}';` })).toEqual([]);
  });

  test('db may name the types of the ports, not their code', () => {
    const statement = (word: string) => `${word} { Store } from '../server/ports.ts';`;
    expect(broken({ 'db/a.ts': statement('import type') })).toEqual([]);
    expect(broken({ 'db/a.ts': statement('import') })).toEqual(['db/a.ts:1 import-direction']);
  });

  test.each([
    "await import('../server/main.ts')",
    "export * from '../server/main.ts'",
    "import '../server/main.ts'",
    "import a, {\n  b,\n} from '../server/main.ts'",
  ])('%j is an import too', (text) => {
    expect(broken({ 'client/a.ts': text })).toHaveLength(1);
  });

  test('strings and comments are none', () => {
    expect(
      broken({ 'client/a.ts': `// import '../server/main.ts'\n"from '../server/a.ts'"` }),
    ).toEqual([]);
  });
});

describe('cycles between folders', () => {
  test('two folders that need each other are named', () => {
    const files = {
      'server/net/a.ts': "import { b } from '../room/b.ts';",
      'server/room/b.ts': "import { a } from '../net/a.ts';",
    };
    expect(broken(files)).toEqual(['server/net/a.ts:1 import-cycle']);
  });

  test('a longer way round is found', () => {
    const files = {
      'server/a/a.ts': "import '../b/b.ts';",
      'server/b/b.ts': "import '../c/c.ts';",
      'server/c/c.ts': "import '../a/a.ts';",
    };
    expect(broken(files)).toHaveLength(1);
  });

  test('types may point back, and the composition root may import everybody', () => {
    const files = {
      'server/main.ts': "import '../server/net/a.ts';",
      'server/net/a.ts': "import type { B } from '../room/b.ts'; import { c } from '../config.ts';",
      'server/room/b.ts': "import { a } from '../net/a.ts';",
    };
    expect(broken(files)).toEqual([]);
  });
});
