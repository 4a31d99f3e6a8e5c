import type { Admission } from '../ports.ts';
import type { Refusal } from './refusal.ts';
import type { DoorRequest, ListenOptions } from './transport.ts';

/**
 * What both ends speak. It, not the path, tells a game socket from any other, so a reverse proxy
 * may mount the server wherever it likes.
 */
export const SUBPROTOCOL = 'spacetime.v1';
const TICKET_PREFIX = 'ticket.';
/** Far above a ticket with the longest name. */
const OFFER_BYTES_MAX = 2048;

/**
 * The subprotocols that a client offers. The ticket travels among them because a browser lets a
 * page set no other header of the upgrade, and an address would end in proxies' logs.
 */
export function offeredProtocols(ticket: string): string[] {
  return [SUBPROTOCOL, `${TICKET_PREFIX}${ticket}`];
}

const WRONG_PROTOCOL: Refusal = {
  status: 400,
  code: 'wrong-subprotocol',
  message: `The socket does not offer the subprotocol ${SUBPROTOCOL}.`,
  fix: `Offer "${SUBPROTOCOL}, ${TICKET_PREFIX}<ticket>" in Sec-WebSocket-Protocol.`,
};

/** Reads a `Sec-WebSocket-Protocol` header and asks `admit`; no engine is touched. */
export async function knock(
  offer: string | null,
  address: string,
  admit: ListenOptions['admit'],
): Promise<Admission | Refusal> {
  const offered = (offer ?? '').slice(0, OFFER_BYTES_MAX).split(',');
  const names = offered.map((name) => name.trim());
  if (!names.includes(SUBPROTOCOL)) return WRONG_PROTOCOL;
  const ticket = names.find((name) => name.startsWith(TICKET_PREFIX));
  const door: DoorRequest = { ticket: ticket?.slice(TICKET_PREFIX.length) ?? null, address };
  return admit(door);
}

export function isRefusal(answer: object): answer is Refusal {
  return 'status' in answer;
}
