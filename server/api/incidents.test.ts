import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import {
  decodeIncident,
  encodeIncident,
  type IncidentHead,
  type ServerEvidence,
} from '../../core-wasm/host/incident-file.ts';
import { openTicketKey } from '../auth/ticket-key.ts';
import { createTicketOffice } from '../auth/tickets.ts';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createEntropy } from '../entropy.ts';
import { INCIDENT_BYTES_MAX } from '../incident/desk.ts';
import { openIncidentFolder } from '../incident/folder.ts';
import { createHealth } from '../observe/health.ts';
import { createLog } from '../observe/log.ts';
import { createMeters } from '../observe/meters.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { addIncidents } from './incidents.ts';

const CORE_HASH = 'ab'.repeat(32);
const HEAD: IncidentHead = {
  protocol: 5,
  coreHash: CORE_HASH,
  account: 7,
  entity: 65537,
  frame: 40,
  expected: 'a1',
  got: 'b2',
  fault: 'differs',
  isProven: true,
};
const FRAME = {
  frame: 39,
  state: new Uint8Array(3000).fill(5),
  bytes: new Uint8Array(30).fill(6),
  leaves: Uint32Array.of(1, 2),
  enter: new Uint8Array(0),
  hashes: [1n, 2n, 3n],
};
const EVIDENCE: ServerEvidence = {
  note: { frame: 42, kind: 'islands', differing: [65537] },
  part: new Uint8Array(20),
  frames: [new Uint8Array(9)],
};

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'incidents-'));
});
afterEach(() => rm(root, { recursive: true }));

async function start() {
  const clock = createVirtualClock(1_700_000_000_000);
  const entropy = createEntropy();
  const tickets = createTicketOffice({
    clock,
    entropy,
    bus: createLocalBus(clock),
    key: await openTicketKey(`${root}/key.pem`, entropy),
    ttlSeconds: 900,
    renewalSeconds: 86_400,
  });
  const meters = createMeters();
  const lines: string[] = [];
  const folder = join(root, 'incidents');
  const waiting = new Map([[7, EVIDENCE]]);
  const app = new Hono<{ Bindings: { address: string } }>();
  addIncidents(app, {
    tickets,
    health: createHealth(),
    incidents: {
      clock,
      meters,
      log: createLog({ level: 'info', clock, write: (line) => void lines.push(line) }),
      folder: openIncidentFolder(folder),
      coreHash: CORE_HASH,
      takeEvidence: (account) => {
        const evidence = waiting.get(account) ?? null;
        waiting.delete(account);
        return evidence;
      },
    },
  });
  const ticket = await tickets.issue(7, 'Ada');
  const send = (body: Uint8Array, shown = ticket) =>
    app.request('/incidents', {
      method: 'POST',
      headers: { authorization: `Bearer ${shown}` },
      body: new Uint8Array(body),
    });
  return { clock, meters, lines, folder, send };
}

const packed = (head: Partial<IncidentHead> = {}) =>
  gzipSync(encodeIncident({ ...HEAD, ...head }, [FRAME]));

test('an incident is filed with what the server knows, counted, and one line says so', async () => {
  const { folder, send, meters, lines } = await start();
  const answer = await send(packed());
  expect(answer.status).toBe(200);
  const names = await readdir(folder);
  expect(names).toEqual(['001700000000000-7-40.incident.gz']);
  const file = gunzipSync(await readFile(join(folder, names[0] as string)));
  const decoded = decodeIncident(file);
  if (decoded.kind !== 'incident') throw new Error(decoded.why);
  expect(decoded.incident.head).toEqual(HEAD);
  expect(decoded.incident.server).toEqual(EVIDENCE);
  expect(decoded.incident.frames).toEqual([FRAME]);
  expect([...meters.incidentsByOutcome]).toEqual([['filed', 1]]);
  expect(lines.filter((line) => line.includes('"desync"'))).toHaveLength(1);
});

test('what is no incident of the sender is refused, and nothing is kept', async () => {
  const { send, meters, folder } = await start();
  const whole = packed();
  for (const body of [
    new Uint8Array(0),
    whole.subarray(0, whole.length / 2),
    packed({ account: 8 }),
  ]) {
    expect((await send(body)).status).toBe(400);
  }
  expect((await send(packed({ coreHash: 'cd'.repeat(32) }))).status).toBe(400);
  expect([...meters.incidentsByOutcome]).toEqual([
    ['no-incident', 3],
    ['other-core', 1],
  ]);
  await expect(readdir(folder)).rejects.toThrow();
});

test('what unpacks to too much is refused', async () => {
  const { send } = await start();
  expect((await send(gzipSync(new Uint8Array(INCIDENT_BYTES_MAX + 1)))).status).toBe(400);
});

test('without a ticket nothing is read, and an account is heard four times a minute', async () => {
  const { send, clock } = await start();
  expect((await send(packed(), 'none')).status).toBe(401);
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await send(packed())).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  clock.advance(15_000);
  expect((await send(packed())).status).toBe(200);
});
