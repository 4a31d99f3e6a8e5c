import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createClock } from '../../clock.ts';
import { isRefusal, offeredProtocols, SUBPROTOCOL } from '../door.ts';
import { listenBun } from '../listen-bun.ts';
import { listenMemory, type MemoryClient, type MemoryListener } from '../listen-memory.ts';
import { createProbe, type ProbeEvent } from './probe.ts';
import { openRawSocket } from './raw-socket.ts';

/** A well-behaved client. */
export interface Peer {
  send(bytes: Uint8Array | string): void;
  /** The next message, in order. */
  receive(): Promise<Uint8Array>;
  close(code: number, reason: string): void;
  /** Breaks the connection without a close frame. */
  cut(): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** A client that reads nothing until `listen`. */
export interface DeafPeer {
  send(bytes: Uint8Array): void;
  /** Reads everything up to the end of the connection. */
  listen(): Promise<Uint8Array[]>;
  cut(): void;
}

/** One transport under test, with a probe behind it. */
export interface Rig {
  connect(ticket: string): Promise<Peer>;
  connectDeaf(ticket: string): Promise<DeafPeer>;
  /** HTTP status of an upgrade, 101 when it succeeds; `offer` is the raw subprotocol header. */
  knock(offer: string | null): Promise<number>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  seen(): Promise<readonly ProbeEvent[]>;
  stop(): Promise<void>;
}

/** A rig whose transport has a real port. */
export interface SocketRig extends Rig {
  readonly port: number;
}

/** What a rig may be told; port 0 and no TLS unless given. */
export interface RigOptions {
  readonly port?: number;
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
}

export async function startBunRig(options: RigOptions = {}): Promise<SocketRig> {
  const probe = createProbe(createClock());
  const listener = await listenBun({ ...probe, port: 0, tls: null, ...options });
  return socketRig(listener.port, options, () => listener.stop());
}

/** The addon cannot load into Bun, so its probe runs in a Node process of its own. */
export async function startUwsRig(options: RigOptions = {}): Promise<SocketRig> {
  const outdir = `${import.meta.dir}/../../../build/test/probe-${++bundles}-${process.pid}`;
  const built = await Bun.build({
    entrypoints: [`${import.meta.dir}/probe-node.ts`],
    target: 'node',
    external: ['uWebSockets.js'],
    naming: '[name].mjs',
    outdir,
  });
  if (!built.success) throw new AggregateError(built.logs, 'the probe does not bundle for Node');
  const paths = options.tls === undefined ? [] : [options.tls.certPath, options.tls.keyPath];
  const args = [`${outdir}/probe-node.mjs`, String(options.port ?? 0), ...paths];
  const child = spawn('node', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const port = await portOf(child);
    return socketRig(port, options, () => {
      child.stdin.end();
      return gone;
    });
  } finally {
    await rm(outdir, { recursive: true });
  }
}

let bundles = 0;

function portOf(child: ChildProcess): Promise<number> {
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(Number(chunk)));
    child.once('error', (cause) =>
      reject(new Error('cannot start node (20 is needed)', { cause })),
    );
    child.once('exit', (code) =>
      reject(new Error(`the uWebSockets.js probe under Node ended with ${code}:\n${complaint}`)),
    );
  });
}

function socketRig(port: number, options: RigOptions, stop: () => Promise<void>): SocketRig {
  const secure = options.tls === undefined ? '' : 's';
  // The certificate of a test is signed by nobody.
  const tls = { rejectUnauthorized: false };
  const fetchPath = (path: string, init?: RequestInit) =>
    fetch(`http${secure}://127.0.0.1:${port}${path}`, { ...init, tls });
  return {
    port,
    connect: (ticket) => connectSocket(`ws${secure}://127.0.0.1:${port}`, ticket),
    async connectDeaf(ticket) {
      const raw = await openRawSocket(port, offeredProtocols(ticket).join(', '));
      return { send: raw.send, listen: raw.readToEnd, cut: raw.destroy };
    },
    async knock(offer) {
      const raw = await openRawSocket(port, offer);
      raw.destroy();
      return raw.status;
    },
    fetch: fetchPath,
    seen: async () => (await fetchPath('/seen')).json() as Promise<ProbeEvent[]>,
    stop,
  };
}

/** Bun's WebSocket takes options that the browsers' type does not know. */
const Socket = WebSocket as unknown as new (
  url: string,
  options: Bun.WebSocketOptions,
) => WebSocket;

async function connectSocket(url: string, ticket: string): Promise<Peer> {
  const tls = { rejectUnauthorized: false };
  const socket = new Socket(url, { protocols: offeredProtocols(ticket), tls });
  socket.binaryType = 'arraybuffer';
  const inbox = createInbox();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = (event) => resolve({ code: event.code, reason: event.reason });
  });
  socket.onmessage = (event) => inbox.put(new Uint8Array(event.data));
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('the socket did not open'));
  });
  if (socket.protocol !== SUBPROTOCOL) throw new Error(`wrong subprotocol ${socket.protocol}`);
  return {
    send: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
    receive: inbox.take,
    close: (code, reason) => socket.close(code, reason),
    cut: () => (socket as unknown as { terminate(): void }).terminate(),
    closed,
  };
}

export async function startMemoryRig(): Promise<Rig> {
  const probe = createProbe(createClock());
  const listener = listenMemory(probe, { seed: 1 });
  return {
    connect: (ticket) => connectMemory(listener, ticket),
    async connectDeaf(ticket) {
      const messages: Uint8Array[] = [];
      let ended: () => void = () => {};
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const client = await listener.connect(offeredProtocols(ticket).join(','), {
        onMessage: (bytes) => messages.push(bytes.slice()),
        onClose: () => ended(),
      });
      if (isRefusal(client)) throw new Error(client.message);
      client.pause();
      return {
        send: client.send,
        cut: client.cut,
        listen() {
          client.resume();
          return end.then(() => messages);
        },
      };
    },
    async knock(offer) {
      const client = await listener.connect(offer, { onMessage() {}, onClose() {} });
      if (isRefusal(client)) return client.status;
      client.cut();
      return 101;
    },
    fetch: (path, init) => listener.fetch(new Request(`http://memory${path}`, init)),
    seen: async () => probe.seen,
    stop: () => listener.stop(),
  };
}

async function connectMemory(listener: MemoryListener, ticket: string): Promise<Peer> {
  const inbox = createInbox();
  let resolveClosed: (end: { code: number; reason: string }) => void = () => {};
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    resolveClosed = resolve;
  });
  const client = await listener.connect(offeredProtocols(ticket).join(','), {
    onMessage: (bytes) => inbox.put(bytes.slice()),
    onClose: (code, reason) => resolveClosed({ code, reason }),
  });
  if (isRefusal(client)) throw new Error(client.message);
  const { send, close, cut }: MemoryClient = client;
  return { send, close, cut, receive: inbox.take, closed };
}

/** Messages that came before somebody asked, or askers that came before their message. */
function createInbox() {
  const messages: Uint8Array[] = [];
  const askers: Array<(bytes: Uint8Array) => void> = [];
  return {
    put(bytes: Uint8Array): void {
      const asker = askers.shift();
      if (asker === undefined) messages.push(bytes);
      else asker(bytes);
    },
    take(): Promise<Uint8Array> {
      const message = messages.shift();
      if (message !== undefined) return Promise.resolve(message);
      return new Promise((resolve) => askers.push(resolve));
    },
  };
}
