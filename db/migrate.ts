import { type Connection, connect, type Database, STORE_APPLICATION_NAME } from './connect.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import {
  type AppliedMigration,
  applyDown,
  applyUp,
  createLedger,
  selectApplied,
  selectDrizzleHashes,
  selectServerSessions,
} from './queries/ledger.ts';
import { lockMigrations } from './queries/locks.ts';

/** This release cannot work with the schema that a database has; the message says what can. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
}

/** A migration of this release, of the database, or of both. */
export interface MigrationState {
  readonly version: number;
  readonly name: string;
  readonly isApplied: boolean;
  /** False for one that only a newer release has. */
  readonly isKnown: boolean;
}

/** For `migrateDown`: takes everything back. */
export const EMPTY_SCHEMA = -1;

/**
 * Brings a database to this release's schema and returns what that took. Safe to run from many
 * servers at once: an advisory lock lets one through at a time. Throws `SchemaRefused` for a
 * database that a newer release migrated, and what a migration throws; that one leaves no trace.
 */
export async function migrateDatabase(
  url: string,
  migrations?: readonly Migration[],
): Promise<Migration[]> {
  const known = migrations ?? (await readMigrations());
  return await withLock(url, async (database) => {
    const applied = await openLedger(database, known);
    checkApplied(applied, known);
    const due = known.slice(applied.length);
    for (const migration of due) await applyUp(database, migration);
    return due;
  });
}

/**
 * Takes a database back to `version`, newest migration first, by the way back that each left in the
 * ledger: also what only a newer release knows. What those migrations added is lost. Throws
 * `SchemaRefused` while a server uses the database, or when it never was at that version.
 */
export async function migrateDown(url: string, version: number): Promise<AppliedMigration[]> {
  const known = await readMigrations();
  return await withLock(url, async (database) => {
    const applied = await openLedger(database, known);
    if (version !== EMPTY_SCHEMA && !applied.some((each) => each.version === version)) {
      throw new SchemaRefused(`the database is not at version ${version} or beyond`);
    }
    const sessions = await selectServerSessions(database, STORE_APPLICATION_NAME);
    if (sessions > 0) {
      throw new SchemaRefused(`a server uses this database (${sessions} sockets): stop it first`);
    }
    const undue = applied.filter((each) => each.version > version).reverse();
    for (const migration of undue) await applyDown(database, migration);
    return undue;
  });
}

/** Every migration that this release or the database knows, in order. Changes nothing. */
export async function migrationStates(url: string): Promise<MigrationState[]> {
  const known = await readMigrations();
  return await withSession(url, async (database) => {
    const applied =
      (await selectApplied(database)) ?? carriedOver(await selectDrizzleHashes(database), known);
    const unknown = applied.filter(({ version }) => version >= known.length);
    return [...known, ...unknown].map(({ version, name }) => ({
      version,
      name,
      isApplied: applied.some((each) => each.version === version),
      isKnown: version < known.length,
    }));
  });
}

/** The ledger's rows; a database without one gets it, with what drizzle's migrator did before. */
async function openLedger(
  database: Database,
  known: readonly Migration[],
): Promise<AppliedMigration[]> {
  const applied = await selectApplied(database);
  if (applied !== null) return applied;
  await createLedger(database, carriedOver(await selectDrizzleHashes(database), known));
  return (await selectApplied(database)) ?? [];
}

function carriedOver(hashes: readonly string[], known: readonly Migration[]): Migration[] {
  return hashes.map((hash, index) => {
    const migration = known[index];
    if (migration?.checksum === hash) return migration;
    throw new SchemaRefused(
      `migration ${index} of this database is none of this release's: ` +
        'start the release that made it',
    );
  });
}

function checkApplied(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  const newest = known.at(-1);
  for (const [index, { version, name, checksum }] of applied.entries()) {
    const migration = known[index];
    if (newest === undefined || version > newest.version) {
      throw new SchemaRefused(
        `the database has schema ${name}, this release goes up to ${newest?.name}: ` +
          'start the newer release, or take the database back with ' +
          `"bun ops migrate --down-to ${newest?.version}", which loses what the newer one added`,
      );
    }
    if (migration?.version !== version || migration.checksum !== checksum) {
      throw new SchemaRefused(
        `the database was migrated by another ${name} than this release has ` +
          `(${migration?.name ?? 'none'}): start the release that did`,
      );
    }
  }
}

async function withLock<T>(url: string, run: (database: Database) => Promise<T>): Promise<T> {
  return await withSession(url, async (database) => {
    // The lock goes with the socket.
    await lockMigrations(database);
    return await run(database);
  });
}

async function withSession<T>(url: string, run: (database: Database) => Promise<T>): Promise<T> {
  const connection: Connection = connect(url, {
    socketsMax: 1,
    applicationName: 'spacetime-vr migrate',
  });
  try {
    return await run(connection.database);
  } finally {
    await connection.close(0);
  }
}
