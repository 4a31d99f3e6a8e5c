import type { Context, Hono } from 'hono';
import { DRAINING, ticketRefusal } from '../auth/doorkeeper.ts';
import type { TicketOffice } from '../auth/tickets.ts';
import { fileIncident, type IncidentDesk } from '../incident/desk.ts';
import { type Refusal, refusalResponse } from '../net/refusal.ts';
import { UPLOAD_PATH } from '../net/transport.ts';
import type { HealthState } from '../observe/health.ts';
import { createSenderLimit } from './sender-limit.ts';

export interface IncidentRoute {
  readonly tickets: TicketOffice;
  readonly health: HealthState;
  /** Null: incidents are not taken. */
  readonly incidents: IncidentDesk | null;
}

/** Of each account. A client that differs more often has told enough. */
const UPLOADS_PER_MINUTE = 4;

const TOO_MANY: Refusal = {
  status: 429,
  code: 'too-many-requests',
  message: 'Too many incidents were sent by this account.',
  fix: 'Wait a minute.',
};

const NOT_TAKEN: Refusal = {
  status: 404,
  code: 'not-found',
  message: 'This server takes no incidents.',
  fix: 'Keep the file.',
};

/** Takes the incident files of clients; who sends one shows his ticket first. */
export function addIncidents(
  app: Hono<{ Bindings: { address: string } }>,
  route: IncidentRoute,
): void {
  const limit = createSenderLimit(UPLOADS_PER_MINUTE);
  app.post(UPLOAD_PATH, async (context) => {
    const { incidents, health, tickets } = route;
    if (incidents === null) return refusalResponse(NOT_TAKEN);
    if (health.draining) return refusalResponse(DRAINING);
    const verdict = await tickets.verify(bearerOf(context));
    if ('refused' in verdict) return refusalResponse(ticketRefusal(verdict.refused));
    const waitSeconds = limit.take(String(verdict.account), incidents.clock.nowMs());
    if (waitSeconds > 0) {
      return refusalResponse(TOO_MANY, { 'retry-after': String(waitSeconds) });
    }
    const body = new Uint8Array(await context.req.arrayBuffer());
    const answer = await fileIncident(incidents, verdict.account, body);
    if ('status' in answer) return refusalResponse(answer);
    return context.json(answer, 200, { 'cache-control': 'no-store' });
  });
}

function bearerOf(context: Context): string | null {
  return /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1] ?? null;
}
