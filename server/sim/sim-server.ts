import { CLIENT_MESSAGE_BYTES_MAX, type CoreModule } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createLobby } from '../lobby/lobby.ts';
import { listenBun } from '../net/listen-bun.ts';
import { listenMemory, type MemoryListener } from '../net/listen-memory.ts';
import type { Listener, ListenOptions } from '../net/transport.ts';
import { createLog } from '../observe/log.ts';
import { createMeters } from '../observe/meters.ts';
import { openWorld } from '../open-world.ts';
import type { Clock } from '../ports.ts';
import { type Pacer, startPacer } from '../room/pacer.ts';
import type { Room } from '../room/room.ts';
import { runTick } from '../room/tick.ts';
import type { MemoryStore } from './memory-store.ts';

/** A running server without a process around it. */
export interface SimServer {
  readonly room: Room;
  readonly listener: MemoryListener;
  /** The latest states of the world at the first tick of a frame, by frame. */
  readonly states: ReadonlyMap<number, Uint8Array>;
  /** Stops dead, as `kill -9` does: nothing is flushed, no close is sent. */
  crash(): void;
}

/** The same at a port of this machine. */
export interface LocalServer extends Omit<SimServer, 'listener'> {
  readonly listener: Listener;
}

/** States that are kept for checkers: three seconds. */
const STATES_KEPT = 60;

/** Of the server's limits, those that a test may want smaller. */
export const SIM_LIMITS = {
  playersMax: 64,
  reconnectGraceSeconds: 30,
  softBufferBytes: 256 * 1024,
  hardBufferBytes: 12 * 1024 * 1024,
  heartbeatSeconds: 15,
  messagesPerSecond: 60,
  bytesPerSecond: 8192,
};

type SimLimits = typeof SIM_LIMITS & { readonly interest?: Partial<InterestSettings> };

/** The real room, lobby, journal and recovery over the store, in the clock's time. */
export async function startSimServer(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  worldSeed = seed,
  limits: SimLimits = SIM_LIMITS,
): Promise<SimServer> {
  const room = await openRoom(module, clock, store, worldSeed, limits);
  const listener = listenMemory(doorOf(room, store, limits), { seed });
  return { room, listener, ...run(room) };
}

/** For clients with real sockets; the clock must run by itself. */
export async function startLocalServer(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  limits: SimLimits = SIM_LIMITS,
): Promise<LocalServer> {
  const room = await openRoom(module, clock, store, seed, limits);
  const listener = await listenBun(doorOf(room, store, limits));
  return { room, listener, ...run(room) };
}

function openRoom(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  limits: SimLimits,
): Promise<Room> {
  return openWorld({
    module,
    store,
    clock,
    meters: createMeters(),
    log: createLog({ level: 'silent', clock }),
    seed,
    limits,
    onLeaseLost: () => {},
    onArrived: () => {},
    onCheckpoint: () => {},
  });
}

function doorOf(room: Room, store: MemoryStore, limits: SimLimits): ListenOptions {
  const { clock } = room;
  return {
    host: '127.0.0.1',
    port: 0,
    tls: null,
    clock,
    limits: {
      messageBytesMax: CLIENT_MESSAGE_BYTES_MAX,
      hardBufferBytes: limits.hardBufferBytes,
    },
    admit: async ({ ticket }) => {
      const account = Number(ticket);
      return { account, ticketId: String(account), name: `Bot ${account}` };
    },
    fetch: () => new Response(null, { status: 404 }),
    events: createLobby(room, { bus: createLocalBus(clock), store, limits, onFault: () => {} }),
  };
}

function run(room: Room): Pick<SimServer, 'states' | 'crash'> {
  const states = new Map([[room.nextFrame, room.core.snapshot()]]);
  const pacer: Pacer = startPacer(
    room.clock,
    room.meters,
    () => {
      runTick(room);
      if (!states.has(room.nextFrame)) states.set(room.nextFrame, room.core.snapshot());
      states.delete(room.nextFrame - STATES_KEPT);
    },
    () => {},
  );
  return {
    states,
    crash() {
      pacer.stop();
      room.journal.stop();
    },
  };
}
