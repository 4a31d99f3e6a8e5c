import { CLIENT_MESSAGE_BYTES_MAX, type CoreModule } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { createLocalBus } from '../cluster/bus-local.ts';
import { createLobby } from '../lobby/lobby.ts';
import { listenMemory, type MemoryListener } from '../net/listen-memory.ts';
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

/** The real room, lobby, journal and recovery over the store, in the clock's time. */
export async function startSimServer(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  worldSeed = seed,
  limits: typeof SIM_LIMITS & { readonly interest?: Partial<InterestSettings> } = SIM_LIMITS,
): Promise<SimServer> {
  const meters = createMeters();
  const quiet = createLog({ level: 'silent', clock });
  const room = await openWorld({
    module,
    store,
    clock,
    meters,
    log: quiet,
    seed: worldSeed,
    limits,
    onLeaseLost: () => {},
    onArrived: () => {},
    onCheckpoint: () => {},
  });
  const listener = listenMemory(
    {
      host: '',
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
      events: createLobby(room, {
        bus: createLocalBus(clock),
        store,
        limits,
        onFault: () => {},
      }),
    },
    { seed },
  );
  const states = new Map([[room.nextFrame, room.core.snapshot()]]);
  const pacer: Pacer = startPacer(
    clock,
    meters,
    () => {
      runTick(room);
      if (!states.has(room.nextFrame)) states.set(room.nextFrame, room.core.snapshot());
      states.delete(room.nextFrame - STATES_KEPT);
    },
    () => {},
  );
  return {
    room,
    listener,
    states,
    crash() {
      pacer.stop();
      room.journal.stop();
    },
  };
}
