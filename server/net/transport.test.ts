import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { SUBPROTOCOL } from './door.ts';
import {
  Ask,
  FILL_MESSAGE_BYTES,
  type Fill,
  PROBE_LIMITS,
  type ProbeEvent,
} from './probe/probe.ts';
import { knockAndLeave, openRawSocket, shout } from './probe/raw-socket.ts';
import {
  type Rig,
  type RigOptions,
  type SocketRig,
  startBunRig,
  startMemoryRig,
  startUwsRig,
} from './probe/rigs.ts';

type StartSocketRig = (options?: RigOptions) => Promise<SocketRig>;
const SOCKET_RIGS: ReadonlyArray<readonly [string, StartSocketRig]> = [
  ['Bun.serve', startBunRig],
  ['uWebSockets.js under Node', startUwsRig],
];
const RIGS: ReadonlyArray<readonly [string, () => Promise<Rig>]> = [
  ...SOCKET_RIGS,
  ['memory', startMemoryRig],
];

import {
  ENGINE_MESSAGE_BYTES_MAX,
  HTTP_BODY_BYTES_MAX,
  UPLOAD_BYTES_MAX,
  UPLOAD_PATH,
} from './transport.ts';

const PING_OPCODE = 0x9;

function echo(...bytes: number[]): Uint8Array {
  return Uint8Array.of(Ask.ECHO, ...bytes);
}

function closeWith(code: number, reason: string): Uint8Array {
  return Uint8Array.of(Ask.CLOSE, code & 0xff, code >> 8, ...new TextEncoder().encode(reason));
}

function burst(count: number, bytes: number): Uint8Array {
  const ask = new Uint8Array(9);
  const view = new DataView(ask.buffer);
  view.setUint8(0, Ask.BURST);
  view.setUint32(1, count, true);
  view.setUint32(5, bytes, true);
  return ask;
}

function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0, true);
}

type Until = (wanted: (event: ProbeEvent) => boolean, count?: number) => Promise<ProbeEvent[]>;

/** Waits until the probe has seen `count` events that satisfy `wanted`. */
async function untilSeen(
  rig: Rig,
  wanted: (event: ProbeEvent) => boolean,
  count = 1,
): Promise<ProbeEvent[]> {
  for (;;) {
    const found = (await rig.seen()).filter(wanted);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.each(RIGS)('%s', (_name, start) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await start();
  });
  afterAll(async () => {
    await rig?.stop();
  });

  const until: Until = (wanted, count) => untilSeen(rig, wanted, count);

  /** Number of the link that the next connect will get. */
  async function nextLink(): Promise<number> {
    const seen = await rig.seen();
    return Math.max(0, ...seen.map((event) => event.link)) + 1;
  }

  test('bytes come back as they went, at every size up to the limit', async () => {
    const peer = await rig.connect('good-1');
    for (const size of [1, 2, 124, 125, 126, 127, 1000, PROBE_LIMITS.messageBytesMax - 1]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff);
      peer.send(echo(...bytes));
      expect(await peer.receive()).toEqual(bytes);
    }
    peer.close(1000, '');
  });

  test('1,000 messages each way keep their order, sent from one reused buffer', async () => {
    const peer = await rig.connect('good-1');
    const ask = new Uint8Array(33);
    const view = new DataView(ask.buffer);
    for (let number = 0; number < 1000; number++) {
      view.setUint32(1, number, true);
      peer.send(ask);
    }
    for (let number = 0; number < 1000; number++) {
      expect(numberOf(await peer.receive())).toBe(number);
    }
    peer.send(burst(1000, 600));
    for (let number = 0; number < 1000; number++) {
      const message = await peer.receive();
      expect(numberOf(message)).toBe(number);
      expect(message.length).toBe(600);
      expect(message[599]).toBe(number & 0xff);
    }
    peer.close(1000, '');
  });

  test('a message of a megabyte goes down whole', async () => {
    const peer = await rig.connect('good-1');
    peer.send(burst(2, 1024 * 1024));
    expect((await peer.receive()).length).toBe(1024 * 1024);
    const second = await peer.receive();
    expect(second.length).toBe(1024 * 1024);
    expect(second[second.length - 1]).toBe(1);
    peer.close(1000, '');
  });

  test('a message over the limit closes with 1009 at both ends', async () => {
    const link = await nextLink();
    const peer = await rig.connect('good-1');
    peer.send(new Uint8Array(PROBE_LIMITS.messageBytesMax + 1));
    expect((await peer.closed).code).toBe(1009);
    const [close] = await until((event) => event.kind === 'close' && event.link === link);
    expect(close).toMatchObject({ code: 1009 });
    expect((await rig.seen()).some((e) => e.kind === 'message' && e.link === link)).toBe(false);
  });

  test('a text message closes with 4000', async () => {
    const peer = await rig.connect('good-1');
    peer.send('hello');
    expect((await peer.closed).code).toBe(4000);
  });

  test('the server closes with a number and a reason', async () => {
    for (const code of [1001, 1008, 4003, 4008]) {
      const link = await nextLink();
      const peer = await rig.connect('good-1');
      peer.send(closeWith(code, `because ${code}`));
      expect(await peer.closed).toEqual({ code, reason: `because ${code}` });
      const [close] = await until((event) => event.kind === 'close' && event.link === link);
      expect(close).toMatchObject({ code });
    }
  });

  test('a reason too long for the frame is cut between characters', async () => {
    const peer = await rig.connect('good-1');
    peer.send(closeWith(4000, 'ä'.repeat(100)));
    expect(await peer.closed).toEqual({ code: 4000, reason: 'ä'.repeat(61) });
  });

  test('the client closes with a number', async () => {
    const link = await nextLink();
    const peer = await rig.connect('good-1');
    peer.close(4321, 'bye');
    const [close] = await until((event) => event.kind === 'close' && event.link === link);
    expect(close).toMatchObject({ code: 4321 });
  });

  test('a broken connection is an abnormal close', async () => {
    const link = await nextLink();
    const peer = await rig.connect('good-1');
    peer.cut();
    const [close] = await until((event) => event.kind === 'close' && event.link === link);
    expect(close).toMatchObject({ code: 1006 });
  });

  test('after a close nothing is sent and a second close does nothing', async () => {
    const link = await nextLink();
    const peer = await rig.connect('good-1');
    peer.send(Uint8Array.of(Ask.SEND_AFTER_CLOSE));
    expect(await peer.closed).toEqual({ code: 4003, reason: 'superseded' });
    const events = (await rig.seen()).filter((event) => event.link === link);
    expect(events.map((event) => event.kind)).toEqual(['open', 'message', 'close', 'after-close']);
    expect(events[3]).toMatchObject({ result: 'closed' });
  });

  test('a client that does not read is buffered to the limit, then drains in order', async () => {
    const link = await nextLink();
    const deaf = await rig.connectDeaf('good-1');
    deaf.send(Uint8Array.of(Ask.FILL));
    const [event] = await until((e) => e.kind === 'fill' && e.link === link);
    const { sent, queued, dropped, bufferedMax } = (event as { fill: Fill }).fill;
    expect(queued).toBeGreaterThan(0);
    expect(dropped).toBe(3);
    expect(bufferedMax).toBeGreaterThan(PROBE_LIMITS.hardBufferBytes - 2 * FILL_MESSAGE_BYTES);
    expect(bufferedMax).toBeLessThanOrEqual(PROBE_LIMITS.hardBufferBytes);
    expect((await rig.seen()).some((e) => e.kind === 'drain' && e.link === link)).toBe(false);

    const reading = deaf.listen();
    const drains = await until((e) => e.kind === 'drain' && e.link === link);
    expect(drains).toEqual([{ kind: 'drain', link, buffered: 0 }]);
    deaf.send(closeWith(1000, ''));
    const numbers = (await reading).map(numberOf);
    expect(numbers).toEqual(Array.from({ length: sent + queued }, (_, index) => index));
  });

  test('too slow cuts: the client is not waited for', async () => {
    const link = await nextLink();
    const deaf = await rig.connectDeaf('good-1');
    deaf.send(Uint8Array.of(Ask.FILL));
    const [event] = await until((e) => e.kind === 'fill' && e.link === link);
    deaf.send(Uint8Array.of(Ask.CUT));
    const [close] = await until((e) => e.kind === 'close' && e.link === link);
    expect(close).toMatchObject({ code: 4004 });
    const { sent, queued } = (event as { fill: Fill }).fill;
    expect((await deaf.listen()).length).toBeLessThan(sent + queued);
  });

  test('the door answers by HTTP before there is a socket', async () => {
    const before = await nextLink();
    expect(await rig.knock(null)).toBe(400);
    expect(await rig.knock('chat, ticket.good-1')).toBe(400);
    expect(await rig.knock(SUBPROTOCOL)).toBe(401);
    expect(await rig.knock(`${SUBPROTOCOL}, ticket.forged`)).toBe(401);
    expect(await rig.knock(`${SUBPROTOCOL}, ticket.revoked`)).toBe(403);
    expect(await rig.knock(`${SUBPROTOCOL}, ticket.full`)).toBe(503);
    expect(await nextLink()).toBe(before);
    expect(await rig.knock(`ticket.good-1 , ${SUBPROTOCOL}`)).toBe(101);
  });

  test('the door may take its time', async () => {
    const peer = await rig.connect('slow-1');
    peer.send(echo(1));
    expect(await peer.receive()).toEqual(Uint8Array.of(1));
    peer.close(1000, '');
  });

  test('plain HTTP goes to fetch', async () => {
    const got = await rig.fetch('/any/path?q=%C3%A4', { headers: { 'x-probe': 'yes' } });
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toContain('application/json');
    const read = await got.json();
    expect(read).toMatchObject({ method: 'GET', query: 'ä', header: 'yes' });
    expect(['127.0.0.1', 'memory']).toContain(read.address);
    const posted = await rig.fetch('/x', { method: 'POST', body: 'x'.repeat(10_000) });
    expect(await posted.json()).toMatchObject({ method: 'POST', bytes: 10_000 });
    const refused = await rig.fetch('/teapot');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(await refused.json()).toMatchObject({ error: { code: 'teapot' } });
  });

  test('every open was followed by exactly one close, and nothing after it', async () => {
    const opens = (await rig.seen()).filter((event) => event.kind === 'open');
    await until((event) => event.kind === 'close', opens.length);
    const seen = await rig.seen();
    expect(opens.length).toBeGreaterThan(12);
    for (const { link } of opens) {
      const kinds = seen.filter((event) => event.link === link).map((event) => event.kind);
      expect(kinds[0]).toBe('open');
      expect(kinds.filter((kind) => kind === 'open')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'close')).toHaveLength(1);
      expect(kinds.filter((kind) => kind !== 'after-close').at(-1)).toBe('close');
    }
  });

  test('stop says goodbye to everybody', async () => {
    const other = await start();
    const peers = await Promise.all([other.connect('good-1'), other.connect('good-2')]);
    await other.stop();
    for (const peer of peers) expect((await peer.closed).code).toBe(1001);
    await expect(other.connect('good-3')).rejects.toThrow();
  });
});

describe.each(SOCKET_RIGS)('%s on a real port', (_name, start) => {
  let rig: SocketRig;
  beforeAll(async () => {
    rig = await start();
  });
  afterAll(async () => {
    await rig?.stop();
  });

  test('a client that leaves while the door thinks never becomes a link', async () => {
    await knockAndLeave(rig.port, `${SUBPROTOCOL}, ticket.slow-1`);
    const peer = await rig.connect('slow-2');
    peer.close(1000, '');
    await untilSeen(rig, (event) => event.kind === 'close');
    expect((await rig.seen()).filter((event) => event.kind === 'open')).toHaveLength(1);
  });

  test('a flood of pings closes with 1008', async () => {
    const raw = await openRawSocket(rig.port, `${SUBPROTOCOL}, ticket.good-1`);
    for (let i = 0; i < 50; i++) raw.send(new Uint8Array(4), PING_OPCODE);
    await raw.readToEnd();
    await untilSeen(rig, (event) => event.kind === 'close' && event.code === 1008);
  });

  test('what exceeds even the limit of the engine ends the connection', async () => {
    const peer = await rig.connect('good-1');
    peer.send(new Uint8Array(ENGINE_MESSAGE_BYTES_MAX + 1));
    expect([1006, 1009]).toContain((await peer.closed).code);
  });

  test('a refusal says why', async () => {
    const raw = await openRawSocket(rig.port, `${SUBPROTOCOL}, ticket.revoked`);
    expect(raw.answer).toContain('"code":"revoked"');
    expect(raw.answer.toLowerCase()).toContain('content-type: application/json');
    raw.destroy();
  });

  test('HEAD has a length and no body', async () => {
    const got = await rig.fetch('/any', { method: 'HEAD' });
    expect(got.status).toBe(200);
    expect(Number(got.headers.get('content-length'))).toBeGreaterThan(10);
    expect(await got.text()).toBe('');
  });

  test('a body over the limit is refused with 413', async () => {
    const body = 'x'.repeat(HTTP_BODY_BYTES_MAX + 1);
    expect((await rig.fetch('/x', { method: 'POST', body })).status).toBe(413);
  });

  test('a body of no declared length does not pass the limit either', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 17; i++) controller.enqueue(new Uint8Array(1024));
        controller.close();
      },
    });
    expect((await rig.fetch('/x', { method: 'POST', body })).status).toBe(413);
  });

  test('an upload may be longer, and has a limit too', async () => {
    const statusOf = async (size: number) => {
      const body = new Uint8Array(size);
      return (await rig.fetch(UPLOAD_PATH, { method: 'POST', body })).status;
    };
    expect(await statusOf(UPLOAD_BYTES_MAX)).toBe(200);
    expect(await statusOf(UPLOAD_BYTES_MAX + 1)).toBe(413);
  });

  test('what is not HTTP is refused and hurts nobody', async () => {
    await shout(rig.port, 'hello\r\n\r\n');
    await shout(rig.port, 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n');
    await shout(rig.port, 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await rig.fetch('/any')).status).toBe(200);
  });

  test('an answer without a body leaves the connection open', async () => {
    const head = 'HEAD /any HTTP/1.1\r\nHost: x\r\n\r\n';
    const get = 'GET /any HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const heard = await shout(rig.port, head + get);
    expect(heard.match(/HTTP\/1.1 200/g)).toHaveLength(2);
  });

  test('a port that is taken is an error', async () => {
    await expect(start({ port: rig.port })).rejects.toThrow();
  });

  test('the same over TLS', async () => {
    const folder = await mkdtemp(`${tmpdir()}/transport-tls-`);
    const tls = { certPath: `${folder}/cert.pem`, keyPath: `${folder}/key.pem` };
    // biome-ignore format: one option a place
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-subj', '/CN=localhost', '-days', '2', '-keyout', tls.keyPath, '-out', tls.certPath,
    ], { stdio: 'pipe' });
    const secure = await start({ tls });
    try {
      const peer = await secure.connect('good-1');
      peer.send(echo(1, 2, 3));
      expect(await peer.receive()).toEqual(Uint8Array.of(1, 2, 3));
      peer.close(1000, '');
      expect((await secure.fetch('/any')).status).toBe(200);
    } finally {
      await secure.stop();
      await rm(folder, { recursive: true });
    }
  });
});
