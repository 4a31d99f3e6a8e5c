import { CompactSign, compactVerify } from 'jose';
import { z } from 'zod';
import type { Admission, Bus, Clock, Entropy } from '../ports.ts';
import { TICKET_ALGORITHM, type TicketKey } from './ticket-key.ts';

export type TicketFault =
  | 'missing'
  /** Not the shape of a ticket. */
  | 'malformed'
  | 'expired'
  /** Signed by nobody, by another key, or changed since. */
  | 'forged'
  | 'revoked'
  /** The bus cannot say whether the ticket was revoked: nobody is let in on a guess. */
  | 'unavailable';

export interface TicketRefusal {
  readonly refused: TicketFault;
}

export interface TicketOffice {
  readonly ttlSeconds: number;
  /** Signs a ticket for `account` under `name`, valid for `ttlSeconds`. */
  issue(account: number, name: string): Promise<string>;
  /** Whom the ticket admits now. Never rejects. */
  verify(ticket: string | null): Promise<Admission | TicketRefusal>;
  /** Like `verify`, but accepts a ticket until `renewalSeconds` after its issue. Never rejects. */
  verifyForRenewal(ticket: string | null): Promise<Admission | TicketRefusal>;
  /** Makes one ticket invalid on every server; rejects when that cannot be kept or told. */
  revoke(ticketId: string): Promise<void>;
}

export interface TicketOfficeOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly bus: Pick<Bus, 'revokeTicket' | 'isRevoked'>;
  readonly key: TicketKey;
  readonly ttlSeconds: number;
  readonly renewalSeconds: number;
}

const ISSUER = 'spacetime';
const AUDIENCE = 'spacetime.v1';
const TICKET_ID_BYTES = 16;
const TICKET_LENGTH_MAX = 1024;

/**
 * Three parts of base64url. The signature's 64 bytes fill 86 characters but for 4 bits; demanding
 * them zero leaves each ticket one spelling, where a lenient decoder takes sixteen.
 */
const TICKET_PATTERN = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/;

const Claims = z.object({
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  sub: z.string().regex(/^[1-9]\d{0,9}$/),
  name: z.string().min(1),
  jti: z.string().min(1),
  iat: z.int(),
  exp: z.int(),
});
type Claims = z.infer<typeof Claims>;

/** Issues and checks the tickets of this world. */
export function createTicketOffice(options: TicketOfficeOptions): TicketOffice {
  const { clock, entropy, bus, key, ttlSeconds, renewalSeconds } = options;
  const nowSeconds = (): number => Math.floor(clock.wallMs() / 1000);

  async function check(
    ticket: string | null,
    endSeconds: (claims: Claims) => number,
  ): Promise<Admission | TicketRefusal> {
    if (ticket === null || ticket === '') return { refused: 'missing' };
    const claims = await readTicket(ticket, key);
    if ('refused' in claims) return claims;
    if (nowSeconds() >= endSeconds(claims)) return { refused: 'expired' };
    try {
      if (await bus.isRevoked(claims.jti)) return { refused: 'revoked' };
    } catch {
      return { refused: 'unavailable' };
    }
    return { account: Number(claims.sub), ticketId: claims.jti, name: claims.name };
  }

  return {
    ttlSeconds,
    issue(account, name) {
      const iat = nowSeconds();
      const claims: Claims = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: String(account),
        name,
        jti: Buffer.from(entropy.bytes(TICKET_ID_BYTES)).toString('base64url'),
        iat,
        exp: iat + ttlSeconds,
      };
      return new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: TICKET_ALGORITHM, typ: 'JWT' })
        .sign(key.privateKey);
    },
    verify: (ticket) => check(ticket, (claims) => claims.exp),
    verifyForRenewal: (ticket) => check(ticket, (claims) => claims.iat + renewalSeconds),
    revoke: (ticketId) => bus.revokeTicket(ticketId, Math.max(ttlSeconds, renewalSeconds)),
  };
}

/** The time of `jose`'s own JWT check is the machine's; so the claims are checked here. */
async function readTicket(ticket: string, key: TicketKey): Promise<Claims | TicketRefusal> {
  if (ticket.length > TICKET_LENGTH_MAX || !TICKET_PATTERN.test(ticket)) {
    return { refused: 'malformed' };
  }
  try {
    const { payload } = await compactVerify(ticket, key.publicKey, {
      algorithms: [TICKET_ALGORITHM],
    });
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload).toString()));
    return claims.success ? claims.data : { refused: 'malformed' };
  } catch {
    return { refused: 'forged' };
  }
}
