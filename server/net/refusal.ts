/** Why a request is not served, in words for a program (`code`) and for a person. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 500 | 503;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  /** What the reader can do about it. */
  readonly fix: string;
}

export const BAD_REQUEST: Refusal = {
  status: 400,
  code: 'bad-request',
  message: 'The request is not valid HTTP, or not a valid WebSocket handshake.',
  fix: 'Send a well-formed request.',
};

export const BODY_TOO_BIG: Refusal = {
  status: 413,
  code: 'body-too-big',
  message: 'The body is longer than what is taken here.',
  fix: 'Send less, and say how much.',
};

export const FAILED: Refusal = {
  status: 500,
  code: 'internal',
  message: 'The server failed to answer.',
  fix: 'Try again; if it stays, look into the server log.',
};

/** The body of every refusal that the server sends over HTTP. */
export function refusalBody(refusal: Refusal): string {
  const { code, message, fix } = refusal;
  return JSON.stringify({ error: { code, message, fix } });
}

export function refusalResponse(refusal: Refusal, headers: Record<string, string> = {}): Response {
  return new Response(refusalBody(refusal), {
    status: refusal.status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  });
}
