import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readMigrations } from '../../db/migration-files.ts';
import { query, startTestPostgres, type TestPostgres } from '../../db/probe/test-postgres.ts';
import { ROOT } from '../setup/shell.ts';

/** Making a cluster takes a second, and each call of the verb half a one. */
setDefaultTimeout(60_000);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres?.close());

const names = (await readMigrations()).map(({ name }) => name);

async function migrate(...words: string[]) {
  const child = Bun.spawn({
    cmd: [process.execPath, 'ops/cli.ts', 'migrate', '--database-url', postgres.url, ...words],
    cwd: ROOT,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { last: out.trim().split('\n').at(-1) ?? '', out, err, code: await child.exited };
}

test('up, status, down to a version, and to nothing', async () => {
  const waiting = await migrate('--status', '--json');
  expect(JSON.parse(waiting.last)).toMatchObject({ schema: null, waiting: names });
  const up = await migrate('--json');
  expect(JSON.parse(up.last)).toMatchObject({ applied: names, schema: names.at(-1), waiting: [] });
  const down = await migrate('--down-to', '0', '--json');
  expect(JSON.parse(down.last)).toMatchObject({
    undone: names.slice(1).reverse(),
    schema: names[0],
    waiting: names.slice(1),
  });
  const none = await migrate('--down-to', 'none');
  expect([none.code, none.last]).toEqual([0, 'the schema is empty']);
  const [row] = await query(postgres.url, `select to_regclass('accounts') as found`);
  expect(row?.found).toBeNull();
});

test('says what it will not do', async () => {
  expect((await migrate('--down-to', 'yesterday')).code).toBe(2);
  expect((await migrate('--down-to', '1', '--status')).code).toBe(2);
  const refused = await migrate('--down-to', '4000');
  expect([refused.code, refused.err.includes('not at version 4000')]).toEqual([1, true]);
});
