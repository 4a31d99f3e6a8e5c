import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloseCode } from '../core-wasm/host/close-code.ts';
import { BodyKind } from '../core-wasm/host/types.ts';
import { query } from '../db/probe/test-postgres.ts';
import { openDatabase } from '../db/store.ts';
import { landingSite } from './game/landing/landing-site.ts';
import { offeredProtocols } from './net/door.ts';
import { type ServerProcess, startServer } from './probe/server-process.ts';

/** Two starts of a real server with a real database. */
setDefaultTimeout(120_000);

let dataDir = '';
let server: ServerProcess | null = null;
const FORGED = `e30.e30.${'A'.repeat(86)}`;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'spacetime-books-'));
});
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<string> {
  server = await startServer({ dataDir });
  return `http://127.0.0.1:${server.port}`;
}

async function history(url: string): Promise<string[]> {
  const answer = (await (await fetch(`${url}/scene/history`)).json()) as {
    events: { kind: string }[];
  };
  return answer.events.map(({ kind }) => kind);
}

/** Shows a ticket, says one thing and waits until the socket is closed. */
function knock(url: string, ticket: string): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'), offeredProtocols(ticket));
  socket.onopen = () => socket.send(new Uint8Array([250, 251, 252]));
  return new Promise((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
}

test('a server enters what happened, what stands and who was turned away', async () => {
  const first = await start();
  const guest = await fetch(`${first}/auth/guest`, { method: 'POST' });
  const { account, ticket } = (await guest.json()) as { account: number; ticket: string };
  expect(await knock(first, ticket)).toBe(CloseCode.MALFORMED);
  await Promise.all([knock(first, FORGED), knock(first, FORGED)]);
  while ((await history(first))[0] !== 'genesis') await Bun.sleep(20);
  expect(await server?.stop()).toBe(0);
  const second = await start();
  while ((await history(second))[0] !== 'recovered') await Bun.sleep(20);
  expect(await history(second)).toEqual(['recovered', 'genesis']);
  expect(await server?.stop()).toBe(0);
  server = null;
  const database = await openDatabase({ databaseUrl: null, dataDir, log: () => {} });
  try {
    const standing = landingSite(() => 0).filter(({ kind }) => kind === BodyKind.STATIC);
    expect(await query(database.url, 'select from placed_pieces')).toHaveLength(standing.length);
    const events = 'select kind, code, account, count from security_events order by kind';
    expect(await query(database.url, events)).toEqual([
      { kind: 'close', code: `${CloseCode.MALFORMED}`, account: String(account), count: 1 },
      { kind: 'refusal', code: 'ticket-forged', account: null, count: 2 },
    ]);
  } finally {
    await database.close();
  }
});
