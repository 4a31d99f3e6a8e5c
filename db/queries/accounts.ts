import { eq, sql } from 'drizzle-orm';
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
