import { sql } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { players } from '../../db/schema/account.ts';
import type { PlayerProjection, RegionLease } from '../../server/ports.ts';

export async function fillAccounts(database: Database, count: number): Promise<void> {
  await database.execute(
    sql`insert into accounts (name) select 'Guest ' || i from generate_series(1, ${count}::int) i`,
  );
}

/** The way that was rejected: a row of parameters each. */
export async function upsertByValues(
  database: Database,
  { region }: RegionLease,
  seen: readonly PlayerProjection[],
): Promise<void> {
  await database
    .insert(players)
    .values(seen.map((player) => ({ ...player, region, seenFrame: 1 })))
    .onConflictDoUpdate({
      target: players.account,
      set: {
        region: sql`excluded.region`,
        x: sql`excluded.x`,
        y: sql`excluded.y`,
        z: sql`excluded.z`,
        yaw: sql`excluded.yaw`,
        seenFrame: sql`excluded.seen_frame`,
      },
    });
}
