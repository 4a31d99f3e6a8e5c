import type { Refusal } from '../net/refusal.ts';
import type { DoorRequest } from '../net/transport.ts';
import { countBy } from '../observe/meters.ts';
import type { Admission } from '../ports.ts';
import type { TicketFault, TicketOffice } from './tickets.ts';

const LOG_IN = 'Take a ticket from POST /auth/guest.';

const TICKET_REFUSALS: Readonly<Record<TicketFault, Refusal>> = {
  missing: unauthorized('missing', 'No ticket was given.'),
  malformed: unauthorized('malformed', 'This is not a ticket.'),
  expired: unauthorized('expired', 'The ticket has expired.'),
  forged: unauthorized('forged', 'The ticket was not issued by this world.'),
  revoked: {
    status: 403,
    code: 'ticket-revoked',
    message: 'The ticket was revoked.',
    fix: LOG_IN,
  },
  unavailable: {
    status: 503,
    code: 'ticket-unavailable',
    message: 'Tickets cannot be checked just now.',
    fix: 'Try again in a moment.',
  },
};

const HOSTILE_CODES: ReadonlySet<string> = new Set(
  (['malformed', 'forged', 'revoked'] as const).map((fault) => TICKET_REFUSALS[fault].code),
);

export const DRAINING: Refusal = {
  status: 503,
  code: 'draining',
  message: 'The server is shutting down.',
  fix: 'Try again in a moment.',
};

export function ticketRefusal(fault: TicketFault): Refusal {
  return TICKET_REFUSALS[fault];
}

/**
 * Decides who gets a socket and counts who does not, by code, in `refusals`. `closedBecause` is
 * asked first, so a closed door costs no signature. `onHostile` hears of tickets that no client of
 * ours shows: an honest one may be late, never wrong.
 */
export function createDoorkeeper(
  tickets: TicketOffice,
  closedBecause: () => Refusal | null,
  refusals: Map<string, number>,
  onHostile: (code: string, address: string) => void = () => {},
): (door: DoorRequest) => Promise<Admission | Refusal> {
  async function decide(door: DoorRequest): Promise<Admission | Refusal> {
    const closed = closedBecause();
    if (closed !== null) return closed;
    const verdict = await tickets.verify(door.ticket);
    return 'refused' in verdict ? ticketRefusal(verdict.refused) : verdict;
  }

  return async (door) => {
    const answer = await decide(door);
    if ('code' in answer) {
      countBy(refusals, answer.code);
      if (HOSTILE_CODES.has(answer.code)) onHostile(answer.code, door.address);
    }
    return answer;
  };
}

function unauthorized(fault: string, message: string): Refusal {
  return { status: 401, code: `ticket-${fault}`, message, fix: LOG_IN };
}
