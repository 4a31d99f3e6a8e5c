import { arrayContains, eq } from 'drizzle-orm';
import type { Database } from '../connect.ts';
import { webhooks } from '../schema/books.ts';

export interface Webhook {
  readonly id: number;
  readonly url: string;
  readonly events: readonly string[];
  readonly secret: string;
  readonly isEnabled: boolean;
}

/** One address has one webhook: a second one replaces what it wants and its secret. */
export async function upsertWebhook(
  database: Database,
  { url, events, secret }: Pick<Webhook, 'url' | 'events' | 'secret'>,
): Promise<number> {
  const wanted = { events: [...events], secret, isEnabled: true };
  const [row] = await database
    .insert(webhooks)
    .values({ url, ...wanted })
    .onConflictDoUpdate({ target: webhooks.url, set: wanted })
    .returning({ id: webhooks.id });
  if (!row) throw new Error('upsert of a webhook returned no row');
  return row.id;
}

/** Whom to tell of an event. */
export async function selectWebhooksFor(database: Database, event: string): Promise<Webhook[]> {
  const rows = await database
    .select()
    .from(webhooks)
    .where(arrayContains(webhooks.events, [event]))
    .orderBy(webhooks.id);
  return rows.filter(({ isEnabled }) => isEnabled);
}

/** False when there is none. */
export async function deleteWebhook(database: Database, id: number): Promise<boolean> {
  const rows = await database.delete(webhooks).where(eq(webhooks.id, id)).returning();
  return rows.length > 0;
}
