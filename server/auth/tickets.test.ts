import { afterAll, describe, expect, test } from 'bun:test';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { CompactSign } from 'jose';
import { createClock } from '../clock.ts';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createEntropy } from '../entropy.ts';
import type { Bus } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createDoorkeeper, DRAINING } from './doorkeeper.ts';
import { openTicketKey, type TicketKey } from './ticket-key.ts';
import { createTicketOffice } from './tickets.ts';

const folder = await mkdtemp(`${tmpdir()}/tickets-`);
afterAll(() => rm(folder, { recursive: true }));

const entropy = createEntropy();
const key = await openTicketKey(`${folder}/key.pem`, entropy);
const otherKey = await openTicketKey(`${folder}/other.pem`, entropy);
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function officeWith(options: { key?: TicketKey; bus?: Bus } = {}) {
  const clock = createVirtualClock(1_700_000_000_000);
  const bus = options.bus ?? createLocalBus(clock);
  const terms = { ttlSeconds: 900, renewalSeconds: 86_400 };
  const office = createTicketOffice({ clock, entropy, bus, key: options.key ?? key, ...terms });
  return { clock, bus, office };
}

/** A ticket with our header and these claims, signed with our key. */
function sign(claims: unknown, header = { alg: 'EdDSA' }): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(header)
    .sign(key.privateKey);
}

const CLAIMS = {
  iss: 'spacetime',
  aud: 'spacetime.v1',
  sub: '7',
  name: 'Ada',
  jti: 'x',
  iat: 1_700_000_000,
  exp: 1_700_000_900,
};

describe('tickets', () => {
  test('what was issued is verified', async () => {
    const { office } = officeWith();
    const admission = await office.verify(await office.issue(4_294_967_295, 'Ada Lövelace 🚀'));
    expect(admission).toMatchObject({ account: 4_294_967_295, name: 'Ada Lövelace 🚀' });
  });

  test('each ticket has an id of its own', async () => {
    const { office } = officeWith();
    const read = async () => office.verify(await office.issue(1, 'a'));
    expect(await read()).not.toEqual(await read());
  });

  test('a ticket is one word of a subprotocol list', async () => {
    const { office } = officeWith();
    const ticket = await office.issue(4_294_967_295, '\u{10FFFF}'.repeat(24));
    expect(ticket).toMatch(/^[\w.-]+$/);
    expect(ticket.length).toBeLessThan(600);
  });

  test('law: with any character changed it is refused', async () => {
    const { office } = officeWith();
    const ticket = await office.issue(7, 'Ada');
    const place = fc.nat(ticket.length - 1);
    const character = fc.constantFrom(...BASE64URL, '.', '=', 'é', '\0');
    await fc.assert(
      fc.asyncProperty(place, character, async (at, to) => {
        fc.pre(ticket[at] !== to);
        const changed = ticket.slice(0, at) + to + ticket.slice(at + 1);
        expect(await office.verify(changed)).toHaveProperty('refused');
      }),
      { numRuns: 1000 },
    );
  });

  test('no other spelling of the last character is accepted', async () => {
    const { office } = officeWith();
    const ticket = await office.issue(7, 'Ada');
    const verdicts = await Promise.all(
      Array.from(BASE64URL, (last) => office.verify(ticket.slice(0, -1) + last)),
    );
    expect(verdicts.filter((verdict) => !('refused' in verdict))).toHaveLength(1);
  });

  test('law: no text makes it reject or admit', async () => {
    const { office } = officeWith();
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{85}A$/));
    await fc.assert(
      fc.asyncProperty(text, async (ticket) => {
        expect(await office.verify(ticket)).toHaveProperty('refused');
      }),
    );
    expect(await office.verify('a'.repeat(1_000_000))).toEqual({ refused: 'malformed' });
    expect(await office.verify(null)).toEqual({ refused: 'missing' });
  });

  test('it expires to the second', async () => {
    const { office, clock } = officeWith();
    const ticket = await office.issue(7, 'Ada');
    clock.advance(899_999);
    expect(await office.verify(ticket)).toHaveProperty('account', 7);
    clock.advance(1);
    expect(await office.verify(ticket)).toEqual({ refused: 'expired' });
  });

  test('an expired one may still be renewed, for a while', async () => {
    const { office, clock } = officeWith();
    const ticket = await office.issue(7, 'Ada');
    clock.advance(86_399_000);
    expect(await office.verifyForRenewal(ticket)).toHaveProperty('account', 7);
    clock.advance(1000);
    expect(await office.verifyForRenewal(ticket)).toEqual({ refused: 'expired' });
  });

  test('one of another key is forged', async () => {
    const stranger = officeWith({ key: otherKey });
    const ticket = await stranger.office.issue(7, 'Ada');
    expect(await officeWith().office.verify(ticket)).toEqual({ refused: 'forged' });
  });

  test('the algorithm is pinned', async () => {
    const { office } = officeWith();
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`;
    expect(await office.verify(unsigned)).toEqual({ refused: 'malformed' });
    const [, , signature] = (await sign(CLAIMS)).split('.');
    for (const alg of ['none', 'HS256', 'ES256', 'RS256']) {
      const ticket = `${encode({ alg })}.${encode(CLAIMS)}.${signature}`;
      expect(await office.verify(ticket)).toEqual({ refused: 'forged' });
    }
  });

  test('claims of another world or another shape are refused, though signed', async () => {
    const { office } = officeWith();
    expect(await office.verify(await sign(CLAIMS))).toHaveProperty('account', 7);
    const wrong = [
      { ...CLAIMS, iss: 'elsewhere' },
      { ...CLAIMS, aud: 'other' },
      { ...CLAIMS, sub: '0' },
      { ...CLAIMS, sub: 7 },
      { ...CLAIMS, exp: undefined },
      { ...CLAIMS, exp: '1700000900' },
      [],
      null,
    ];
    for (const claims of wrong) {
      expect(await office.verify(await sign(claims))).toEqual({ refused: 'malformed' });
    }
  });

  test('a revoked one is refused, its sister is not', async () => {
    const { office } = officeWith();
    const [one, two] = [await office.issue(7, 'Ada'), await office.issue(7, 'Ada')];
    const admission = await office.verify(one);
    if ('refused' in admission) throw new Error(admission.refused);
    await office.revoke(admission.ticketId);
    expect(await office.verify(one)).toEqual({ refused: 'revoked' });
    expect(await office.verifyForRenewal(one)).toEqual({ refused: 'revoked' });
    expect(await office.verify(two)).toHaveProperty('account', 7);
  });

  test('while the bus is away nobody is let in on a guess', async () => {
    const { office, bus } = officeWith();
    bus.isRevoked = () => Promise.reject(new Error('away'));
    expect(await office.verify(await office.issue(7, 'Ada'))).toEqual({ refused: 'unavailable' });
  });

  test('verification takes under a millisecond', async () => {
    const { office } = officeWith();
    const ticket = await office.issue(7, 'Ada');
    const clock = createClock();
    for (let i = 0; i < 50; i++) await office.verify(ticket);
    const startedMs = clock.nowMs();
    for (let i = 0; i < 200; i++) await office.verify(ticket);
    expect((clock.nowMs() - startedMs) / 200).toBeLessThan(1);
  });
});

describe('the signing key', () => {
  test('outlives a restart, readable by its owner only', async () => {
    const path = `${folder}/deep/er/key.pem`;
    const first = officeWith({ key: await openTicketKey(path, entropy) });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const second = officeWith({ key: await openTicketKey(path, entropy) });
    const ticket = await first.office.issue(7, 'Ada');
    expect(await second.office.verify(ticket)).toHaveProperty('account', 7);
  });

  test('of servers that start together all get the same', async () => {
    const path = `${folder}/race.pem`;
    const keys = await Promise.all(Array.from({ length: 8 }, () => openTicketKey(path, entropy)));
    const offices = keys.map((raced) => officeWith({ key: raced }).office);
    const ticket = await offices[0]?.issue(7, 'Ada');
    for (const office of offices) {
      expect(await office.verify(ticket ?? null)).toHaveProperty('account', 7);
    }
  });

  test('comes from the entropy alone', async () => {
    const zeros = { bytes: (count: number) => new Uint8Array(count) };
    await openTicketKey(`${folder}/zero-1.pem`, zeros);
    await openTicketKey(`${folder}/zero-2.pem`, zeros);
    const read = (name: string) => readFile(`${folder}/${name}.pem`, 'utf8');
    expect(await read('zero-1')).toBe(await read('zero-2'));
  });

  test('that others may read is refused', async () => {
    const path = `${folder}/open.pem`;
    await openTicketKey(path, entropy);
    await chmod(path, 0o644);
    await expect(openTicketKey(path, entropy)).rejects.toThrow('chmod 600');
  });

  test('that is no key is refused with the way out', async () => {
    const path = `${folder}/junk.pem`;
    await writeFile(path, 'junk', { mode: 0o600 });
    await expect(openTicketKey(path, entropy)).rejects.toThrow('remove the file');
  });
});

describe('the doorkeeper', () => {
  test('turns verdicts into statuses and counts the refusals', async () => {
    const { office, clock } = officeWith();
    const refusals = new Map<string, number>();
    const admit = createDoorkeeper(office, () => null, refusals);
    const ticket = await office.issue(7, 'Ada');
    const address = '::1';
    expect(await admit({ ticket, address })).toMatchObject({ account: 7, name: 'Ada' });
    expect(await admit({ ticket: null, address })).toMatchObject({ status: 401 });
    const admission = await office.verify(ticket);
    if ('ticketId' in admission) await office.revoke(admission.ticketId);
    expect(await admit({ ticket, address })).toMatchObject({ status: 403 });
    clock.advance(900_000);
    expect(await admit({ ticket, address })).toMatchObject({ status: 401, code: 'ticket-expired' });
    expect(Object.fromEntries(refusals)).toEqual({
      'ticket-missing': 1,
      'ticket-revoked': 1,
      'ticket-expired': 1,
    });
  });

  test('a closed door is closed for valid tickets too', async () => {
    const { office } = officeWith();
    const admit = createDoorkeeper(office, () => DRAINING, new Map());
    const ticket = await office.issue(7, 'Ada');
    expect(await admit({ ticket, address: '::1' })).toBe(DRAINING);
  });
});
