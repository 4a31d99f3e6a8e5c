import type { Store } from '../../server/ports.ts';
import { StepFailed } from './shell.ts';

/** The one region of a world so far. */
export const REGION = 1;

export const STORE_FLAGS = { 'data-dir': 'string', 'database-url': 'string' } as const;

export const STORE_USAGE = [
  '  --data-dir DIR      folder of the world (default: DATA_DIR); its server may be running',
  "  --database-url URL  the world's database instead (default: DATABASE_URL)",
].join('\n');

/** Opens the store of a world for reading. Throws `StepFailed` when it cannot be had. */
export async function openWorldStore(flags: {
  readonly 'data-dir': string | undefined;
  readonly 'database-url': string | undefined;
}): Promise<Store> {
  const { openStore } = await import('../../db/store.ts');
  try {
    return await openStore({
      databaseUrl: flags['database-url'] ?? (process.env.DATABASE_URL || null),
      dataDir: flags['data-dir'] ?? (process.env.DATA_DIR || 'world-data'),
      log: () => {},
    });
  } catch (error) {
    throw new StepFailed(`The store cannot be opened: ${(error as Error).message}`);
  }
}
