import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { openTicketKey } from '../auth/ticket-key.ts';
import { createTicketOffice } from '../auth/tickets.ts';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createEntropy } from '../entropy.ts';
import { createHealth } from '../observe/health.ts';
import { createLog } from '../observe/log.ts';
import { createMeters } from '../observe/meters.ts';
import { createMetrics } from '../observe/metrics.ts';
import type { Account } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createApp } from './app.ts';
import { loadAssets } from './assets.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const PUBLIC = { address: '203.0.113.7' };
const LOCAL = { address: '127.0.0.1' };
const SCRIPT = 'console.log(1);\n'.repeat(500);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/app-`);
  await mkdir(`${folder}/client/img`, { recursive: true });
  await writeFile(`${folder}/client/index.html`, '<!doctype html><title>x</title>');
  await writeFile(`${folder}/client/index-8s3fqk2a.js`, SCRIPT);
  await writeFile(`${folder}/client/index-8s3fqk2a.js.map`, '{}');
  await writeFile(`${folder}/client/img/icon.svg`, '<svg/>');
  await writeFile(`${folder}/client/core.wasm`, 'stale');
  await writeFile(`${folder}/core.wasm`, new Uint8Array([0, 97, 115, 109]));
  await writeFile(`${folder}/secret.txt`, 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

/** The app with real parts; the store keeps accounts in a map. */
async function start(options: { client?: string } = {}) {
  const clock = createVirtualClock(1_700_000_000_000);
  const entropy = createEntropy();
  const accounts = new Map<number, Account>();
  const store = {
    async createGuest(name: string): Promise<Account> {
      const account = { account: accounts.size + 1, name, lastSeen: null };
      accounts.set(account.account, account);
      return account;
    },
    account: async (account: number) => accounts.get(account) ?? null,
  };
  const tickets = createTicketOffice({
    clock,
    entropy,
    bus: createLocalBus(clock),
    key: await openTicketKey(`${folder}/key.pem`, entropy),
    ttlSeconds: 900,
    renewalSeconds: 86_400,
  });
  const health = createHealth();
  const lines: string[] = [];
  const history = [3, 2, 1].map((epoch) => ({
    kind: 'recovered' as const,
    frame: epoch * 100,
    epoch,
    atMs: epoch,
    detail: { framesReplayed: 7 },
  }));
  const app = createApp({
    clock,
    entropy,
    tickets,
    store,
    health,
    metrics: createMetrics(createMeters()),
    assets: await loadAssets(options.client ?? `${folder}/client`, {
      '/core.wasm': `${folder}/core.wasm`,
    }),
    guestsPerMinute: 5,
    incidents: null,
    sceneHistory: async (limit) => history.slice(0, limit),
    log: createLog({ level: 'info', clock, write: (line) => void lines.push(line) }),
  });
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    app(new Request(`http://world${path}`, { headers, method }), LOCAL);
  const post = (path: string, body: unknown, peer = PUBLIC, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return app(new Request(`http://world${path}`, { method: 'POST', body: text, headers }), peer);
  };
  return { app, clock, store, accounts, tickets, health, lines, get, post };
}

describe('guests', () => {
  test('a guest gets a ticket that opens the door', async () => {
    const { post, tickets, accounts } = await start();
    const answer = await post('/auth/guest', { name: '  Ada\u202e  L ' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const pass = await answer.json();
    expect(pass).toMatchObject({ account: 1, name: 'Ada L', expiresAt: 1_700_000_900_000 });
    expect(await tickets.verify(pass.ticket)).toMatchObject({ account: 1, name: 'Ada L' });
    expect(accounts.get(1)?.name).toBe('Ada L');
  });

  test('who gives no name, or none that shows, is numbered', async () => {
    const { post } = await start();
    for (const body of ['', '{}', { name: '' }, { name: '\u200b' }]) {
      const pass = await (await post('/auth/guest', body)).json();
      expect(pass.name).toMatch(/^Guest \d{4}$/);
    }
  });

  test('a body that is not as expected is refused with words', async () => {
    const { post, accounts } = await start();
    for (const [path, body] of [
      ['/auth/guest', '{'],
      ['/auth/guest', { name: 7 }],
      ['/auth/guest', '[]'],
      ['/auth/renew', {}],
      ['/auth/renew', ''],
    ] as const) {
      const answer = await post(path, body, LOCAL);
      expect(answer.status).toBe(400);
      const { error } = await answer.json();
      expect(error.code).toBe('bad-body');
      expect(error.message.length).toBeGreaterThan(10);
      expect(error.fix).toContain('JSON');
    }
    expect(accounts.size).toBe(0);
  });

  test('a ticket is renewed for the same account, even expired, not too late', async () => {
    const { post, clock, accounts } = await start();
    const first = await (await post('/auth/guest', { name: 'Ada' })).json();
    clock.advance(86_000_000);
    const answer = await post('/auth/renew', { ticket: first.ticket });
    const second = await answer.json();
    expect(second).toMatchObject({ account: first.account, name: 'Ada' });
    expect(second.ticket).not.toBe(first.ticket);
    clock.advance(86_400_000);
    expect((await post('/auth/renew', { ticket: second.ticket })).status).toBe(401);
    expect(accounts.size).toBe(1);
  });

  test('what is no ticket of ours, or of nobody here, is not renewed', async () => {
    const { post, tickets } = await start();
    const forged = await post('/auth/renew', { ticket: 'x' });
    expect(forged.status).toBe(401);
    expect((await forged.json()).error.code).toBe('ticket-malformed');
    const gone = await post('/auth/renew', { ticket: await tickets.issue(99, 'Nobody') });
    expect(gone.status).toBe(401);
    expect((await gone.json()).error.code).toBe('account-unknown');
  });

  test('each sender has its own budget; this machine has none', async () => {
    const { post, clock } = await start();
    const statuses = async (count: number, peer: { address: string }, headers = {}) => {
      const answers = [];
      for (let i = 0; i < count; i++) answers.push(await post('/auth/guest', {}, peer, headers));
      return answers.map((answer) => answer.status);
    };
    expect(await statuses(6, PUBLIC)).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await post('/auth/guest', {});
    expect(refused.headers.get('retry-after')).toBe('12');
    expect(await statuses(1, { address: '203.0.113.8' })).toEqual([200]);
    clock.advance(12_000);
    expect(await statuses(2, PUBLIC)).toEqual([200, 429]);
    expect(await statuses(20, LOCAL)).toEqual(Array(20).fill(200));
    const forwarded = { 'x-forwarded-for': '1.2.3.4, 203.0.113.7' };
    expect(await statuses(1, LOCAL, forwarded)).toEqual([429]);
    expect(await statuses(1, PUBLIC, { 'x-forwarded-for': '9.9.9.9' })).toEqual([429]);
  });

  test('a store that is away is a fault, not a crash', async () => {
    const { post, store, tickets, lines } = await start();
    store.createGuest = () => Promise.reject(new Error('away'));
    store.account = () => Promise.reject(new Error('away'));
    expect((await post('/auth/guest', {})).status).toBe(503);
    const ticket = await tickets.issue(1, 'Ada');
    expect((await post('/auth/renew', { ticket })).status).toBe(503);
    expect(lines).toEqual([]);
  });

  test('a draining server admits nobody', async () => {
    const { post, health } = await start();
    health.draining = true;
    expect((await post('/auth/guest', {})).status).toBe(503);
  });
});

describe('health', () => {
  test('live from the first moment, ready when everything is', async () => {
    const { get, health, clock } = await start();
    expect((await get('/health/live')).status).toBe(200);
    const unready = await get('/health/ready');
    expect(unready.status).toBe(503);
    expect((await unready.json()).reasons).toHaveLength(3);
    expect(await (await get('/health')).json()).toMatchObject({ status: 'unhealthy', live: true });

    Object.assign(health, { store: true, bus: true, core: true, tickedAtMs: clock.nowMs() });
    expect(await (await get('/health/ready')).json()).toEqual({ status: 'ready', reasons: [] });
    const healthy = await get('/health');
    expect(healthy.status).toBe(200);
    expect(await healthy.json()).toMatchObject({ status: 'healthy', live: true, ready: true });

    clock.advance(10_001);
    expect((await get('/health/live')).status).toBe(503);
    expect((await get('/health')).status).toBe(503);
  });
});

describe('the client’s files', () => {
  test('the page, its script, pictures and the core', async () => {
    const { get } = await start();
    const cases = [
      ['/', 'text/html; charset=utf-8', 'no-store'],
      ['/index.html', 'text/html; charset=utf-8', 'no-store'],
      ['/index-8s3fqk2a.js', 'text/javascript; charset=utf-8', 'immutable'],
      ['/img/icon.svg', 'image/svg+xml', 'no-cache'],
      ['/core.wasm', 'application/wasm', 'no-cache'],
    ] as const;
    for (const [path, type, cache] of cases) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(type);
      expect(answer.headers.get('cache-control')).toContain(cache);
    }
    const core = await (await get('/core.wasm')).arrayBuffer();
    expect(new Uint8Array(core)).toEqual(new Uint8Array([0, 97, 115, 109]));
  });

  test('packed for who unpacks, 304 for who has it', async () => {
    const { get } = await start();
    const path = '/index-8s3fqk2a.js';
    const plain = await get(path);
    expect(await plain.text()).toBe(SCRIPT);
    const packed = await get(path, { 'accept-encoding': 'br, gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('accept-encoding');
    expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(SCRIPT);
    const again = await get(path, { 'if-none-match': plain.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    const head = await get(path, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(SCRIPT.length));
  });

  test('nothing outside the folder, and no source maps', async () => {
    const { get } = await start();
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '//etc/passwd',
      '/index-8s3fqk2a.js.map',
      '/img',
      '/constructor',
    ]) {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect((await answer.json()).error.code).toBe('not-found');
    }
    expect((await get('/', {}, 'DELETE')).status).toBe(404);
  });

  test('a client that was not built says how to build it', async () => {
    const { get } = await start({ client: `${folder}/nowhere` });
    const answer = await get('/');
    expect(answer.status).toBe(503);
    expect((await answer.json()).error.fix).toContain('bun run build');
    expect((await get('/core.wasm')).status).toBe(200);
  });
});

describe('/scene/history', () => {
  test('gives the newest events, as many as are asked for', async () => {
    const { get } = await start();
    const all = await get('/scene/history');
    expect(all.status).toBe(200);
    const { events } = (await all.json()) as { events: { epoch: number }[] };
    expect(events.map(({ epoch }) => epoch)).toEqual([3, 2, 1]);
    const two = await (await get('/scene/history?limit=2')).json();
    expect(two).toEqual({ events: events.slice(0, 2) });
    for (const limit of ['0', '501', 'x', '1e2', '']) {
      expect((await get(`/scene/history?limit=${limit}`)).status).toBe(400);
    }
  });
});

describe('every answer', () => {
  test('carries the security headers', async () => {
    const { get, post, app, tickets } = await start();
    tickets.issue = () => Promise.reject(new Error('broken'));
    const answers = [
      await get('/'),
      await get('/core.wasm'),
      await get('/nowhere'),
      await get('/health'),
      await get('/metrics'),
      await post('/auth/guest', '{'),
      await post('/auth/guest', {}),
      await app(new Request('http://world/x', { method: 'PUT' }), LOCAL),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([
      200, 200, 404, 503, 200, 400, 500, 404,
    ]);
    for (const answer of answers) {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        expect(answer.headers.get(name)).toBe(value);
      }
    }
  });

  test('is counted, under labels that no sender can invent', async () => {
    const { get, app } = await start();
    await get('/health/live');
    await get('/health/live');
    for (let i = 0; i < 50; i++) await get(`/made-up-${i}`);
    for (const method of ['BREW', 'LOCK']) await app(new Request('http://w/', { method }), LOCAL);
    const text = await (await get('/metrics')).text();
    const live = 'http_requests_total{method="GET",route="/health/live",status="200"} 2';
    expect(text).toContain(live);
    const other = 'http_requests_total{method="GET",route="other",status="404"} 50';
    expect(text).toContain(other);
    expect(text.match(/^http_requests_total{/gm)?.length).toBeLessThan(6);
    expect(text).toContain('http_request_duration_seconds_count{route="/health/live"} 2');
  });

  test('a bug is logged once and answered without its inside', async () => {
    const { post, tickets, lines } = await start();
    tickets.issue = () => Promise.reject(new Error('inside'));
    const answer = await post('/auth/guest', {});
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('inside');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('inside');
  });
});
