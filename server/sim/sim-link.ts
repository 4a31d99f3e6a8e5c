import {
  type Arrival,
  type ClientLink,
  type Connect,
  WAITING_MESSAGES_MAX,
} from '../../client/net/socket.ts';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type {
  MemoryClient,
  MemoryClientEvents,
  MemoryListener,
  Partition,
} from '../net/listen-memory.ts';
import type { Air } from '../net/loss-channel.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';

/** A link with its cable in the test's hand. */
export interface SimLink extends ClientLink {
  /** Both ends lose it at once. */
  cut(): void;
  /** The client loses it, and the server hears nothing of that. */
  vanish(): void;
  /** The client reads nothing, until `resume`. */
  pause(): void;
  resume(): void;
  /** Messages that came in and were not taken. */
  readonly waiting: number;
}

const ABNORMAL = 1006;

/** A client's way into the network, under all its connections. */
export interface Cable {
  /** The listener of the server that runs now, null while none does. */
  readonly door: () => MemoryListener | null;
  /** Sees each message that arrives. */
  readonly tap: (bytes: Uint8Array) => void;
  /** Of connections that are opened from now on. */
  conditions: NetworkConditions;
  /** What all of them lose on the way to one listener; null until one is opened. */
  air: { readonly of: MemoryListener; readonly channels: Air } | null;
  ways: Partition;
  /** Old ones too: what they still hold comes late, behind the partition. */
  readonly wires: Set<MemoryClient>;
  /** Connections that were asked for while nothing got through. */
  readonly dials: Set<() => void>;
}

const OPEN: Partition = { up: false, down: false };

export function createCable(
  door: Cable['door'],
  conditions: NetworkConditions,
  tap: Cable['tap'] = () => {},
): Cable {
  const air = null;
  return { door, tap, conditions, air, ways: OPEN, wires: new Set(), dials: new Set() };
}

/** Of connections that are opened from now on. */
export function changeConditions(cable: Cable, conditions: NetworkConditions): void {
  cable.conditions = conditions;
  cable.air = null;
}

/** Says which ways carry nothing, of connections old and new. */
export function partition(cable: Cable, ways: Partition): void {
  cable.ways = ways;
  for (const wire of cable.wires) wire.partition(ways);
  if (ways.up || ways.down) return;
  const dials = [...cable.dials];
  cable.dials.clear();
  for (const dial of dials) dial();
}

/** The memory transport behind the client's own link type. */
export function connectMemory(
  cable: Cable,
  protocols: Parameters<Connect>[1],
  nowMs: () => number,
): SimLink {
  const waiting: Arrival[] = [];
  let wire: MemoryClient | null = null;
  let closeCode = 0;
  let closeReason = '';
  const closed = (code: number, reason: string): void => {
    if (closeCode !== 0) return;
    closeCode = code;
    closeReason = reason;
  };
  const events = {
    onMessage: (bytes: Uint8Array) => {
      cable.tap(bytes);
      if (waiting.length < WAITING_MESSAGES_MAX) {
        waiting.push({ bytes: bytes.slice(), atMs: nowMs() });
      } else {
        waiting.length = 0;
        closed(CloseCode.TOO_SLOW, 'backlog');
        wire?.close(CloseCode.TOO_SLOW, 'backlog');
      }
    },
    onClose: closed,
  };
  whenOpen(cable, () => {
    if (closeCode !== 0) return;
    dial(cable, protocols.join(', '), events, (answer) => {
      if (closeCode === 0) wire = answer;
      else answer.close(closeCode, closeReason);
    });
  });
  return {
    get state() {
      if (closeCode !== 0) return 'closed' as const;
      return wire === null ? ('connecting' as const) : ('open' as const);
    },
    get closeCode() {
      return closeCode;
    },
    get closeReason() {
      return closeReason;
    },
    bufferedBytes: 0,
    send: (bytes) => {
      if (closeCode === 0) wire?.send(bytes);
    },
    receive: () => waiting.shift() ?? null,
    close(code, reason) {
      closed(code, reason);
      wire?.close(code, reason);
    },
    cut() {
      wire?.cut();
      closed(ABNORMAL, 'cut');
    },
    pause: () => wire?.pause(),
    resume: () => wire?.resume(),
    get waiting() {
      return waiting.length;
    },
    vanish() {
      wire?.pause();
      closed(ABNORMAL, 'vanished');
    },
  };
}

function whenOpen({ ways, dials }: Cable, run: () => void): void {
  if (ways.up || ways.down) dials.add(run);
  else run();
}

function dial(
  cable: Cable,
  offer: string,
  events: MemoryClientEvents,
  opened: (wire: MemoryClient) => void,
): void {
  const listener = cable.door();
  if (listener === null) {
    events.onClose(ABNORMAL, 'nobody listens');
    return;
  }
  if (cable.air?.of !== listener) {
    cable.air = { of: listener, channels: listener.createAir(cable.conditions) };
  }
  listener.connect(offer, events, cable.conditions, cable.air.channels).then(
    (answer) => {
      if ('status' in answer) {
        events.onClose(ABNORMAL, answer.code);
        return;
      }
      cable.wires.add(answer);
      answer.partition(cable.ways);
      opened(answer);
    },
    () => events.onClose(ABNORMAL, 'connection refused'),
  );
}
