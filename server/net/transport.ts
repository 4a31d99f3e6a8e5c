import type { Admission, Clock, Link, LinkEvents, SendResult } from '../ports.ts';
import type { Refusal } from './refusal.ts';

/** What a client shows at the door; no socket exists yet. */
export interface DoorRequest {
  /** The ticket that it offered, null when it offered none. */
  readonly ticket: string | null;
  /** Textual address of the other end of the TCP connection. */
  readonly address: string;
}

/** Who sent an HTTP request. */
export interface HttpPeer {
  /** Textual address of the other end of the TCP connection. */
  readonly address: string;
}

export interface TransportLimits {
  /** A longer message of a client closes its link with `CloseCode.TOO_BIG`. */
  readonly messageBytesMax: number;
  /** `send` drops what would make `bufferedBytes` exceed it. */
  readonly hardBufferBytes: number;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls: { readonly certPath: string; readonly keyPath: string } | null;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  /** Asked once for each WebSocket upgrade, before the socket costs anything. Must not reject. */
  admit(door: DoorRequest): Promise<Admission | Refusal>;
  /** Answers every request that is not a WebSocket upgrade. */
  fetch(request: Request, peer: HttpPeer): Response | Promise<Response>;
  readonly events: LinkEvents;
}

export interface Listener {
  /** The port that was taken. */
  readonly port: number;
  /** Stops accepting, closes every link with `CloseCode.GOING_AWAY`, gives them a moment. */
  stop(): Promise<void>;
}

/**
 * The engine's limit for one message, above ours: what lies between is closed with a number on the
 * wire, what is longer the engine cuts off before it is held in memory.
 */
export const ENGINE_MESSAGE_BYTES_MAX = 16 * 1024;
export const HTTP_BODY_BYTES_MAX = 16 * 1024;
/** The one path that takes more; who serves it asks for a ticket before it reads. */
export const UPLOAD_PATH = '/incidents';
export const UPLOAD_BYTES_MAX = 1024 * 1024;

export function bodyBytesMax(path: string): number {
  return path === UPLOAD_PATH ? UPLOAD_BYTES_MAX : HTTP_BODY_BYTES_MAX;
}
/** The engine pings a silent peer and ends the socket when even its kernel does not answer. */
export const ENGINE_IDLE_SECONDS = 60;
/** How long `stop` lets close frames and responses travel. */
export const STOP_LINGER_MS = 500;

/**
 * The three implementations promise, beyond `Link` and `LinkEvents`:
 *
 * - `close` has called `onClose` with its own code when it returns; nothing follows for that link.
 * - A `close` with `CloseCode.TOO_SLOW` cuts: its frame would wait behind a buffer that nobody
 *   reads. Any other close sends its frame after what is buffered, and the engine ends the socket
 *   within about ten seconds if the peer takes nothing.
 * - `onDrain` fires once after a send was `queued` or `dropped`, when `bufferedBytes` is 0 again.
 * - Only binary messages reach `onMessage`; a text message closes with `CloseCode.MALFORMED`.
 */
export type { Link, LinkEvents, SendResult };
