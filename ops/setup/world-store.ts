import type { StoreBeside } from '../../db/beside.ts';
import type { Store } from '../../server/ports.ts';
import { StepFailed } from './shell.ts';

/** The one region of a world so far. */
export const REGION = 1;

export const STORE_FLAGS = { 'data-dir': 'string', 'database-url': 'string' } as const;

export const STORE_USAGE = [
  '  --data-dir DIR      folder of the world (default: DATA_DIR); its server may be running',
  "  --database-url URL  the world's database instead (default: DATABASE_URL)",
].join('\n');

export interface StoreFlags {
  readonly 'data-dir': string | undefined;
  readonly 'database-url': string | undefined;
}

export function dataDirOf(flags: StoreFlags): string {
  return flags['data-dir'] ?? (process.env.DATA_DIR || 'world-data');
}

/** Opens the store of a world, be its server running or not. Throws `StepFailed`. */
export async function openWorldBeside(flags: StoreFlags): Promise<StoreBeside> {
  const { openBeside } = await import('../../db/beside.ts');
  try {
    return await openBeside(databaseOf(flags));
  } catch (error) {
    throw new StepFailed(`The store cannot be opened: ${(error as Error).message}`);
  }
}

/** The same for whoever wants the store alone. */
export async function openWorldStore(flags: StoreFlags): Promise<Store> {
  return (await openWorldBeside(flags)).store;
}

/** Which database the flags, or the environment, name. */
export function databaseOf(flags: StoreFlags): { databaseUrl: string | null; dataDir: string } {
  const databaseUrl = flags['database-url'] ?? (process.env.DATABASE_URL || null);
  // A folder that was named means that folder, whatever the environment says.
  const isFolder = flags['data-dir'] !== undefined && flags['database-url'] === undefined;
  return { databaseUrl: isFolder ? null : databaseUrl, dataDir: dataDirOf(flags) };
}
