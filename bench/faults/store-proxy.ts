import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a database that misbehaves on request: bytes pass through, late, or not at all. */
export interface StoreProxy {
  /** The database's address, but through here. Holds its password: never to be logged. */
  readonly url: string;
  /** How long each packet to the database waits; they keep their order. */
  delayMs: number;
  /** Drops every connection and refuses new ones, until `open`. */
  close(): void;
  /** Lets everything through again. */
  open(): void;
  stop(): Promise<void>;
}

/** Listens on a free port of this machine, before the database of `url`. */
export async function startStoreProxy(url: string): Promise<StoreProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isClosed = false;
  const server = createServer((socket) => {
    if (isClosed) {
      socket.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.once('close', () => sockets.delete(end));
    }
    passLate(socket, upstream, () => proxy.delayMs);
    upstream.pipe(socket);
    joinEnds(socket, upstream);
  });
  const here = new URL(url);
  here.port = String(await listen(server));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: StoreProxy = {
    url: here.href,
    delayMs: 0,
    close() {
      isClosed = true;
      drop();
    },
    open() {
      isClosed = false;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      drop();
      await closed;
    },
  };
  return proxy;
}

/** A packet leaves no earlier than the one before it, whatever the delay was then. */
function passLate(from: Socket, to: Socket, delayMs: () => number): void {
  let newestMs = 0;
  from.on('data', (bytes) => {
    const nowMs = performance.now();
    newestMs = Math.max(newestMs, nowMs + delayMs());
    if (newestMs <= nowMs) to.write(bytes);
    else setTimeout(() => to.destroyed || to.write(bytes), newestMs - nowMs).unref();
  });
}

/** When one end is gone the other has nobody to talk to. */
function joinEnds(a: Socket, b: Socket): void {
  for (const [end, other] of [
    [a, b],
    [b, a],
  ] as const) {
    end.on('error', () => other.destroy());
    end.on('close', () => other.destroy());
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
