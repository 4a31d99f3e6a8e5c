import { eq } from 'drizzle-orm';
import type { Database } from '../connect.ts';
import { cores } from '../schema/checkpoint.ts';

/** Does nothing when it is there already: the hash names the bytes. */
export async function insertCore(
  database: Database,
  coreHash: string,
  wasm: Uint8Array,
): Promise<void> {
  await database.insert(cores).values({ coreHash, wasm }).onConflictDoNothing();
}

export async function selectCore(database: Database, coreHash: string): Promise<Uint8Array | null> {
  const [row] = await database
    .select({ wasm: cores.wasm })
    .from(cores)
    .where(eq(cores.coreHash, coreHash));
  return row?.wasm ?? null;
}
