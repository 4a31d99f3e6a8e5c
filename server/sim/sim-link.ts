import {
  type Arrival,
  type ClientLink,
  type Connect,
  WAITING_MESSAGES_MAX,
} from '../../client/net/socket.ts';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { MemoryClient, MemoryClientEvents, MemoryListener } from '../net/listen-memory.ts';
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

/** The memory transport behind the client's own link type. */
export function connectMemory(
  listener: MemoryListener | null,
  conditions: NetworkConditions,
  protocols: Parameters<Connect>[1],
  nowMs: () => number,
  tap: (bytes: Uint8Array) => void,
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
      tap(bytes);
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
  dial(listener, protocols.join(', '), events, conditions, (answer) => {
    if (closeCode === 0) wire = answer;
    else answer.close(closeCode, closeReason);
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

function dial(
  listener: MemoryListener | null,
  offer: string,
  events: MemoryClientEvents,
  conditions: NetworkConditions,
  opened: (wire: MemoryClient) => void,
): void {
  if (listener === null) {
    events.onClose(ABNORMAL, 'nobody listens');
    return;
  }
  listener.connect(offer, events, conditions).then(
    (answer) => {
      if ('status' in answer) events.onClose(ABNORMAL, answer.code);
      else opened(answer);
    },
    () => events.onClose(ABNORMAL, 'connection refused'),
  );
}
