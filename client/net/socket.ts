import { CloseCode } from '../../core-wasm/host/close-code.ts';

/** One message and when it came in. The stamp is taken at arrival, not when it is looked at. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** A socket as two byte queues: ordered, reliable, never calling back. */
export interface ClientLink {
  readonly state: 'connecting' | 'open' | 'closed';
  /** Number and reason of the close; 0 before it. */
  readonly closeCode: number;
  readonly closeReason: string;
  /** Bytes that `send` took and the network has not. */
  readonly bufferedBytes: number;
  /** Copies; silently nothing unless the link is open. */
  send(bytes: Uint8Array): void;
  /** The next message in order, or null. What came in before a close is still handed out. */
  receive(): Arrival | null;
  /** Closes with 1000 or a number of ours. A second close does nothing. */
  close(code: number, reason: string): void;
}

/** Opens a link; it starts `connecting`. A refusal shows as a close that no open went before. */
export type Connect = (
  url: string,
  protocols: readonly string[],
  nowMs: () => number,
) => ClientLink;

/**
 * Messages that may wait: ten seconds of frames. A page that sleeps longer is better off with a
 * snapshot than with its backlog, and must not fill its memory meanwhile.
 */
export const WAITING_MESSAGES_MAX = 256;

/** The WebSocket of browsers, Bun and Node. */
export const connectWebSocket: Connect = (url, protocols, nowMs) => {
  const socket = new WebSocket(url, [...protocols]);
  socket.binaryType = 'arraybuffer';
  const waiting: Arrival[] = [];
  let closeCode = 0;
  let closeReason = '';
  const closed = (code: number, reason: string) => {
    if (closeCode !== 0) return;
    closeCode = code;
    closeReason = reason;
  };
  const close = (code: number, reason: string) => {
    closed(code, reason);
    socket.close(code, reason);
  };
  socket.onmessage = ({ data }) => {
    if (closeCode !== 0) return;
    if (!(data instanceof ArrayBuffer)) {
      close(CloseCode.MALFORMED, 'text message');
    } else if (waiting.length === WAITING_MESSAGES_MAX) {
      waiting.length = 0;
      close(CloseCode.TOO_SLOW, 'backlog');
    } else {
      waiting.push({ bytes: new Uint8Array(data), atMs: nowMs() });
    }
  };
  socket.onclose = ({ code, reason }) => closed(code, reason);
  return {
    get state() {
      if (closeCode !== 0) return 'closed';
      return socket.readyState === WebSocket.OPEN ? 'open' : 'connecting';
    },
    get closeCode() {
      return closeCode;
    },
    get closeReason() {
      return closeReason;
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send(bytes) {
      if (closeCode === 0 && socket.readyState === WebSocket.OPEN) {
        socket.send(bytes as Uint8Array<ArrayBuffer>);
      }
    },
    receive: () => waiting.shift() ?? null,
    close,
  };
};
