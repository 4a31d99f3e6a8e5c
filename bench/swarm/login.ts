/** The HTTP origin of a WebSocket address. */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`;
}

/** One bot's account: a guest at first, later always the same. */
export interface Login {
  /** A ticket for the account. Rejects with what is to be done. */
  readonly ticket: () => Promise<string>;
  /** 0 before the first ticket. */
  readonly account: number;
}

interface Pass {
  readonly ticket: string;
  readonly account: number;
}

export function createLogin(url: string): Login {
  const origin = originOf(url);
  let kept: Pass | null = null;
  return {
    async ticket() {
      const renewed: Pass | null =
        kept === null ? null : await post(`${origin}/auth/renew`, { ticket: kept.ticket });
      const pass = renewed ?? (await post(`${origin}/auth/guest`, {}));
      if (pass === null) throw new Error('the server takes no guests');
      kept = pass;
      return pass.ticket;
    },
    get account() {
      return kept?.account ?? 0;
    },
  };
}

async function post(address: string, body: object): Promise<Pass | null> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status === 429) {
    throw new Error('too many guests: start the server with a higher SPACETIME_GUESTS_PER_MINUTE');
  }
  if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
  return response.ok ? ((await response.json()) as Pass) : null;
}
