import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { databaseOf, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = "bring a database's schema up to this release's, or take it back";

export const usage = `bun run ops migrate [--status | --down-to VERSION] [--json]

  --status            only say what is applied and what waits
  --down-to VERSION   take back, newest first, every migration after this one; "none": all of them
${STORE_USAGE}
  --json              end with one JSON line

Without a flag: applies what waits, as a server does at its start. To take back loses what those
migrations added, and works on a database of a newer release too, whose ways back it keeps itself.`;

export async function run(args: readonly string[]): Promise<number> {
  const types = {
    ...STORE_FLAGS,
    'down-to': 'string',
    status: 'boolean',
    json: 'boolean',
  } as const;
  const { flags, rest } = parseFlags(args, types);
  expectNone(rest);
  const downTo = flags['down-to'];
  if (downTo !== undefined && flags.status) throw new UsageError('One of the two, please.');
  if (downTo !== undefined && !/^(\d{1,4}|none)$/.test(downTo)) {
    throw new UsageError(`--down-to wants a version or "none", not ${downTo}`);
  }
  await installPackages();
  const { openDatabase } = await import('../../db/store.ts');
  try {
    const database = await openDatabase({ ...databaseOf(flags), log: () => {} });
    try {
      const report = await migrate(database.url, downTo, flags.status);
      if (flags.json) console.log(JSON.stringify(report));
      return 0;
    } finally {
      await database.close();
    }
  } catch (error) {
    throw new StepFailed(`The database stays as it is: ${(error as Error).message}`);
  }
}

interface Report {
  /** Names, in the order in which it was done. */
  readonly applied: readonly string[];
  readonly undone: readonly string[];
  /** The schema as it is now, by its newest migration; null when there is none. */
  readonly schema: string | null;
  readonly waiting: readonly string[];
}

async function migrate(
  url: string,
  downTo: string | undefined,
  isStatus: boolean,
): Promise<Report> {
  const { EMPTY_SCHEMA, migrateDatabase, migrateDown, migrationStates } = await import(
    '../../db/migrate.ts'
  );
  const version = downTo === 'none' ? EMPTY_SCHEMA : Number(downTo);
  const undone = downTo === undefined ? [] : await migrateDown(url, version);
  const applied = downTo === undefined && !isStatus ? await migrateDatabase(url) : [];
  for (const { name } of undone) console.log(`taken back  ${name}`);
  for (const { name } of applied) console.log(`applied     ${name}`);
  const states = await migrationStates(url);
  if (isStatus) {
    for (const { name, isApplied, isKnown } of states) {
      const state = !isKnown ? 'of a newer release' : isApplied ? 'applied' : 'waits';
      console.log(`${name.padEnd(40)} ${state}`);
    }
  }
  const schema = states.findLast(({ isApplied }) => isApplied)?.name ?? null;
  console.log(`the schema is ${schema ?? 'empty'}`);
  return {
    applied: applied.map(({ name }) => name),
    undone: undone.map(({ name }) => name),
    schema,
    waiting: states.filter(({ isApplied }) => !isApplied).map(({ name }) => name),
  };
}
