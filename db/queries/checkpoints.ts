import { and, desc, eq, lt, lte, sql } from 'drizzle-orm';
import type { Database } from '../connect.ts';
import { checkpoints } from '../schema/checkpoint.ts';

/** A row as it is stored: the state still compressed. */
export type CheckpointRow = Omit<typeof checkpoints.$inferSelect, 'savedAt'>;

/** Writes a checkpoint; one that stood at the same frame is replaced. */
export async function upsertCheckpoint(transaction: Database, row: CheckpointRow): Promise<void> {
  const { region, frame, ...rest } = row;
  await transaction
    .insert(checkpoints)
    .values(row)
    .onConflictDoUpdate({
      target: [checkpoints.region, checkpoints.frame],
      set: { ...rest, savedAt: sql`now()` },
    });
}

/** Deletes all but the newest `keepCount` checkpoints of a region. */
export async function pruneCheckpoints(
  transaction: Database,
  region: number,
  keepCount: number,
): Promise<void> {
  const [newestToGo] = await transaction
    .select({ frame: checkpoints.frame })
    .from(checkpoints)
    .where(eq(checkpoints.region, region))
    .orderBy(desc(checkpoints.frame))
    .offset(keepCount)
    .limit(1);
  if (!newestToGo) return;
  await transaction
    .delete(checkpoints)
    .where(and(eq(checkpoints.region, region), lte(checkpoints.frame, newestToGo.frame)));
}

/** The newest checkpoint before `beforeFrame`; null when there is none. One state is large, so
 *  they are read one by one: recovery seldom needs the second. */
export async function selectCheckpointBefore(
  database: Database,
  region: number,
  beforeFrame: number,
): Promise<CheckpointRow | null> {
  const [row] = await database
    .select()
    .from(checkpoints)
    .where(and(eq(checkpoints.region, region), lt(checkpoints.frame, beforeFrame)))
    .orderBy(desc(checkpoints.frame))
    .limit(1);
  return row ?? null;
}
