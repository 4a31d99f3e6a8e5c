import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { createSeededRandom } from '../sim/seeded-random.ts';
import { isRefusal, knock } from './door.ts';
import { createPipe, type NetworkConditions, type Parcel, PERFECT_NETWORK } from './memory-pipe.ts';
import type { Refusal } from './refusal.ts';
import { type EngineSocket, SocketLink } from './socket-link.ts';
import type { Listener, ListenOptions } from './transport.ts';

export interface MemoryNetwork {
  /** Decides every loss and jitter, for each connection and direction on its own. */
  readonly seed: number;
  /** Of connections that name none of their own. */
  readonly conditions?: NetworkConditions;
}

/** What a client hears; it may not keep `bytes` after `onMessage` returned. */
export interface MemoryClientEvents {
  onMessage(bytes: Uint8Array): void;
  /** Exactly once. */
  onClose(code: number, reason: string): void;
}

/** The client's end of a connection. */
export interface MemoryClient {
  /** Copies `bytes`; does nothing after the close. */
  send(bytes: Uint8Array | string): void;
  close(code: number, reason: string): void;
  /** Pulls the cable: nothing that is on its way arrives, both ends see 1006. */
  cut(): void;
  /** Stops reading, as a client does that hangs. */
  pause(): void;
  resume(): void;
}

export interface MemoryListener extends Listener {
  /** `offer` stands for the `Sec-WebSocket-Protocol` header. */
  connect(
    offer: string | null,
    events: MemoryClientEvents,
    conditions?: NetworkConditions,
  ): Promise<MemoryClient | Refusal>;
  fetch(request: Request): Promise<Response>;
}

const ADDRESS = 'memory';
const ABNORMAL = 1006;

/**
 * A listener without a network, for the simulator: time comes from `options.clock`, chance from
 * the seed, so a run repeats to the byte. Port, host and TLS are ignored.
 */
export function listenMemory(options: ListenOptions, network: MemoryNetwork): MemoryListener {
  const links = new Set<SocketLink>();
  let opened = 0;
  let stopped = false;

  return {
    port: 0,
    fetch: async (request) => options.fetch(request, { address: ADDRESS }),
    async connect(offer, events, conditions = network.conditions ?? PERFECT_NETWORK) {
      if (stopped) throw new Error('connection refused: the listener has stopped');
      const answer = await knock(offer, ADDRESS, options.admit);
      if (isRefusal(answer)) return answer;
      const id = ++opened;
      const wire = connectWire(options, { ...network, conditions }, id, events);
      const link = new SocketLink(id, answer, wire.socket, options);
      links.add(link);
      wire.attach(link, () => links.delete(link));
      options.events.onOpen(link);
      return wire.client;
    },
    async stop() {
      stopped = true;
      for (const link of links) link.close(CloseCode.GOING_AWAY, 'server stopped');
    },
  };
}

interface Wire {
  readonly socket: EngineSocket;
  readonly client: MemoryClient;
  attach(link: SocketLink, forget: () => void): void;
}

/** Two pipes and the two ends that push into them. */
function connectWire(
  options: ListenOptions,
  network: Required<MemoryNetwork>,
  id: number,
  events: MemoryClientEvents,
): Wire {
  const { clock } = options;
  const { conditions, seed } = network;
  let link: SocketLink | null = null;
  let forget: () => void = () => {};
  let clientOpen = true;

  const up = createPipe(clock, createSeededRandom(seed ^ (id * 2)), conditions, {
    deliver(parcel) {
      if (parcel.kind === 'message') return lend(parcel.bytes, (bytes) => link?.received(bytes));
      if (parcel.kind === 'text') return link?.received(null);
      serverGone(parcel.code);
    },
    drained: () => {},
  });
  const down = createPipe(clock, createSeededRandom(seed ^ (id * 2 + 1)), conditions, {
    deliver(parcel) {
      if (parcel.kind === 'message') return lend(parcel.bytes, events.onMessage);
      if (parcel.kind === 'close') clientGone(parcel.code, parcel.reason);
    },
    drained: () => link?.drained(),
  });

  function serverGone(code: number): void {
    up.cut();
    down.cut();
    forget();
    link?.gone(code);
  }

  function clientGone(code: number, reason: string): void {
    if (!clientOpen) return;
    clientOpen = false;
    down.cut();
    events.onClose(code, reason);
  }

  const socket: EngineSocket = {
    send: (bytes) => (down.push({ kind: 'message', bytes: bytes.slice() }) ? 'sent' : 'queued'),
    bufferedBytes: () => down.queuedBytes(),
    end(code, reason) {
      up.cut();
      forget();
      down.push({ kind: 'close', code, reason });
    },
    cut() {
      up.cut();
      down.cut();
      forget();
      clock.after(conditions.delayMs, () => clientGone(ABNORMAL, ''));
    },
  };

  const client: MemoryClient = {
    send(bytes) {
      if (!clientOpen) return;
      const parcel: Parcel =
        typeof bytes === 'string' ? { kind: 'text' } : { kind: 'message', bytes: bytes.slice() };
      up.push(parcel);
    },
    close(code, reason) {
      if (!clientOpen) return;
      up.push({ kind: 'close', code, reason });
      clientGone(code, reason);
    },
    cut() {
      if (!clientOpen) return;
      up.cut();
      clock.after(conditions.delayMs, () => serverGone(ABNORMAL));
      clientGone(ABNORMAL, '');
    },
    pause: () => down.pause(),
    resume: () => down.resume(),
  };

  return {
    socket,
    client,
    attach(to, forgetLink) {
      link = to;
      forget = forgetLink;
    },
  };
}

/** Lends bytes out as the addon does: whoever keeps them finds zeros, here as there. */
function lend(bytes: Uint8Array, take: (bytes: Uint8Array) => void): void {
  take(bytes);
  bytes.fill(0);
}
