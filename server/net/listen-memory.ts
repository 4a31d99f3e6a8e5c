import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { isRefusal, knock } from './door.ts';
import { type Air, createAir } from './loss-channel.ts';
import { type NetworkConditions, PERFECT_NETWORK } from './memory-pipe.ts';
import {
  type MemoryClient,
  type MemoryClientEvents,
  MemoryWire,
  type Partition,
} from './memory-wire.ts';
import type { Refusal } from './refusal.ts';
import { SocketLink } from './socket-link.ts';
import type { Listener, ListenOptions } from './transport.ts';

export type { MemoryClient, MemoryClientEvents, Partition };

export interface MemoryNetwork {
  /** Decides every loss and jitter, for each connection and direction on its own. */
  readonly seed: number;
  /** Of connections that name none of their own. */
  readonly conditions?: NetworkConditions;
}

export interface MemoryListener extends Listener {
  /** `offer` stands for the `Sec-WebSocket-Protocol` header. */
  connect(
    offer: string | null,
    events: MemoryClientEvents,
    conditions?: NetworkConditions,
    /** Its losses, where it shares them with other connections. */
    air?: Air,
  ): Promise<MemoryClient | Refusal>;
  /** What connections of one machine lose together, for `connect`. */
  createAir(conditions: NetworkConditions): Air;
  fetch(request: Request): Promise<Response>;
}

const ADDRESS = 'memory';

/**
 * A listener without a network, for the simulator: time comes from `options.clock`, chance from
 * the seed, so a run repeats to the byte. Port, host and TLS are ignored.
 */
export function listenMemory(options: ListenOptions, network: MemoryNetwork): MemoryListener {
  const { seed } = network;
  const links = new Set<SocketLink>();
  let opened = 0;
  let airs = 0;
  let stopped = false;

  return {
    port: 0,
    fetch: async (request) => options.fetch(request, { address: ADDRESS }),
    createAir(conditions) {
      const number = ++airs;
      return createAir([~seed ^ (number * 2), ~seed ^ (number * 2 + 1)], conditions);
    },
    async connect(offer, events, conditions = network.conditions ?? PERFECT_NETWORK, air) {
      if (stopped) throw new Error('connection refused: the listener has stopped');
      const answer = await knock(offer, ADDRESS, options.admit);
      if (isRefusal(answer)) return answer;
      const id = ++opened;
      const seeds = [seed ^ (id * 2), seed ^ (id * 2 + 1)] as const;
      const wire = new MemoryWire(options.clock, conditions, seeds, events, air ?? null);
      const link = new SocketLink(id, answer, wire.serverSocket(), options);
      links.add(link);
      wire.attach(link, () => links.delete(link));
      options.events.onOpen(link);
      return wire.clientSocket();
    },
    async stop() {
      stopped = true;
      for (const link of links) link.close(CloseCode.GOING_AWAY, 'server stopped');
    },
  };
}
