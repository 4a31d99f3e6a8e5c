import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { migrateDatabase, migrateDown } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import {
  isPostgres15Installed,
  POSTGRES_15_BIN,
  startTestPostgres,
  TEST_POSTGRES_BIN,
} from './probe/test-postgres.ts';

/** A suite of its own in a process of its own. */
setDefaultTimeout(120_000);

const SUITES = ['store', 'books', 'migrate'].map((name) => `db/${name}.test.ts`);
const ROOT = join(import.meta.dir, '..');

async function run(program: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { printed, code };
}

describe.skipIf(!isPostgres15Installed())('on PostgreSQL 15, the oldest that will do', () => {
  test('the suites of the store, the books and the migrations pass', async () => {
    const env = { [TEST_POSTGRES_BIN]: POSTGRES_15_BIN };
    const { printed, code } = await run(process.execPath, ['test', ...SUITES], env);
    expect(`${code}\n${code === 0 ? '' : printed}`).toBe('0\n');
  });

  test('pg_dump tells no difference between up, and up, down and up again', async () => {
    const postgres = await startTestPostgres(() => {}, POSTGRES_15_BIN);
    try {
      const known = await readMigrations();
      const dump = async (): Promise<string> => {
        const args = ['--schema-only', '--exclude-table=schema_migrations', postgres.url];
        const { printed, code } = await run(join(POSTGRES_15_BIN, 'pg_dump'), args);
        expect(code).toBe(0);
        return printed.replaceAll(/^\\(un)?restrict .*$/gm, '');
      };
      await migrateDatabase(postgres.url, known.slice(0, 1));
      const first = await dump();
      await migrateDatabase(postgres.url);
      const full = await dump();
      expect(full).not.toBe(first);
      await migrateDown(postgres.url, 0);
      expect(await dump()).toBe(first);
      await migrateDatabase(postgres.url);
      expect(await dump()).toBe(full);
    } finally {
      await postgres.close();
    }
  });
});
