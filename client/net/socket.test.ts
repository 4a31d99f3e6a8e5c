import { afterEach, describe, expect, test } from 'bun:test';
import type { Server, ServerWebSocket } from 'bun';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type ClientLink, connectWebSocket } from './socket.ts';

interface Peer {
  server: Server<undefined>;
  /** Sockets that are open on the server's side. */
  sockets: ServerWebSocket<undefined>[];
  received: Uint8Array[];
  closes: number[];
}

let peer: Peer | null = null;
afterEach(async () => {
  await peer?.server.stop(true);
  peer = null;
});

function serve(refuse = false): Peer {
  const made: Omit<Peer, 'server'> = { sockets: [], received: [], closes: [] };
  const server = Bun.serve({
    port: 0,
    fetch(request, self) {
      if (refuse) return new Response('no', { status: 401 });
      const headers = { 'Sec-WebSocket-Protocol': 'spacetime.v1' };
      return self.upgrade(request, { data: undefined, headers }) ? undefined : new Response('?');
    },
    websocket: {
      open: (socket) => void made.sockets.push(socket),
      message: (_socket, message) => {
        if (typeof message !== 'string') made.received.push(new Uint8Array(message));
      },
      close: (_socket, code) => void made.closes.push(code),
    },
  });
  peer = { server, ...made };
  return peer;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

let clockMs = 0;
const open = async (to: Peer): Promise<ClientLink> => {
  const url = `ws://127.0.0.1:${to.server.port}`;
  const link = connectWebSocket(url, ['spacetime.v1', 'ticket.x'], () => clockMs);
  expect(link.state).toBe('connecting');
  await until(() => link.state !== 'connecting' && to.sockets.length > 0);
  expect(link.state).toBe('open');
  return link;
};

/** Takes messages until `count` have come. */
async function take(link: ClientLink, count: number) {
  const taken: Array<{ bytes: Uint8Array; atMs: number }> = [];
  await until(() => {
    for (let next = link.receive(); next !== null; next = link.receive()) taken.push(next);
    return taken.length >= count;
  });
  return taken;
}

describe('the WebSocket link', () => {
  test('carries bytes both ways, in order, stamped on arrival', async () => {
    const there = serve();
    const link = await open(there);
    link.send(new Uint8Array([1, 2, 3]));
    link.send(new Uint8Array([4]));
    await until(() => there.received.length === 2);
    expect(there.received.map((bytes) => [...bytes])).toEqual([[1, 2, 3], [4]]);
    clockMs = 77;
    there.sockets[0]?.send(new Uint8Array([9, 9]));
    there.sockets[0]?.send(new Uint8Array([8]));
    const came = await take(link, 2);
    expect(came.map(({ bytes }) => [...bytes])).toEqual([[9, 9], [8]]);
    expect(came.map(({ atMs }) => atMs)).toEqual([77, 77]);
    expect(link.receive()).toBeNull();
    link.close(CloseCode.NORMAL, 'left');
    await until(() => there.closes.length === 1);
    expect(there.closes).toEqual([CloseCode.NORMAL]);
  });

  test('tells the number and the reason of a close, after what came before it', async () => {
    const there = serve();
    const link = await open(there);
    there.sockets[0]?.send(new Uint8Array([5]));
    there.sockets[0]?.close(CloseCode.SUPERSEDED, 'another tab');
    await until(() => link.state === 'closed');
    expect(link.closeCode).toBe(CloseCode.SUPERSEDED);
    expect(link.closeReason).toBe('another tab');
    expect([...(link.receive()?.bytes ?? [])]).toEqual([5]);
    link.send(new Uint8Array([1]));
    link.close(CloseCode.NORMAL, 'twice');
    expect(link.closeCode).toBe(CloseCode.SUPERSEDED);
  });

  test('shows a refusal, and a server that is not there, as a close without an open', async () => {
    const there = serve(true);
    const refused = connectWebSocket(`ws://127.0.0.1:${there.server.port}`, ['a'], () => 0);
    await until(() => refused.state === 'closed');
    expect(refused.closeCode).toBeGreaterThan(1000);
    const { port } = there.server;
    await there.server.stop(true);
    const nobody = connectWebSocket(`ws://127.0.0.1:${port}`, ['a'], () => 0);
    await until(() => nobody.state === 'closed');
    expect(nobody.closeCode).toBeGreaterThan(1000);
  });

  test('gives up rather than keep a backlog without end', async () => {
    const there = serve();
    const link = await open(there);
    for (let i = 0; i < 300; i++) there.sockets[0]?.send(new Uint8Array(100));
    await until(() => link.state === 'closed');
    expect(link.closeCode).toBe(CloseCode.TOO_SLOW);
    expect(link.receive()).toBeNull();
    await until(() => there.closes.length === 1);
  });

  test('does not take text', async () => {
    const there = serve();
    const link = await open(there);
    there.sockets[0]?.send('hello');
    await until(() => link.state === 'closed');
    expect(link.closeCode).toBe(CloseCode.MALFORMED);
    expect(link.receive()).toBeNull();
  });
});
