import type { ReadableStore } from '../../db/open-beside.ts';
import { openWorldStore } from './world-store.ts';

/**
 * The store of a world that may be in play: where a server runs on the folder, its database is read
 * beside it, which costs the server a few queries. Throws `StepFailed` as `openWorldStore` does.
 */
export async function openStoreToRead(
  flags: Parameters<typeof openWorldStore>[0],
): Promise<ReadableStore> {
  const databaseUrl = flags['database-url'] ?? (process.env.DATABASE_URL || null);
  if (databaseUrl !== null && flags['data-dir'] === undefined) return openWorldStore(flags);
  const { openBeside } = await import('../../db/open-beside.ts');
  const dataDir = flags['data-dir'] ?? (process.env.DATA_DIR || 'world-data');
  return (await openBeside(dataDir, () => {})) ?? openWorldStore(flags);
}
