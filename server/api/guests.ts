import { z } from 'zod';
import { ticketRefusal } from '../auth/doorkeeper.ts';
import { cleanName, guestName } from '../auth/player-name.ts';
import type { TicketOffice } from '../auth/tickets.ts';
import type { Refusal } from '../net/refusal.ts';
import type { Account, Clock, Entropy, Store } from '../ports.ts';

export interface GuestDesk {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly tickets: TicketOffice;
  readonly store: Pick<Store, 'createGuest' | 'account'>;
}

/** What a client gets to walk in with. */
export interface GuestPass {
  readonly ticket: string;
  readonly account: number;
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export const GuestBody = z.object({ name: z.string().optional() });
export const RenewBody = z.object({ ticket: z.string() });

const STORE_AWAY: Refusal = {
  status: 503,
  code: 'store-unavailable',
  message: 'Accounts cannot be read or written just now.',
  fix: 'Try again in a moment.',
};

const ACCOUNT_GONE: Refusal = {
  status: 401,
  code: 'account-unknown',
  message: 'The account of this ticket does not exist in this world.',
  fix: 'Take a new one from POST /auth/guest.',
};

/** A new account, named as asked as far as the name can be shown. */
export async function admitGuest(
  desk: GuestDesk,
  { name }: z.infer<typeof GuestBody>,
): Promise<GuestPass | Refusal> {
  const clean = cleanName(name ?? '') ?? guestName(desk.entropy);
  return writePass(desk, await orAway(desk.store.createGuest(clean)));
}

/** A fresh ticket of the same account for one that is valid, or has expired not too long ago. */
export async function renewGuest(
  desk: GuestDesk,
  { ticket }: z.infer<typeof RenewBody>,
): Promise<GuestPass | Refusal> {
  const verdict = await desk.tickets.verifyForRenewal(ticket);
  if ('refused' in verdict) return ticketRefusal(verdict.refused);
  return writePass(desk, await orAway(desk.store.account(verdict.account)));
}

async function orAway<T>(answer: Promise<T>): Promise<T | Refusal> {
  try {
    return await answer;
  } catch {
    return STORE_AWAY;
  }
}

async function writePass(
  desk: GuestDesk,
  found: Account | Refusal | null,
): Promise<GuestPass | Refusal> {
  if (found === null) return ACCOUNT_GONE;
  if ('status' in found) return found;
  const { account, name } = found;
  const { clock, tickets } = desk;
  const expiresAt = (Math.floor(clock.wallMs() / 1000) + tickets.ttlSeconds) * 1000;
  return { ticket: await tickets.issue(account, name), account, name, expiresAt };
}
