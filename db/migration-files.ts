import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One step of the schema and the way back. */
export interface Migration {
  /** The number that its files begin with. */
  readonly version: number;
  /** `0003_more-tables`, as its files are called. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of `up`, hex: what was applied once is never edited again. */
  readonly checksum: string;
}

const UP_FILE = /^(\d{4})_[\w-]+\.sql$/;

/**
 * All migrations of a folder in order: `NNNN_name.sql`, which drizzle-kit generates, beside
 * `NNNN_name.down.sql`, which is written by hand because drizzle-kit has none
 * (drizzle-team/drizzle-orm#2352). Throws when a way back is missing, a number is there twice or
 * one is left out.
 */
export async function readMigrations(folder = migrationsFolder()): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => UP_FILE.test(file)).sort();
  return await Promise.all(
    files.map(async (file, index) => {
      const version = Number(file.slice(0, 4));
      if (version !== index) {
        throw new Error(`${folder}: ${file} stands where number ${index} is due`);
      }
      const name = file.slice(0, -'.sql'.length);
      const up = await readFile(join(folder, file), 'utf8');
      const down = await readFile(join(folder, `${name}.down.sql`), 'utf8');
      return { version, name, up, down, checksum: createHash('sha256').update(up).digest('hex') };
    }),
  );
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
