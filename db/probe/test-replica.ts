import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../embedded.ts';
import { postgresUser } from '../postgres-user.ts';
import { query, type TestPostgres } from './test-postgres.ts';

/** A streaming replica of a test's PostgreSQL. */
export interface TestReplica {
  readonly url: string;
  /** Receives on, but shows nothing new. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  close(): Promise<void>;
}

/** `binFolder` must have `pg_basebackup` of the primary's own version; the packages have none. */
export async function startReplica(primary: TestPostgres, binFolder: string): Promise<TestReplica> {
  const folder = await mkdtemp(join(tmpdir(), 'spacetime-replica-'));
  const user = await postgresUser([binFolder, folder]);
  await user.giveFile(folder);
  await user.run(join(binFolder, 'pg_basebackup'), [
    `--dbname=${primary.url}`,
    `--pgdata=${join(folder, 'postgres')}`,
    '--wal-method=stream',
    '--checkpoint=fast',
    '--write-recovery-conf',
  ]);
  const postgres = await startEmbedded(folder, () => {}, binFolder);
  return {
    url: postgres.url,
    pauseReplay: async () => void (await query(postgres.url, 'select pg_wal_replay_pause()')),
    resumeReplay: async () => void (await query(postgres.url, 'select pg_wal_replay_resume()')),
    async close() {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
