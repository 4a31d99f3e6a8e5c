/** The HTTP origin of a WebSocket address. */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`;
}

/**
 * A ticket source for one bot: a guest at first, later always the same account. Rejects with what
 * is to be done.
 */
export function createLogin(url: string): () => Promise<string> {
  const origin = originOf(url);
  let kept: string | null = null;
  return async () => {
    const renewed: string | null =
      kept === null ? null : await post(`${origin}/auth/renew`, { ticket: kept });
    const ticket = renewed ?? (await post(`${origin}/auth/guest`, {}));
    if (ticket === null) throw new Error('the server takes no guests');
    kept = ticket;
    return ticket;
  };
}

async function post(address: string, body: object): Promise<string | null> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status === 429) {
    throw new Error('too many guests: start the server with a higher SPACETIME_GUESTS_PER_MINUTE');
  }
  if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
  if (!response.ok) return null;
  return ((await response.json()) as { ticket: string }).ticket;
}
