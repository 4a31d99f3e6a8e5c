import { CloseCode, mayReturn } from '../../core-wasm/host/close-code.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import {
  type FrameMessage,
  type Keeping,
  MessageKind,
  NO_RESUME_FRAME,
  PROTOCOL_VERSION,
  type Snapshot,
  type Welcome,
} from '../../core-wasm/host/messages.ts';
import { retryDelayMs } from './backoff.ts';
import type { Arrival, ClientLink, Connect } from './socket.ts';
import { SpareLink } from './spare-link.ts';

/** The part of the core that speaks the wire. */
export type Codec = Pick<
  Core,
  'module' | 'encodeHello' | 'encodePing' | 'encodeSpare' | 'decodeMessage'
>;

/** What the connection hands on; greetings and heartbeats it keeps to itself. */
export type Delivered = Welcome | Snapshot | FrameMessage | Keeping;

/** A state of the server's that a client still has; see `Hello`. */
export interface ResumePoint {
  readonly frame: number;
  readonly hash: bigint;
  readonly lease: number;
}

export type ConnectionState = 'connecting' | 'joining' | 'live' | 'reconnecting' | 'closed';

export interface ConnectionOptions {
  readonly url: string;
  readonly codec: Codec;
  readonly connect: Connect;
  readonly nowMs: () => number;
  /** 0 (inclusive) … 1 (exclusive), to spread the reconnects of many clients. */
  readonly random: () => number;
  /** Fetches a ticket; called again when the server refuses the one at hand. */
  readonly ticket: () => Promise<string>;
  /** Where to go on from; null asks for a snapshot. */
  readonly resumePoint: () => ResumePoint | null;
  /** Takes a message; a reason refuses it, and the connection starts over with a snapshot. */
  readonly deliver: (message: Delivered, atMs: number) => string | null;
  readonly onRoundTrip: (rttMs: number) => void;
}

/** Subprotocol that this client speaks; the ticket travels as a second one. */
export const SUBPROTOCOL = 'spacetime.v1';
const PING_INTERVAL_MS = 1_000;
/**
 * A live server is never silent for longer than a frame. Less than what it keeps of its frames for
 * those who come back, and more than a few lost packets in a row take.
 */
const SILENCE_MAX_MS = 2_500;
/**
 * For each of the first two steps, the open socket and WELCOME, and for the world's state. Short,
 * because who comes back in time goes on where he was; twice as long after a failure, so that a
 * slow line gets in too.
 */
const GREETING_MS = 2_500;
const JOIN_MS = 6_000;
const PATIENCE_DOUBLINGS_MAX = 1;
/** A connection that held this long was no failure. */
const STABLE_MS = 1_000;
const NONCES = 16;

/**
 * One client's way to its server through all cuts: ticket, socket, greeting, heartbeat, return.
 * Nothing happens but in `advance`, so that it runs in virtual time as well.
 */
export class Connection {
  state: ConnectionState = 'connecting';
  /** Why the connection is not live, for the player. */
  reason = '';
  /** Number of the last close, 0 before the first. */
  closeCode = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Inputs shall leave on a second socket too. */
  wantsSpare = false;

  readonly #options: ConnectionOptions;
  #ticket: string | null = null;
  #ticketAsked = false;
  #ticketFailure: string | null = null;
  #ticketIsFresh = false;
  #link: ClientLink | null = null;
  #opened = false;
  #greeted = false;
  readonly #spare: SpareLink;
  /** Of the newest WELCOME. */
  #epoch = 0;
  #wantsSnapshot = false;
  #failures = 0;
  /** See `Hello`. */
  readonly #instance: number;
  #attempt = 0;
  #retryAtMs = 0;
  #sinceMs = 0;
  #heardMs = 0;
  #pingAtMs = 0;
  #nonce = 0;
  readonly #pingedMs = new Float64Array(NONCES);

  constructor(options: ConnectionOptions) {
    this.#instance = Math.floor(options.random() * 2 ** 32);
    this.#options = options;
    this.#spare = new SpareLink({
      connect: () => this.#dial(),
      greeting: () => options.codec.encodeSpare(this.#epoch),
      onRefused: () => {
        this.#ticket = null;
      },
      random: options.random,
    });
  }

  get hasSpare(): boolean {
    return this.#spare.isOpen;
  }

  /** Time until the next attempt, ms; 0 while none is waited for. */
  retryInMs(nowMs: number): number {
    return this.state === 'reconnecting' ? Math.max(0, this.#retryAtMs - nowMs) : 0;
  }

  /** Bytes that the socket has not passed on. */
  get bufferedBytes(): number {
    return this.#link?.bufferedBytes ?? 0;
  }

  /** Does what is due: reads what came in, beats, gives up on silence, returns after a cut. */
  advance(nowMs: number): void {
    if (this.state === 'closed') return;
    if (this.#link === null) this.#tryConnect(nowMs);
    else this.#attend(this.#link, nowMs);
  }

  /** Somebody looks again: the next attempt waits no longer. */
  hurry(nowMs: number): void {
    this.#failures = 0;
    this.#retryAtMs = Math.min(this.#retryAtMs, nowMs);
  }

  send(bytes: Uint8Array): void {
    if (this.#link === null) return;
    this.bytesOut += bytes.length;
    this.#link.send(bytes);
  }

  /** Sends an input, on both sockets where there are two. */
  sendInput(bytes: Uint8Array, nowMs: number): void {
    this.send(bytes);
    const isWanted = this.wantsSpare && this.state === 'live';
    if (isWanted) this.bytesOut += this.#spare.send(bytes, nowMs);
  }

  /** Drops the socket and comes back for a snapshot. */
  rejoin(reason: string, nowMs: number): void {
    this.#link?.close(CloseCode.OUT_OF_ORDER, reason);
    this.#wantsSnapshot = true;
    this.#cut(0, reason, nowMs);
  }

  close(): void {
    this.#link?.close(CloseCode.NORMAL, 'left');
    this.#link = null;
    this.#spare.close();
    this.state = 'closed';
    this.closeCode = CloseCode.NORMAL;
    this.reason = 'left';
  }

  #tryConnect(nowMs: number): void {
    if (nowMs < this.#retryAtMs) return;
    if (this.#ticketFailure !== null) {
      this.#cut(0, this.#ticketFailure, nowMs);
      this.#ticketFailure = null;
      return;
    }
    const link = this.#dial();
    if (link === null) return;
    this.#link = link;
    this.#opened = false;
    this.#greeted = false;
    this.#sinceMs = nowMs;
    this.#heardMs = nowMs;
  }

  /** Null while a ticket is being fetched. */
  #dial(): ClientLink | null {
    if (this.#ticket === null) {
      this.#askTicket();
      return null;
    }
    const { connect, url, nowMs } = this.#options;
    return connect(url, [SUBPROTOCOL, `ticket.${this.#ticket}`], nowMs);
  }

  #askTicket(): void {
    if (this.#ticketAsked) return;
    this.#ticketAsked = true;
    this.#options
      .ticket()
      .then(
        (ticket) => {
          this.#ticket = ticket;
          this.#ticketIsFresh = true;
        },
        (error: unknown) => {
          this.#ticketFailure = error instanceof Error ? error.message : String(error);
        },
      )
      .finally(() => {
        this.#ticketAsked = false;
      });
  }

  #attend(link: ClientLink, nowMs: number): void {
    if (link.state === 'open' && !this.#opened) this.#greet(nowMs);
    for (let next = link.receive(); next !== null; next = link.receive()) {
      const refusal = this.#read(next);
      if (refusal !== null) this.rejoin(refusal, nowMs);
      if (this.#link !== link) return;
    }
    if (link.state === 'closed') {
      this.#onClosed(link, nowMs);
    } else if (nowMs - this.#waitingSinceMs() > this.#patienceMs()) {
      link.close(CloseCode.SILENT, 'silent');
      this.#cut(CloseCode.SILENT, 'the server is silent', nowMs);
    } else if (this.#greeted && nowMs >= this.#pingAtMs) {
      this.#ping(nowMs);
    }
  }

  #waitingSinceMs(): number {
    return this.state === 'live' ? this.#heardMs : this.#sinceMs;
  }

  #patienceMs(): number {
    if (this.state === 'live') return SILENCE_MAX_MS;
    const stepMs = this.#greeted ? JOIN_MS : GREETING_MS;
    return stepMs * 2 ** Math.min(this.#failures, PATIENCE_DOUBLINGS_MAX);
  }

  #greet(nowMs: number): void {
    this.#opened = true;
    this.state = 'joining';
    const { codec, resumePoint } = this.#options;
    const resume = this.#wantsSnapshot ? null : resumePoint();
    this.#sinceMs = nowMs;
    this.send(
      codec.encodeHello({
        protocol: PROTOCOL_VERSION,
        coreHash: codec.module.hash64,
        resumeFrame: resume?.frame ?? NO_RESUME_FRAME,
        resumeHash: resume?.hash ?? 0n,
        resumeLease: resume?.lease ?? 0,
        instance: this.#instance,
        attempt: ++this.#attempt,
      }),
    );
  }

  /** Reads one message; returns why it cannot be accepted, or null. */
  #read({ bytes, atMs }: Arrival): string | null {
    this.bytesIn += bytes.length;
    this.#heardMs = Math.max(this.#heardMs, atMs);
    const decoded = this.#options.codec.decodeMessage(bytes);
    if (!decoded.ok) return `the server sent bytes that are no message (${decoded.fault})`;
    const { message } = decoded;
    switch (message.kind) {
      case MessageKind.WELCOME:
        this.#greeted = true;
        this.#epoch = message.epoch;
        this.#sinceMs = atMs;
        this.#pingAtMs = atMs;
        if (message.resumed) this.#goLive(atMs);
        return this.#options.deliver(message, atMs);
      case MessageKind.SNAPSHOT:
        this.#goLive(atMs);
        return this.#options.deliver(message, atMs);
      case MessageKind.FRAME:
        return this.#options.deliver(message, atMs);
      case MessageKind.KEEPING:
        // Somebody is there, even where no WELCOME can come yet.
        if (this.state !== 'live') this.#sinceMs = Math.max(this.#sinceMs, atMs);
        return this.#options.deliver(message, atMs);
      case MessageKind.PONG:
        this.#options.onRoundTrip(atMs - (this.#pingedMs[message.nonce % NONCES] as number));
        return null;
      default:
        return 'the server sent a message of the client';
    }
  }

  #goLive(atMs: number): void {
    if (this.state === 'live') return;
    this.state = 'live';
    this.reason = '';
    this.#ticketIsFresh = false;
    this.#wantsSnapshot = false;
    this.#sinceMs = atMs;
  }

  #ping(nowMs: number): void {
    this.#nonce = (this.#nonce + 1) >>> 0;
    this.#pingedMs[this.#nonce % NONCES] = nowMs;
    this.#pingAtMs = nowMs + PING_INTERVAL_MS;
    this.send(this.#options.codec.encodePing(this.#nonce));
  }

  #onClosed(link: ClientLink, nowMs: number): void {
    const { closeCode, closeReason } = link;
    const refused = !this.#opened || closeCode === CloseCode.UNAUTHORIZED;
    if (refused) this.#ticket = null;
    // An old ticket may simply have expired: a new one deserves an attempt of its own at once.
    const expired = refused && !this.#ticketIsFresh;
    const reason = closeReason || (this.#opened ? 'the connection was cut' : 'no server answers');
    if (!mayReturn(closeCode)) {
      this.#link = null;
      this.#spare.close();
      this.closeCode = closeCode;
      this.reason = reason;
      this.state = 'closed';
      return;
    }
    this.#cut(closeCode, reason, nowMs);
    if (expired) this.#retryAtMs = nowMs;
  }

  #cut(code: number, reason: string, nowMs: number): void {
    const held = this.state === 'live' && nowMs - this.#sinceMs > STABLE_MS;
    if (held) this.#failures = 0;
    this.#link = null;
    this.#spare.close();
    this.closeCode = code;
    this.reason = reason;
    this.state = 'reconnecting';
    this.#retryAtMs = nowMs + retryDelayMs(this.#failures++, this.#options.random);
  }
}
