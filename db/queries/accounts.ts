import { asc, eq, gt, sql } from 'drizzle-orm';
import type { Account } from '../../server/ports.ts';
import { builtOnce, type Database } from '../connect.ts';
import { accounts, players } from '../schema/account.ts';

export async function insertAccount(database: Database, name: string): Promise<Account> {
  const [row] = await database
    .insert(accounts)
    .values({ name })
    .returning({ account: accounts.account });
  if (!row) throw new Error('insert of an account returned no row');
  return { account: row.account, name, lastSeen: null };
}

const accountQuery = builtOnce((database) =>
  database
    .select({ name: accounts.name, seen: players })
    .from(accounts)
    .leftJoin(players, eq(players.account, accounts.account))
    .where(eq(accounts.account, sql.placeholder('account')))
    .prepare('account'),
);

export async function selectAccount(database: Database, account: number): Promise<Account | null> {
  const [row] = await accountQuery(database).execute({ account });
  if (!row) return null;
  if (!row.seen) return { account, name: row.name, lastSeen: null };
  const { x, y, z, yaw } = row.seen;
  return { account, name: row.name, lastSeen: { account, x, y, z, yaw } };
}

export interface AccountRow {
  readonly account: number;
  readonly name: string;
  readonly createdAt: Date;
}

/** Accounts in order of their numbers, from the one after `account` on. */
export async function selectAccountsAfter(
  database: Database,
  account: number,
  limit: number,
): Promise<AccountRow[]> {
  return await database
    .select()
    .from(accounts)
    .where(gt(accounts.account, account))
    .orderBy(asc(accounts.account))
    .limit(limit);
}

/** Inserts accounts under the numbers that they have; the next new one gets a higher number. */
export async function insertAccountsAs(
  database: Database,
  rows: readonly AccountRow[],
): Promise<void> {
  await database.execute(sql`
    with copied as (
      insert into ${accounts} (account, name, created_at) overriding system value
      select account, name, created_at from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as row (account bigint, name text, "createdAt" timestamptz)
        cross join lateral (select row."createdAt" as created_at) as renamed
      returning account
    )
    select setval(pg_get_serial_sequence('accounts', 'account'), max(account)) from copied`);
}
