import type { Clock } from '../ports.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';
import type { Air } from './loss-channel.ts';
import { MemoryPipe, type NetworkConditions, type Parcel } from './memory-pipe.ts';
import type { EngineSocket, SocketLink } from './socket-link.ts';

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
  /**
   * Pulls the cable: nothing that is on its way arrives, both ends see 1006; in a partition the
   * server does not.
   */
  cut(): void;
  /** Stops reading, as a client does that hangs. */
  pause(): void;
  resume(): void;
  /** Says which ways carry nothing: a partition. Neither end learns of it but by silence. */
  partition(ways: Partition): void;
}

/** The ways of a connection that are closed. */
export interface Partition {
  readonly up: boolean;
  readonly down: boolean;
}

const ABNORMAL = 1006;

/** One connection: two pipes, and the two ends that push into them. */
export class MemoryWire {
  private link: SocketLink | null = null;
  private clientOpen = true;
  private closedWays: Partition = { up: false, down: false };
  private forget: () => void = () => {};
  private readonly up: MemoryPipe;
  private readonly down: MemoryPipe;

  /** `seeds` are those of the way up and of the way down. */
  constructor(
    private readonly clock: Clock,
    private readonly conditions: NetworkConditions,
    seeds: readonly [up: number, down: number],
    private readonly events: MemoryClientEvents,
    air: Air | null,
  ) {
    const ends = {
      up: { deliver: (parcel: Parcel) => this.serverReads(parcel), drained: () => {} },
      down: {
        deliver: (parcel: Parcel) => this.clientReads(parcel),
        drained: () => this.link?.drained(),
      },
    };
    const random = seeds.map(createSeededRandom) as [SeededRandom, SeededRandom];
    this.up = new MemoryPipe(clock, random[0], conditions, ends.up, air?.up);
    this.down = new MemoryPipe(clock, random[1], conditions, ends.down, air?.down);
  }

  /** `forget` is called once, when the server's end is over. */
  attach(link: SocketLink, forget: () => void): void {
    this.link = link;
    this.forget = forget;
  }

  /** The server's end. */
  serverSocket(): EngineSocket {
    return {
      send: (bytes) =>
        this.down.push({ kind: 'message', bytes: bytes.slice() }) ? 'sent' : 'queued',
      bufferedBytes: () => this.down.queuedBytes,
      end: (code, reason) => {
        this.up.cut();
        this.forget();
        this.down.push({ kind: 'close', code, reason });
      },
      cut: () => {
        this.up.cut();
        this.down.cut();
        this.forget();
        if (this.closedWays.down) return;
        this.clock.after(this.conditions.delayMs, () => this.clientGone(ABNORMAL, ''));
      },
    };
  }

  clientSocket(): MemoryClient {
    return {
      send: (bytes) => {
        if (!this.clientOpen) return;
        if (typeof bytes === 'string') this.up.push({ kind: 'text' });
        else this.up.push({ kind: 'message', bytes: bytes.slice() });
      },
      close: (code, reason) => {
        if (!this.clientOpen) return;
        this.up.push({ kind: 'close', code, reason });
        this.clientGone(code, reason);
      },
      cut: () => {
        if (!this.clientOpen) return;
        this.up.cut();
        this.clientGone(ABNORMAL, '');
        if (this.closedWays.up) return;
        this.clock.after(this.conditions.delayMs, () => this.serverGone(ABNORMAL));
      },
      pause: () => this.down.pause(),
      resume: () => this.down.resume(),
      partition: (ways) => {
        this.closedWays = ways;
        if (ways.up) this.up.closeWay();
        else this.up.openWay();
        if (ways.down) this.down.closeWay();
        else this.down.openWay();
      },
    };
  }

  private serverReads(parcel: Parcel): void {
    if (parcel.kind === 'message') lend(parcel.bytes, (bytes) => this.link?.received(bytes));
    else if (parcel.kind === 'text') this.link?.received(null);
    else this.serverGone(parcel.code);
  }

  private clientReads(parcel: Parcel): void {
    if (parcel.kind === 'message') lend(parcel.bytes, (bytes) => this.events.onMessage(bytes));
    else if (parcel.kind === 'close') this.clientGone(parcel.code, parcel.reason);
  }

  private serverGone(code: number): void {
    this.up.cut();
    this.down.cut();
    this.forget();
    this.link?.gone(code);
  }

  private clientGone(code: number, reason: string): void {
    if (!this.clientOpen) return;
    this.clientOpen = false;
    this.down.cut();
    this.events.onClose(code, reason);
  }
}

/** Lends bytes out as the addon does: whoever keeps them finds zeros, here as there. */
function lend(bytes: Uint8Array, take: (bytes: Uint8Array) => void): void {
  take(bytes);
  bytes.fill(0);
}
