import type { KeptTexts } from './storage.ts';

/** What the server hands to somebody who walks in without an account of their own. */
interface Guest {
  readonly ticket: string;
  readonly account: number;
  readonly name: string;
}

const KEY = 'spacetime.ticket';

/**
 * Gives a ticket that opens the door: the kept one exchanged for a fresh one of the same account,
 * else one of a new guest. Rejects, and keeps what is kept, while the server does not answer:
 * a server that restarts must not cost anybody their account.
 */
export async function guestTicket(base: URL, storage: KeptTexts): Promise<string> {
  const kept = storage.getItem(KEY);
  const guest = (kept && (await post(base, 'auth/renew', { ticket: kept }))) || null;
  const fresh = guest ?? (await post(base, 'auth/guest', {}));
  if (fresh === null) throw new Error('the server takes no guests');
  storage.setItem(KEY, fresh.ticket);
  return fresh.ticket;
}

/** Null when the server refuses; rejects when it cannot answer. */
async function post(base: URL, path: string, body: object): Promise<Guest | null> {
  const response = await fetch(new URL(path, base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('no server answers');
  });
  if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
  if (response.status === 429) throw new Error('too many guests from here, wait a minute');
  if (!response.ok) return null;
  return (await response.json()) as Guest;
}
