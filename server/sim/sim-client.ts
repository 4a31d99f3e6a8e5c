import { openSession, type SessionOptions, type WorldSession } from '../../client/net/session.ts';
import type { Arrival, ClientLink, Connect } from '../../client/net/socket.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import type { MemoryClient, MemoryListener, Partition } from '../net/listen-memory.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { createWill, type Will } from './will.ts';

/** One real client, its network and its will. */
export interface SimClient {
  readonly session: WorldSession;
  /** Of connections that are opened from now on. */
  conditions: NetworkConditions;
  /** Pulls the cable of the connection at hand. */
  cut(): void;
  /** Says which ways carry nothing, of connections old and new. */
  partition(ways: Partition): void;
  /** As a display asks for each frame: see `WorldSession.update`. */
  update(): number;
}

export interface SimClientOptions {
  readonly account: number;
  readonly core: Core;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly conditions: NetworkConditions;
  /** The listener of the server that runs now, null while none does. */
  readonly door: () => MemoryListener | null;
  /** What the player wants; walks about as `random` has it unless given. */
  readonly will?: Will;
  readonly onMoved?: NonNullable<SessionOptions['onMoved']>;
  /** Sees each message that arrives. */
  readonly tap?: (bytes: Uint8Array) => void;
}

const ABNORMAL = 1006;

export function createSimClient(options: SimClientOptions): SimClient {
  const { account, core, clock, random, door } = options;
  const will = options.will ?? createWill(random);
  const tap = options.tap ?? (() => {});
  const cable = createCable(door, options.conditions, tap);
  let live: { cut(): void } | null = null;
  const session = openSession({
    url: 'memory:',
    ticket: async () => String(account),
    core,
    nowMs: () => clock.nowMs(),
    sampleIntent: will.intent,
    samplePose: will.pose,
    random,
    ...(options.onMoved === undefined ? {} : { onMoved: options.onMoved }),
    schedule: (delayMs, task) => clock.after(delayMs, task),
    connect: (_url, protocols, nowMs) => {
      const link = connectMemory(cable, protocols, nowMs);
      live = link;
      return link;
    },
  });
  return {
    session,
    get conditions() {
      return cable.conditions;
    },
    set conditions(conditions) {
      cable.conditions = conditions;
    },
    cut: () => live?.cut(),
    partition: (ways) => partition(cable, ways),
    update: () => session.update(clock.nowMs()),
  };
}

/** A client's way into the network, under all its connections. */
interface Cable {
  readonly door: () => MemoryListener | null;
  readonly tap: (bytes: Uint8Array) => void;
  conditions: NetworkConditions;
  ways: Partition;
  /** Old ones too: what they still hold comes late, behind the partition. */
  readonly wires: Set<MemoryClient>;
  /** Connections that were asked for while nothing got through. */
  readonly dials: Set<() => void>;
}

const OPEN: Partition = { up: false, down: false };

function createCable(door: Cable['door'], conditions: NetworkConditions, tap: Cable['tap']): Cable {
  return { door, tap, conditions, ways: OPEN, wires: new Set(), dials: new Set() };
}

function partition(cable: Cable, ways: Partition): void {
  cable.ways = ways;
  for (const wire of cable.wires) wire.partition(ways);
  if (ways.up || ways.down) return;
  const dials = [...cable.dials];
  cable.dials.clear();
  for (const dial of dials) dial();
}

/** The memory transport behind the client's own link type. */
function connectMemory(
  cable: Cable,
  protocols: Parameters<Connect>[1],
  nowMs: () => number,
): ClientLink & { cut(): void } {
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
      waiting.push({ bytes: bytes.slice(), atMs: nowMs() });
    },
    onClose: closed,
  };
  const dial = (): void => {
    const listener = cable.door();
    if (closeCode !== 0) return;
    if (listener === null) {
      closed(ABNORMAL, 'nobody listens');
      return;
    }
    listener.connect(protocols.join(', '), events, cable.conditions).then(
      (answer) => {
        if ('status' in answer) closed(ABNORMAL, answer.code);
        else if (closeCode !== 0) answer.close(closeCode, closeReason);
        else {
          wire = answer;
          cable.wires.add(wire);
          wire.partition(cable.ways);
        }
      },
      () => closed(ABNORMAL, 'connection refused'),
    );
  };
  if (cable.ways.up || cable.ways.down) cable.dials.add(dial);
  else dial();
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
  };
}
