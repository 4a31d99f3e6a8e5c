import { MessageKind } from '../../core-wasm/host/messages.ts';

/** What servers send to each account, by kind of message and second. */
export interface BandwidthWatch {
  readonly budget: Readonly<Record<number, number>>;
  /** By account and kind: when each message of the last second was sent, and its bytes. */
  readonly windows: Map<number, Window>;
  /** Most bytes that one account got in one second, by kind. */
  readonly mostBytes: Map<number, number>;
}

interface Window {
  readonly sent: Array<{ readonly atMs: number; readonly bytes: number }>;
  bytes: number;
}

const WINDOW_MS = 1000;

/**
 * What a client may get of each kind in any second, at most. Frames are for the few players of a
 * simulated world, who all keep doing something else, and for a whole bubble that enters anew with
 * each connection, of which a storm makes two or three a second.
 */
export const BUDGET_BYTES_PER_SECOND: Readonly<Record<number, number>> = {
  [MessageKind.WELCOME]: 120,
  [MessageKind.SNAPSHOT]: 10_000,
  [MessageKind.FRAME]: 32_000,
  [MessageKind.KEEPING]: 140,
  [MessageKind.PONG]: 96,
};

export function createBandwidthWatch(budget = BUDGET_BYTES_PER_SECOND): BandwidthWatch {
  return { budget, windows: new Map(), mostBytes: new Map() };
}

const KINDS = 256;

/** Counts a message; what is wrong with that, or null. */
export function countSend(
  watch: BandwidthWatch,
  account: number,
  message: Uint8Array,
  nowMs: number,
): string | null {
  const kind = message[0] as number;
  const window = windowOf(watch, account * KINDS + kind);
  const { sent } = window;
  sent.push({ atMs: nowMs, bytes: message.length });
  window.bytes += message.length;
  while ((sent[0]?.atMs ?? nowMs) <= nowMs - WINDOW_MS) {
    window.bytes -= sent.shift()?.bytes ?? 0;
  }
  if (window.bytes > (watch.mostBytes.get(kind) ?? 0)) watch.mostBytes.set(kind, window.bytes);
  const budget = watch.budget[kind] ?? 0;
  if (window.bytes <= budget) return null;
  return `account ${account} got over ${budget} bytes of kind ${kind} in a second`;
}

function windowOf({ windows }: BandwidthWatch, key: number): Window {
  const known = windows.get(key);
  if (known !== undefined) return known;
  const window = { sent: [], bytes: 0 };
  windows.set(key, window);
  return window;
}
