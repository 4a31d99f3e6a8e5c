import { desc, eq, sql } from 'drizzle-orm';
import type { RegionLease, SceneEvent, SceneRecord } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { sceneHistory } from '../schema/books.ts';
import { heldLease } from './regions.ts';

/** False when the lease is lost. */
export async function insertSceneEvent(
  database: Database,
  lease: RegionLease,
  { kind, frame, detail }: SceneEvent,
): Promise<boolean> {
  const rows = await database.execute(sql`
    with lease as materialized (${heldLease(lease)})
    insert into ${sceneHistory} (region, epoch, kind, frame, detail)
    select region, ${lease.epoch}::bigint, ${kind}, ${frame}::bigint,
      ${JSON.stringify(detail)}::jsonb
    from lease
    returning id`);
  return rows.length > 0;
}

/** Newest first. */
export async function selectSceneHistory(
  database: Database,
  region: number,
  limit: number,
): Promise<SceneRecord[]> {
  const rows = await database
    .select()
    .from(sceneHistory)
    .where(eq(sceneHistory.region, region))
    .orderBy(desc(sceneHistory.id))
    .limit(limit);
  return rows.map(({ kind, frame, epoch, at, detail }) => ({
    kind: kind as SceneRecord['kind'],
    frame,
    epoch,
    atMs: at.getTime(),
    detail: detail as SceneRecord['detail'],
  }));
}
