import net from 'node:net';
import type { SeededRandom } from '../../seeded-random.ts';

/** Who hears of a cut: the others believe that they are still connected. */
export type Manner = 'both' | 'client' | 'server' | 'neither';

/**
 * A TCP proxy of the worst kind: it delays, it cuts a connection behind any byte of either
 * direction, and it keeps closes to itself.
 */
export interface CuttingProxy {
  readonly port: number;
  readonly connections: number;
  /** Connections that were cut, by who heard of it at once. */
  readonly cuts: Readonly<Record<Manner, number>>;
  /** No more cuts from here on, also of the connections at hand. */
  calm(): void;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Where the server listens on this machine. */
  readonly target: number;
  readonly random: SeededRandom;
  /** A connection lives for up to so many bytes in the direction in which it is cut. */
  readonly bytesMax: number;
  /** Each chunk is held up for up to so long, ms. */
  readonly delayMsMax: number;
  /** Share of cuts of which the client hears nothing. */
  readonly silentShare: number;
}

type Direction = 'up' | 'down';

interface Plan {
  readonly direction: Direction;
  readonly bytes: number;
  readonly manner: Manner;
  /** When a server that was told nothing hears of it after all, ms; long after, he is back. */
  readonly lateMs: number;
}

/** A cut behind its first bytes hits the upgrade or the greeting. */
const EARLY_SHARE = 0.15;
const EARLY_BYTES_MAX = 900;
const LATE_MS_MAX = 3_000;

export async function startCuttingProxy(options: ProxyOptions): Promise<CuttingProxy> {
  const { random, target } = options;
  const cuts: Record<Manner, number> = { both: 0, client: 0, server: 0, neither: 0 };
  const open = new Set<net.Socket>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let connections = 0;
  let isCalm = false;

  function later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  }

  function hold(socket: net.Socket): void {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  }

  const listener = net.createServer({ allowHalfOpen: true }, (client) => {
    connections++;
    const server = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const plan = draw(options);
    let isCut = false;
    hold(client);
    hold(server);

    function cut(): void {
      isCut = true;
      cuts[plan.manner]++;
      const tells = (end: Manner) => plan.manner === end || plan.manner === 'both';
      if (tells('client')) client.destroy();
      if (tells('server')) server.destroy();
      else later(plan.lateMs, () => server.destroy());
    }

    carry(client, server, 'up');
    carry(server, client, 'down');

    /** Passes bytes on in order, each chunk a little late; at the plan's byte it cuts. */
    function carry(from: net.Socket, to: net.Socket, direction: Direction): void {
      let passed = 0;
      let dueMs = 0;
      const inTurn = (run: () => void) => {
        const nowMs = performance.now();
        dueMs = Math.max(dueMs, nowMs + random() * options.delayMsMax);
        later(dueMs - nowMs, run);
      };
      from.on('data', (chunk: Buffer) =>
        inTurn(() => {
          // What comes after the cut is swallowed, so that nobody notices by a full buffer.
          if (isCut) return;
          const left = plan.direction === direction && !isCalm ? plan.bytes - passed : chunk.length;
          passed += chunk.length;
          if (left >= chunk.length) to.write(chunk);
          else to.write(chunk.subarray(0, Math.max(0, left)), cut);
        }),
      );
      const end = () =>
        inTurn(() => {
          if (!isCut) to.destroy();
        });
      from.once('end', end);
      from.once('close', end);
    }
  });

  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  return {
    port,
    get connections() {
      return connections;
    },
    cuts,
    calm() {
      isCalm = true;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const timer of timers) clearTimeout(timer);
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function draw({ random, bytesMax, silentShare }: ProxyOptions): Plan {
  const most = random() < EARLY_SHARE ? EARLY_BYTES_MAX : bytesMax;
  const clientHears = random() >= silentShare;
  const serverHears = random() < 0.5;
  const deaf: Manner = serverHears ? 'server' : 'neither';
  return {
    direction: random() < 0.5 ? 'up' : 'down',
    bytes: Math.floor(random() * most),
    manner: clientHears ? (serverHears ? 'both' : 'client') : deaf,
    lateMs: random() * LATE_MS_MAX,
  };
}
