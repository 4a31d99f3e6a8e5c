import net from 'node:net';
import type { Clock } from '../../ports.ts';
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
  readonly clock: Clock;
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
  const cuts: Record<Manner, number> = { both: 0, client: 0, server: 0, neither: 0 };
  const storm: Storm = { options, cuts, isCalm: false, open: new Set(), cancels: new Set() };
  let connections = 0;
  const listener = net.createServer({ allowHalfOpen: true }, (client) => {
    connections++;
    connect(storm, client);
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
      storm.isCalm = true;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const cancel of storm.cancels) cancel();
      for (const socket of storm.open) socket.destroy();
      await closed;
    },
  };
}

interface Storm {
  readonly options: ProxyOptions;
  readonly cuts: Record<Manner, number>;
  isCalm: boolean;
  readonly open: Set<net.Socket>;
  readonly cancels: Set<() => void>;
}

interface Connection {
  readonly client: net.Socket;
  readonly server: net.Socket;
  readonly plan: Plan;
  isCut: boolean;
}

function connect(storm: Storm, client: net.Socket): void {
  const { target } = storm.options;
  const server = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
  const connection = { client, server, plan: draw(storm.options), isCut: false };
  for (const socket of [client, server]) {
    storm.open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => storm.open.delete(socket));
  }
  carry(storm, connection, 'up');
  carry(storm, connection, 'down');
}

/** Passes bytes on in order, each chunk a little late; at the plan's byte it cuts. */
function carry(storm: Storm, connection: Connection, direction: Direction): void {
  const { clock, random, delayMsMax } = storm.options;
  const { client, server, plan } = connection;
  const [from, to] = direction === 'up' ? [client, server] : [server, client];
  let passed = 0;
  let dueMs = 0;
  const inTurn = (run: () => void) => {
    const nowMs = clock.nowMs();
    dueMs = Math.max(dueMs, nowMs + random() * delayMsMax);
    // What comes after the cut is swallowed, so that nobody notices by a full buffer.
    later(storm, dueMs - nowMs, () => {
      if (!connection.isCut) run();
    });
  };
  from.on('data', (chunk: Buffer) =>
    inTurn(() => {
      const isPlanned = plan.direction === direction && !storm.isCalm;
      const left = isPlanned ? Math.max(0, plan.bytes - passed) : chunk.length;
      passed += chunk.length;
      if (left >= chunk.length) to.write(chunk);
      else to.write(chunk.subarray(0, left), () => cut(storm, connection));
    }),
  );
  const end = () => inTurn(() => void to.destroy());
  from.once('end', end);
  from.once('close', end);
}

function cut(storm: Storm, connection: Connection): void {
  const { client, server, plan } = connection;
  if (connection.isCut) return;
  connection.isCut = true;
  storm.cuts[plan.manner]++;
  const tells = (end: Manner) => plan.manner === end || plan.manner === 'both';
  if (tells('client')) client.destroy();
  if (tells('server')) server.destroy();
  else later(storm, plan.lateMs, () => void server.destroy());
}

function later({ options, cancels }: Storm, delayMs: number, run: () => void): void {
  const cancel = options.clock.after(delayMs, () => {
    cancels.delete(cancel);
    run();
  });
  cancels.add(cancel);
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
