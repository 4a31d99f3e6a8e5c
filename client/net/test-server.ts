import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import type { Timing } from '../../core-wasm/host/messages.ts';
import { MessageKind, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import { flipBit, type TestAuthority } from '../predict/test-authority.ts';
import type { Arrival, ClientLink, Connect } from './socket.ts';
import { TestFrames } from './test-frames.ts';

/** Time that moves only when told to. */
export class TestTime {
  nowMs = 0;
  #tasks: Array<{ atMs: number; run: () => void; cancelled: boolean }> = [];

  after = (delayMs: number, run: () => void): (() => void) => {
    const task = { atMs: this.nowMs + delayMs, run, cancelled: false };
    this.#tasks.push(task);
    return () => {
      task.cancelled = true;
    };
  };

  advance(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      const due = this.#tasks.filter((task) => task.atMs <= endMs && !task.cancelled);
      const next = due.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((task) => task !== next && !task.cancelled);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
  }
}

interface Peer {
  readonly toClient: (bytes: Uint8Array) => void;
  readonly close: (code: number, reason: string) => void;
  live: boolean;
  worstSlackMs: number;
  inputFrame: number;
}

const TIMING_INTERVAL_MS = 250;
/** Frames that a resume may be behind. */
const RESUME_FRAMES_MAX = 100;

/** The server's side of the protocol around a `TestAuthority`, one player, delays of our choice. */
export class TestServer {
  delayMs = 20;
  /** Tickets that open the door; null: any. */
  ticket: string | null = null;
  /** While true nobody listens. */
  down = false;
  /** While true the server reads and writes nothing, but its world goes on. */
  silent = false;
  /** While true frames are withheld, as from a client that is too slow. */
  withholding = false;
  /** Times that the client asked for a state in place of its own. */
  repairs = 0;
  joins: Array<{ resumed: boolean; ticket: string }> = [];
  #peer: Peer | null = null;
  #sealedAtMs = 0;
  #timedAtMs = 0;
  readonly #frames: TestFrames;
  /** By frame, since the last SNAPSHOT. */
  #sent: Uint8Array[] = [];

  constructor(
    readonly time: TestTime,
    readonly authority: TestAuthority,
    readonly codec: Core,
  ) {
    this.#frames = new TestFrames(codec, authority.players);
    this.#scheduleSeal();
  }

  /** Pulls the cable. */
  cut(code = 1006): void {
    this.#peer?.close(code, '');
    this.#peer = null;
  }

  /** Sends the present state, as to a slow client that has drained. */
  sendSnapshot(): void {
    const { core } = this.authority;
    const packed = core.packSnapshot(core.snapshot());
    if (packed === null) throw new Error('the authority has no state');
    this.#frames.begin();
    this.#peer?.toClient(this.codec.encodeSnapshot(core.frame, packed));
  }

  /** Changes one bit of the server's world: from now on client and server disagree. */
  falsify(): void {
    flipBit(this.authority.core, 3, 1);
  }

  sendRaw(bytes: Uint8Array): void {
    this.#peer?.toClient(bytes);
  }

  connect: Connect = (_url, protocols, nowMs) => {
    const waiting: Arrival[] = [];
    const ticket = (protocols[1] ?? '').slice('ticket.'.length);
    let state: ClientLink['state'] = 'connecting';
    let closeCode = 0;
    let closeReason = '';
    const close = (code: number, reason: string) => {
      if (state === 'closed') return;
      state = 'closed';
      closeCode = code;
      closeReason = reason;
    };
    const peer: Peer = {
      toClient: (bytes) => {
        this.time.after(this.delayMs, () => {
          if (state !== 'closed') waiting.push({ bytes: bytes.slice(), atMs: nowMs() });
        });
      },
      close,
      live: false,
      worstSlackMs: Number.POSITIVE_INFINITY,
      inputFrame: -1,
    };
    this.time.after(2 * this.delayMs, () => {
      if (this.down || (this.ticket !== null && ticket !== this.ticket)) close(1006, '');
      if (state === 'connecting') state = 'open';
    });
    return {
      get state() {
        return state;
      },
      get closeCode() {
        return closeCode;
      },
      get closeReason() {
        return closeReason;
      },
      bufferedBytes: 0,
      send: (bytes) => {
        const copy = bytes.slice();
        this.time.after(this.delayMs, () => {
          if (state === 'open' && !this.silent) this.#read(peer, copy, ticket);
        });
      },
      receive: () => waiting.shift() ?? null,
      close: (code, reason) => {
        close(code, reason);
        if (this.#peer === peer) this.#peer = null;
      },
    };
  };

  #read(peer: Peer, bytes: Uint8Array, ticket: string): void {
    const decoded = this.codec.decodeMessage(bytes);
    if (!decoded.ok) {
      peer.close(CloseCode.MALFORMED, 'malformed');
      return;
    }
    const { message } = decoded;
    if (message.kind === MessageKind.PING) peer.toClient(this.codec.encodePong(message.nonce));
    if (message.kind === MessageKind.HELLO) {
      this.#join(peer, message.resumeFrame, message.resumeHash, ticket);
    }
    if (message.kind === MessageKind.REPAIR) this.#repair();
    if (message.kind !== MessageKind.INPUT || !peer.live) return;
    const { frame } = this.authority.core;
    const slackMs =
      (message.frame - frame + 1) * FRAME_DURATION_MS - (this.time.nowMs - this.#sealedAtMs);
    peer.worstSlackMs = Math.min(peer.worstSlackMs, slackMs);
    peer.inputFrame = Math.max(peer.inputFrame, message.frame);
    this.authority.receive(this.#entity, message.frame, message.entry);
  }

  #repair(): void {
    this.repairs++;
    this.sendSnapshot();
  }

  get #entity(): number {
    return this.authority.players[0] as number;
  }

  #join(peer: Peer, resumeFrame: number, resumeHash: bigint, ticket: string): void {
    const { core, hashes } = this.authority;
    const known = resumeFrame === core.frame ? core.proof() : hashes[resumeFrame];
    const resumed = known === resumeHash && core.frame - resumeFrame < RESUME_FRAMES_MAX;
    this.joins.push({ resumed, ticket });
    this.#peer = peer;
    peer.live = true;
    peer.toClient(
      this.codec.encodeWelcome({
        protocol: PROTOCOL_VERSION,
        coreHash: core.module.hash64,
        epoch: this.joins.length,
        entity: this.#entity,
        nextFrame: resumed ? resumeFrame : core.frame,
        resumed,
        lease: 1,
      }),
    );
    if (!resumed) this.sendSnapshot();
    const missed = resumed ? this.#sent.slice(resumeFrame) : [];
    for (const message of missed) peer.toClient(message);
  }

  #scheduleSeal(): void {
    this.time.after(FRAME_DURATION_MS, () => {
      this.#sealedAtMs = this.time.nowMs;
      const { frame } = this.authority.core;
      const message = this.#frames.encode(this.authority.seal(), this.#timing());
      this.#sent[frame] = message;
      const writes = !this.silent && !this.withholding;
      if (writes) this.#peer?.toClient(message);
      this.#scheduleSeal();
    });
  }

  #timing(): Timing | null {
    const peer = this.#peer;
    const isDue = this.time.nowMs - this.#timedAtMs >= TIMING_INTERVAL_MS;
    if (peer === null || peer.inputFrame < 0 || this.silent || !isDue) return null;
    const { inputFrame, worstSlackMs } = peer;
    this.#timedAtMs = this.time.nowMs;
    peer.inputFrame = -1;
    peer.worstSlackMs = Number.POSITIVE_INFINITY;
    return { inputFrame, slackMs: Math.round(worstSlackMs), replaced: 0 };
  }
}
