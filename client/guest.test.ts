import { afterEach, expect, test } from 'bun:test';
import { guestTicket } from './guest.ts';
import type { KeptTexts } from './storage.ts';

function memory(): KeptTexts {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

let server: Bun.Server<undefined> | null = null;
afterEach(async () => {
  await server?.stop(true);
  server = null;
});

/** A server whose answers a test chooses; gives its address and what it was asked. */
function serve(answers: Record<string, () => Response>): { base: URL; asked: string[] } {
  const asked: string[] = [];
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return answers[pathname]?.() ?? new Response(null, { status: 404 });
    },
  });
  return { base: server.url, asked };
}

const pass = (ticket: string) => (): Response => Response.json({ ticket, account: 1, name: 'A' });
const status = (code: number) => (): Response => new Response(null, { status: code });

test('the first visit takes a guest ticket, the next one renews it', async () => {
  const { base, asked } = serve({ '/auth/guest': pass('one'), '/auth/renew': pass('two') });
  const storage = memory();
  expect(await guestTicket(base, storage)).toBe('one');
  expect(await guestTicket(base, storage)).toBe('two');
  expect(asked).toEqual(['/auth/guest', '/auth/renew']);
});

test('a ticket that the server will not renew makes a new guest', async () => {
  const storage = memory();
  const { base } = serve({ '/auth/guest': pass('one'), '/auth/renew': status(401) });
  await guestTicket(base, storage);
  expect(await guestTicket(base, storage)).toBe('one');
});

test('a server that is away or overloaded costs nobody their account', async () => {
  const storage = memory();
  const answers: Record<string, () => Response> = {
    '/auth/guest': pass('mine'),
    '/auth/renew': status(503),
  };
  const { base, asked } = serve(answers);
  await guestTicket(base, storage);
  await expect(guestTicket(base, storage)).rejects.toThrow('503');
  answers['/auth/renew'] = status(429);
  await expect(guestTicket(base, storage)).rejects.toThrow('wait');
  await server?.stop(true);
  await expect(guestTicket(base, storage)).rejects.toThrow('no server answers');
  expect(asked.filter((path) => path === '/auth/guest')).toHaveLength(1);
});
