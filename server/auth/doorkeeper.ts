import type { Refusal } from '../net/refusal.ts';
import type { DoorRequest } from '../net/transport.ts';
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

export const DRAINING: Refusal = {
  status: 503,
  code: 'draining',
  message: 'The server is shutting down.',
  fix: 'Try again in a moment.',
};

export const REGION_FULL: Refusal = {
  status: 503,
  code: 'region-full',
  message: 'The region holds as many players as it can.',
  fix: 'Try again later.',
};

export function ticketRefusal(fault: TicketFault): Refusal {
  return TICKET_REFUSALS[fault];
}

/**
 * Decides who gets a socket. `closedBecause` is asked first, so a closed door costs no signature.
 */
export function createDoorkeeper(
  tickets: TicketOffice,
  closedBecause: () => Refusal | null,
): (door: DoorRequest) => Promise<Admission | Refusal> {
  return async (door) => {
    const closed = closedBecause();
    if (closed !== null) return closed;
    const verdict = await tickets.verify(door.ticket);
    return 'refused' in verdict ? ticketRefusal(verdict.refused) : verdict;
  };
}

function unauthorized(fault: string, message: string): Refusal {
  return { status: 401, code: `ticket-${fault}`, message, fix: LOG_IN };
}
