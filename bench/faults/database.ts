import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { connect } from '../../db/connect.ts';
import { startEmbedded } from '../../db/embedded.ts';

/** A real PostgreSQL that belongs to no server, as in production. */
export interface DatabaseServer {
  /** The address of a new, empty database. */
  create(): Promise<string>;
  stop(): Promise<void>;
}

export async function startDatabaseServer(): Promise<DatabaseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'spacetime-faults-'));
  const postgres = await startEmbedded(folder, () => {});
  return {
    async create() {
      const name = `world_${randomBytes(6).toString('hex')}`;
      const connection = connect(postgres.url, { socketsMax: 1, applicationName: 'faults' });
      try {
        await connection.database.execute(sql`create database ${sql.identifier(name)}`);
      } finally {
        await connection.close(0);
      }
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
