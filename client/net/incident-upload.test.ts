import { afterEach, beforeEach, expect, test } from 'bun:test';
import { gunzipSync } from 'node:zlib';
import { createIncidentUpload } from './incident-upload.ts';

interface Upload {
  readonly path: string;
  readonly authorization: string | null;
  readonly body: Uint8Array;
}

let uploads: Upload[];
let arrived: () => void;
let status: number;
let server: ReturnType<typeof Bun.serve>;

beforeEach(() => {
  uploads = [];
  arrived = () => {};
  status = 200;
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      const { pathname: path } = new URL(request.url);
      uploads.push({ path, authorization: request.headers.get('authorization'), body });
      arrived();
      return new Response(null, { status });
    },
  });
});
afterEach(() => server.stop(true));

const base = () => new URL(`http://localhost:${server.port}/world/`);

async function untilArrived(send: () => void): Promise<void> {
  const one = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  send();
  await one;
}

test('a file goes packed, with a fresh ticket, to where the page came from', async () => {
  const upload = createIncidentUpload(base(), async () => 'fresh');
  const file = new Uint8Array(5000).fill(7);
  await untilArrived(() => upload(file));
  const [only] = uploads;
  expect([only?.path, only?.authorization]).toEqual(['/world/incidents', 'Bearer fresh']);
  expect(new Uint8Array(gunzipSync(only?.body ?? ''))).toEqual(file);
  expect(only?.body.length).toBeLessThan(200);
});

test('what comes while one is on its way is dropped, and a refusal ends nothing', async () => {
  status = 429;
  const upload = createIncidentUpload(base(), async () => 'fresh');
  await untilArrived(() => {
    upload(new Uint8Array(10));
    upload(new Uint8Array(20));
  });
  while (uploads.length === 1) {
    upload(new Uint8Array(30));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const sizes = uploads.map(({ body }) => gunzipSync(body).length);
  expect(sizes[0]).toBe(10);
  expect(sizes).not.toContain(20);
});

test('without a ticket nothing is sent', async () => {
  let tickets = 0;
  const upload = createIncidentUpload(base(), async () => {
    tickets++;
    throw new Error('no server answers');
  });
  upload(new Uint8Array(10));
  while (tickets === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  await untilArrived(() => createIncidentUpload(base(), async () => 'last')(new Uint8Array(1)));
  expect(uploads.map(({ authorization }) => authorization)).toEqual(['Bearer last']);
});
