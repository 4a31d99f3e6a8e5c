import { sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';
import type { Migration } from '../migration-files.ts';

/** What a database says of a migration that was applied to it. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  /** Kept with the row, so that an older release can take back what a newer one applied. */
  readonly down: string;
}

/** The applied migrations, oldest first; null when this database has no ledger yet. */
export async function selectApplied(database: Database): Promise<AppliedMigration[] | null> {
  if (!(await hasTable(database, 'public.schema_migrations'))) return null;
  const rows = await database.execute<AppliedMigration & Record<string, unknown>>(
    sql`select version, name, checksum, down from public.schema_migrations order by version`,
  );
  return [...rows];
}

/** SHA-256 of each migration that drizzle's own migrator applied before there was a ledger. */
export async function selectDrizzleHashes(database: Database): Promise<string[]> {
  if (!(await hasTable(database, 'drizzle.__drizzle_migrations'))) return [];
  const rows = await database.execute<{ hash: string }>(
    sql`select hash from drizzle.__drizzle_migrations order by created_at`,
  );
  return [...rows].map(({ hash }) => hash);
}

/**
 * Makes the ledger with what was applied before it. Drizzle's own table is left as it is: a server
 * of the release before this one still asks it at its start.
 */
export async function createLedger(
  database: Database,
  applied: readonly Migration[],
): Promise<void> {
  await runTogether(database, [
    `create table public.schema_migrations (
      version integer primary key,
      name text not null,
      checksum text not null,
      down text not null,
      applied_at timestamp with time zone not null default now()
    )`,
    ...applied.map(ledgerRow),
  ]);
}

/** Applies a migration and enters it, wholly or not at all. */
export async function applyUp(database: Database, migration: Migration): Promise<void> {
  await runTogether(database, [migration.up, ledgerRow(migration)]);
}

/** Takes a migration back and strikes it out, wholly or not at all. */
export async function applyDown(database: Database, applied: AppliedMigration): Promise<void> {
  const strikeOut = `delete from public.schema_migrations where version = ${applied.version}`;
  await runTogether(database, [applied.down, strikeOut]);
}

/** How many sockets of running servers this database has. */
export async function selectServerSessions(
  database: Database,
  applicationName: string,
): Promise<number> {
  const [row] = await database.execute<{ count: number }>(sql`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName}`);
  return row?.count ?? 0;
}

async function hasTable(database: Database, name: string): Promise<boolean> {
  const [row] = await database.execute<{ found: boolean }>(
    sql`select to_regclass(${name}) is not null as found`,
  );
  return row?.found === true;
}

function ledgerRow({ version, name, checksum, down }: Migration): string {
  return `insert into public.schema_migrations (version, name, checksum, down)
    values (${version}, ${quoted(name)}, ${quoted(checksum)}, ${quoted(down)})`;
}

/** A text as SQL. `E` strings are not used, so a backslash is just that. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Sends statements as one message, which Postgres runs as one transaction: no `begin` whose
 * rollback could be left to a dead socket (`connect.ts`). Parameters cannot travel in it.
 */
async function runTogether(database: Database, statements: readonly string[]): Promise<void> {
  await database.execute(sql.raw(statements.join('\n;\n')));
}
