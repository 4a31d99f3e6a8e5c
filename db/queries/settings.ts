import { sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';

export interface ServerSettings {
  /** 180004 for 18.4. */
  readonly versionNumber: number;
  readonly dataDirectory: string | null;
  /** False when a crash of the machine could lose what was committed. */
  readonly syncsToDisk: boolean;
}

/** `dataDirectory` is null when the user may not see it. */
export async function selectSettings(database: Database): Promise<ServerSettings> {
  const [row] = await database.execute<{ version: string; folder: string | null; fsync: string }>(
    sql`select current_setting('server_version_num') as version,
      current_setting('fsync') as fsync,
      (select setting from pg_settings where name = 'data_directory') as folder`,
  );
  if (!row) throw new Error('Postgres returned no settings');
  return {
    versionNumber: Number(row.version),
    dataDirectory: row.folder,
    syncsToDisk: row.fsync === 'on',
  };
}

/** One round trip that touches no table. */
export async function selectNothing(database: Database): Promise<void> {
  await database.execute(sql`select`);
}
