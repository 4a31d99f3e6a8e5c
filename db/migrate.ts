import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { connect } from './connect.ts';
import { lockMigrations } from './queries/locks.ts';

/**
 * Brings a database to the newest schema. Safe to run from many servers at once: drizzle's own
 * migrator is not, so an advisory lock lets one through at a time. Throws when a migration
 * fails; that one is then rolled back as a whole.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const connection = connect(url, { socketsMax: 1, applicationName: 'spacetime-vr migrate' });
  try {
    await lockMigrations(connection.database);
    await migrate(connection.database, { migrationsFolder: migrationsFolder() });
  } finally {
    // The lock goes with the socket.
    await connection.close(0);
  }
}

/** Beside this file, or where the repository keeps it when this code runs from `build/`. */
function migrationsFolder(): string {
  const places = ['./migrations', '../../db/migrations'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = places.find((path) => existsSync(path));
  if (!found) throw new Error(`no database migrations in ${places.join(' or ')}`);
  return found;
}
