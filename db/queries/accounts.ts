import { eq, sql } from 'drizzle-orm';
import type { Account, PlayerProjection } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { accounts, players } from '../schema/account.ts';

export async function insertAccount(database: Database, name: string): Promise<Account> {
  const [row] = await database
    .insert(accounts)
    .values({ name })
    .returning({ account: accounts.account });
  if (!row) throw new Error('insert of an account returned no row');
  return { account: row.account, name, lastSeen: null };
}

export async function selectAccount(database: Database, account: number): Promise<Account | null> {
  const [row] = await database
    .select({ name: accounts.name, seen: players })
    .from(accounts)
    .leftJoin(players, eq(players.account, accounts.account))
    .where(eq(accounts.account, account));
  if (!row) return null;
  if (!row.seen) return { account, name: row.name, lastSeen: null };
  const { x, y, z, yaw } = row.seen;
  return { account, name: row.name, lastSeen: { account, x, y, z, yaw } };
}

/**
 * Writes where players were last seen, in one statement: JSON measured faster than `values`
 * rows. Accounts that do not exist are left out, since a foreign key error here would refuse the
 * journal group itself, for ever.
 */
export async function upsertPlayers(
  transaction: Database,
  region: number,
  seenFrame: number,
  seen: readonly PlayerProjection[],
): Promise<void> {
  if (seen.length === 0) return;
  await transaction.execute(sql`
    insert into ${players} (account, region, x, y, z, yaw, seen_frame)
    select distinct on (account) account, ${region}::int, x, y, z, yaw, ${seenFrame}::bigint
    from jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
      as seen (account bigint, x float8, y float8, z float8, yaw int)
    join ${accounts} using (account)
    on conflict (account) do update set
      region = excluded.region, x = excluded.x, y = excluded.y, z = excluded.z,
      yaw = excluded.yaw, seen_frame = excluded.seen_frame`);
}
