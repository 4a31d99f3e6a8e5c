import { createHash } from 'node:crypto';
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
import type { Clock, LinkEvents } from '../ports.ts';
import { type Pacer, startPacer } from '../room/pacer.ts';
import type { Room } from '../room/room.ts';
import { runTick } from '../room/tick.ts';
import { type MemoryStore, openStoreHandle } from './memory-store.ts';

/** A running server without a process around it. */
export interface SimServer {
  readonly room: Room;
  readonly listener: MemoryListener;
  /** The latest states of the world at the first tick of a frame, by frame. */
  readonly states: ReadonlyMap<number, Uint8Array>;
  /** SHA-256 of each frame that it gave to its journal, by frame. */
  readonly sealed: ReadonlyMap<number, string>;
  /** It runs no more: it crashed, or another server holds the region. */
  readonly stopped: boolean;
  /** Stops dead, as `kill -9` does: nothing is flushed, no close is sent. */
  crash(): void;
}

/** The same at a port of this machine. */
export interface LocalServer extends Omit<SimServer, 'listener'> {
  readonly listener: Listener;
}

export interface SimServerHooks {
  /** Sees each message that the server sends. */
  readonly onSend?: (account: number, bytes: Uint8Array) => void;
  /** Sees each frame when it has been stepped and told to everybody. */
  readonly onStepped?: (room: Room, frame: number, bytes: Uint8Array) => void;
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
export function startSimServer(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  worldSeed = seed,
  limits: SimLimits = SIM_LIMITS,
  hooks: SimServerHooks = {},
): Promise<SimServer> {
  const parts = { module, clock, store, seed: worldSeed, limits, hooks };
  return start(parts, (options) => listenMemory(options, { seed }));
}

/** For clients with real sockets; the clock must run by itself. */
export function startLocalServer(
  module: CoreModule,
  clock: Clock,
  store: MemoryStore,
  seed: number,
  limits: SimLimits = SIM_LIMITS,
): Promise<LocalServer> {
  return start({ module, clock, store, seed, limits, hooks: {} }, listenBun);
}

interface Parts {
  readonly module: CoreModule;
  readonly clock: Clock;
  readonly store: MemoryStore;
  /** Of the world. */
  readonly seed: number;
  readonly limits: SimLimits;
  readonly hooks: SimServerHooks;
}

async function start<L extends Listener>(
  { module, clock, store, seed, limits, hooks }: Parts,
  listen: (options: ListenOptions) => L | Promise<L>,
): Promise<Omit<SimServer, 'listener'> & { readonly listener: L }> {
  const meters = createMeters();
  const handle = openStoreHandle(store);
  let stopped = false;
  let crashed = false;
  let pacer: Pacer | null = null;
  const halt = (): void => {
    stopped = true;
    pacer?.stop();
    room.journal.stop();
  };
  const room = await openWorld({
    module,
    store: handle.store,
    clock,
    meters,
    log: createLog({ level: 'silent', clock }),
    seed,
    limits,
    onLeaseLost: () => {
      halt();
      void listener.stop();
    },
    onArrived: () => {},
    onCheckpoint: () => {},
  });
  const bus = createLocalBus(clock);
  const lobby = createLobby(room, { bus, store: handle.store, limits, onFault: () => {} });
  const heard = watchSends(
    deafen(lobby, () => crashed),
    hooks.onSend ?? (() => {}),
  );
  const listener = await listen(doorOf(clock, limits, heard));
  const sealed = new Map<number, string>();
  const states = new Map([[room.nextFrame, room.core.snapshot()]]);
  pacer = startPacer(clock, meters, watchTicks(room, sealed, states, hooks), () => {});
  return {
    room,
    listener,
    states,
    sealed,
    get stopped() {
      return stopped;
    },
    crash() {
      halt();
      crashed = true;
      handle.sever();
    },
  };
}

/** A tick of the room, and what checkers want to know of it. */
function watchTicks(
  room: Room,
  sealed: Map<number, string>,
  states: Map<number, Uint8Array>,
  { onStepped }: SimServerHooks,
): () => void {
  let newest: { readonly frame: number; readonly bytes: Uint8Array } | null = null;
  watchJournal(room, (frame, bytes) => {
    sealed.set(frame, frameDigest(bytes));
    newest = { frame, bytes };
  });
  return () => {
    runTick(room);
    if (newest !== null) onStepped?.(room, newest.frame, newest.bytes);
    newest = null;
    keepState(room, states);
  };
}

function keepState(room: Room, states: Map<number, Uint8Array>): void {
  if (!states.has(room.nextFrame)) states.set(room.nextFrame, room.core.snapshot());
  states.delete(room.nextFrame - STATES_KEPT);
}

/** Lets everybody in who names an account for a ticket. */
function doorOf(clock: Clock, { hardBufferBytes }: SimLimits, events: LinkEvents): ListenOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    tls: null,
    clock,
    limits: { messageBytesMax: CLIENT_MESSAGE_BYTES_MAX, hardBufferBytes },
    admit: async ({ ticket }) => {
      const account = Number(ticket);
      return { account, ticketId: String(account), name: `Bot ${account}` };
    },
    fetch: () => new Response(null, { status: 404 }),
    events,
  };
}

/** Nothing is there any more to hear what sockets have to say. */
function deafen(events: LinkEvents, isDeaf: () => boolean): LinkEvents {
  const unless =
    <A extends unknown[]>(hear: (...args: A) => void) =>
    (...args: A): void => {
      if (!isDeaf()) hear(...args);
    };
  return {
    onOpen: unless((link) => events.onOpen(link)),
    onMessage: unless((link, bytes) => events.onMessage(link, bytes)),
    onDrain: unless((link) => events.onDrain(link)),
    onClose: unless((link, code) => events.onClose(link, code)),
  };
}

function watchSends(events: LinkEvents, onSend: NonNullable<SimServerHooks['onSend']>): LinkEvents {
  return {
    ...events,
    onOpen(link) {
      const send = link.send.bind(link);
      link.send = (bytes) => {
        const result = send(bytes);
        if (result === 'sent' || result === 'queued') onSend(link.admission.account, bytes);
        return result;
      };
      events.onOpen(link);
    },
  };
}

function watchJournal({ journal }: Room, onTaken: (frame: number, bytes: Uint8Array) => void) {
  const append = journal.append.bind(journal);
  journal.append = (frame, bytes) => {
    const taken = append(frame, bytes);
    if (taken) onTaken(frame, bytes);
    return taken;
  };
}

export function frameDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
